"""Reddit through PRAW against a small Reddit on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.reddit import Reddit
from tests.connectors.fake_reddit import (
    BASIC,
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN,
    FakeReddit,
    comment,
    submission,
)
from tests.connectors.suite import suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, Post, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    Ask,
    LocalServer,
    Reply,
    Stage,
    name,
    run,
    until_error,
)

AT = BASE.timestamp()
HOUR = 3600


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_SECRET", CLIENT_SECRET)


@pytest.fixture
def fake() -> FakeReddit:
    return FakeReddit()


@pytest.fixture
def server(fake: FakeReddit) -> Iterator[LocalServer]:
    with LocalServer(fake.answer) as server:
        yield server


def reddit(server: LocalServer, **settings: Any) -> Reddit:
    given = {"subreddits": ["Vlotwiel"], "site_url": server.url, "timeout": 0.4}
    return Reddit(**(given | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeReddit) -> Stage:
    return Stage(
        make=lambda: reddit(server),
        serve=fake.serve,
        server=server,
        secrets=(CLIENT_ID, CLIENT_SECRET, BASIC, TOKEN),
        credential="UMOT_REDDIT_CLIENT_SECRET",
        names=("127.0.0.1", "Reddit"),
        most=100,
        spared=lambda ask: ask.path.endswith("access_token"),
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_reddit_conforms(check, stage: Stage) -> None:
    check(stage)


@pytest.mark.parametrize("check", NETWORK, ids=name)
def test_reddit_conforms_while_signing_in(check, stage: Stage) -> None:
    stage.spared = lambda ask: not ask.path.endswith("access_token")
    check(stage)


def by_id(posts: list[Post]) -> dict[str, Post]:
    return {post.native_id: post for post in posts}


def test_a_post_and_its_comments(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, selftext="**vet** & <b>", num_comments=2, edited=AT + 60)]
    deep = comment("t1_d", "t3_a", AT + 20, parent_id="t1_c", author="VLOTWIEL_nl", body="Sorry!")
    answers = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": deep}]}}
    fake.comments = {"t3_a": [comment("t1_c", "t3_a", AT + 10, replies=answers)]}
    posts = by_id(run(reddit(server, company_accounts=["u/Vlotwiel_NL"])).posts)
    assert posts.keys() == {"t3_a", "t1_c", "t1_d"}
    post, first, reply = posts["t3_a"], posts["t1_c"], posts["t1_d"]
    assert post.post_id == post.thread_id == first.thread_id == reply.thread_id == "reddit:t3_a"
    assert (post.parent_id, first.parent_id, reply.parent_id) == (
        None,
        "reddit:t3_a",
        "reddit:t1_c",
    )
    assert (post.kind, first.kind) == (Kind.POST, Kind.COMMENT)
    assert (post.title, post.body) == ("Titel van t3_a", "**vet** & <b>")
    assert (post.posted_at, post.edited_at) == (BASE, BASE + timedelta(seconds=60))
    assert post.url == f"{server.url}/r/Vlotwiel/comments/a/titel/"
    assert (post.author, post.author_role) == ("fietser", Role.CUSTOMER)
    assert reply.author_role is Role.BRAND
    engaged = post.engagement
    assert (engaged.likes, engaged.replies, engaged.shares) == (5, 2, 1)
    assert (engaged.audience, first.engagement.audience) == (4200, 4200)
    assert engaged.observed_at == NOW
    assert post.attributes == {"subreddit": "Vlotwiel"}
    assert post.deleted_at is None


def test_hidden_scores_are_not_known(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=1, hide_score=True)]
    fake.comments = {"t3_a": [comment("t1_c", "t3_a", AT, score_hidden=True)]}
    assert [post.engagement.likes for post in run(reddit(server)).posts] == [None, None]


@pytest.mark.parametrize(
    "lost",
    [
        {"selftext": "[deleted]", "author": "[deleted]"},
        {"selftext": "[removed]"},
        {"selftext": "[ Removed by Reddit ]"},
        {"selftext": "", "author": None, "removed_by_category": "deleted"},
        {"selftext": "nog te lezen", "removed_by_category": "moderator"},
    ],
)
def test_what_is_gone_has_no_text(fake: FakeReddit, server: LocalServer, lost) -> None:
    fake.posts = [submission("t3_a", AT, **lost)]
    (post,) = run(reddit(server)).posts
    assert post.deleted_at == NOW
    assert (post.title, post.body) == (None, "")


def test_an_author_who_left_keeps_a_standing_text(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, author="[deleted]")]
    (post,) = run(reddit(server)).posts
    assert (post.body, post.author, post.author_role) == ("tekst", None, Role.UNKNOWN)
    assert post.deleted_at is None


def test_posts_that_leave_the_listing_are_asked_for_by_name(
    fake: FakeReddit, server: LocalServer
) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n * 12 * HOUR) for n in range(8)]
    first = run(reddit(server))
    assert len(first.posts) == 8
    fake.posts[1] |= {"selftext": "[deleted]", "author": "[deleted]"}
    fake.posts[7] |= {"selftext": "[removed]", "removed_by_category": "moderator"}
    fake.unlisted = {"t3_1", "t3_2", "t3_7"}
    second = run(reddit(server), first.cursor)
    gone = {post.native_id for post in second.posts if post.deleted_at}
    assert gone == {"t3_1", "t3_7"}, "t3_2 only left the listing; t3_7 is older than the overlap"
    third = run(reddit(server), second.cursor)
    assert not any(post.deleted_at for post in third.posts), "told once"


def test_runs_read_back_to_the_overlap(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n * HOUR) for n in range(250)]
    first = run(reddit(server))
    assert len(first.posts) == 250
    server.asked.clear()
    # A late one comes up far down, where its time belongs; another is out of order.
    fake.posts.insert(30, submission("t3_late", AT - 29.5 * HOUR))
    fake.posts.insert(60, submission("t3_order", AT - 1 * HOUR))
    second = run(reddit(server, overlap_hours=36), first.cursor)
    seen = by_id(second.posts).keys()
    assert {"t3_late", "t3_order", "t3_0", "t3_36"} <= seen
    assert "t3_37" not in seen
    pages = [ask for ask in server.asked if ask.path.endswith("/new")]
    assert len(pages) == 2, "a page with nothing newer ends it"


def test_a_time_to_come_hides_nothing(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_future", AT + 90 * 24 * HOUR)]
    first = run(reddit(server))
    fake.posts.append(submission("t3_b", NOW.timestamp() - 60))
    assert "t3_b" in by_id(run(reddit(server), first.cursor).posts)


def test_a_query_moves_its_cursor_when_it_is_complete(
    fake: FakeReddit, server: LocalServer
) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n) for n in range(150)]
    connector = reddit(server, search=["Titel"], search_in=["Vlotwiel", "FietsenNL"])
    batches = run(connector).batches
    sizes = [
        (len(batch.items), sorted((batch.cursor or {}).get("queries", {}))) for batch in batches
    ]
    new, search = "r/Vlotwiel/new", "r/Vlotwiel+FietsenNL/search/?Titel"
    assert sizes == [(100, []), (50, [new]), (0, sorted([new, search]))], "found once"
    asked = next(ask for ask in server.asked if "/search" in ask.path)
    assert asked.query["q"] == "Titel"
    assert asked.query["restrict_sr"] == "true"
    assert asked.query["sort"] == "new"


def test_a_search_everywhere(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, title="Over Vlotwiel"), submission("t3_b", AT)]
    got = run(reddit(server, subreddits=[], search="Over Vlotwiel"))
    assert by_id(got.posts).keys() == {"t3_a"}
    assert server.asked[-1].path == "/r/all/search/"
    assert server.asked[-1].query["restrict_sr"] == "false"


def test_the_brands_query_is_searched_for_where_nothing_else_is_named(
    fake: FakeReddit, server: LocalServer
) -> None:
    fake.posts = [submission("t3_a", AT, title="Over Vlotwiel"), submission("t3_b", AT)]
    got = run(reddit(server, subreddits=[], query=["Over Vlotwiel"]))
    assert by_id(got.posts).keys() == {"t3_a"}
    whole = run(reddit(server, query=["Over Vlotwiel"]))
    assert by_id(whole.posts).keys() == {"t3_a", "t3_b"}, "a search would miss comments"


def test_long_threads_are_unfolded_within_the_cap(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=350)]
    fake.comments = {"t3_a": [comment(f"t1_{n}", "t3_a", AT) for n in range(350)]}
    fake.shown = 20
    whole = run(reddit(server))
    assert len(by_id(whole.posts)) == len(whole.posts) == 351
    assert whole.batches[-1].truncated is None
    part = run(reddit(server, expansions=2))
    assert len(part.posts) == 221
    assert part.batches[-1].truncated == "130 comments of t3_a not unfolded"


@pytest.mark.parametrize("said", [{"json": {"errors": [["X"]]}}, [], {"json": None}])
def test_a_fold_that_does_not_open_is_told_of(fake: FakeReddit, server: LocalServer, said) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=2)]
    fake.comments = {"t3_a": [comment(f"t1_{n}", "t3_a", AT) for n in range(2)]}
    fake.shown = 1
    body = json.dumps(said).encode()
    server.fault = lambda ask: Reply(200, body) if "morechildren" in ask.path else None
    batches, error = until_error(reddit(server))
    assert sum(len(batch.items) for batch in batches) == 2
    assert isinstance(error, Fatal)
    assert "morechildren" in str(error)


def test_a_thread_of_another_shape_is_told_of(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=2)]
    server.fault = lambda ask: Reply(200, b"[]") if "/comments/" in ask.path else None
    batches, error = until_error(reddit(server))
    assert [len(batch.items) for batch in batches] == [1]
    assert "comments/a/" in str(error)


def test_threads_deeper_than_reddit_shows_are_followed(
    fake: FakeReddit, server: LocalServer
) -> None:
    deeper = {"kind": "more", "data": {"name": "t1__", "id": "_", "count": 0, "children": []}}
    deeper["data"]["parent_id"] = "t1_c"
    answers = {"kind": "Listing", "data": {"children": [deeper]}}
    fake.posts = [submission("t3_a", AT, num_comments=3)]
    top = comment("t1_c", "t3_a", AT, replies=answers)
    below = [comment("t1_c", "t3_a", AT), comment("t1_d", "t3_a", AT, parent_id="t1_c")]
    fake.comments = {"t3_a": [top], "t3_a/t1_c": below}
    assert sorted(by_id(run(reddit(server)).posts)) == ["t1_c", "t1_d", "t3_a"]


def test_a_thread_that_is_gone_stops_nothing(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=1), submission("t3_b", AT - 1)]
    server.fault = lambda ask: Reply(404) if ask.path.startswith("/comments/a") else None
    got = run(reddit(server))
    assert by_id(got.posts).keys() == {"t3_a", "t3_b"}
    assert "comments of t3_a cannot be read" in (got.batches[-1].truncated or "")


def test_the_end_of_reddits_listing_is_told_of(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n) for n in range(1200)]
    got = run(reddit(server))
    assert len(got.posts) == 1000
    assert "only the newest 1000 posts" in (got.batches[-1].truncated or "")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(403, b"{}"), "subreddits"),
        (Reply(404, b"{}"), "no such subreddit"),
        (Reply(302, headers={"Location": "/subreddits/search?q=dicht"}), "no such subreddit"),
    ],
)
def test_one_closed_subreddit_does_not_stop_the_others(
    fake: FakeReddit, server: LocalServer, reply: Reply, says: str
) -> None:
    fake.posts = [submission("t3_a", AT)]
    server.fault = lambda ask: reply if "/r/dicht/" in ask.path else None
    batches, error = until_error(reddit(server, subreddits=["dicht", "r/Vlotwiel"]))
    assert [len(batch.items) for batch in batches] == [1]
    assert list(batches[-1].cursor["queries"]) == ["r/Vlotwiel/new"]
    assert isinstance(error, Fatal)
    assert "/r/dicht/new" in str(error)
    assert says in str(error)


def test_what_came_before_a_failure_is_handed_over(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT), submission("t3_b", AT, num_comments=1)]
    server.fault = lambda ask: Reply(503) if ask.path.startswith("/comments/b") else None
    batches, error = until_error(reddit(server))
    assert isinstance(error, Retriable)
    assert [(len(batch.items), batch.cursor) for batch in batches] == [(2, None)]


def test_the_reset_of_the_rate_limit_tells_how_long_to_wait(server: LocalServer) -> None:
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "100", "x-ratelimit-reset": "42"}
    server.fault = lambda ask: Reply(429, b"", limits) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == 42


def test_the_rate_limit_is_obeyed(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n) for n in range(150)]

    def used_up(ask: Ask) -> Reply | None:
        if "/new" not in ask.path:
            return None
        answer = fake.answer(ask)
        first = "after" not in ask.query
        wait = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "9", "x-ratelimit-reset": "1"}
        return Reply(200, answer.body, {**answer.headers, **wait}) if first else answer

    server.fault = used_up
    started = time.monotonic()
    assert len(run(reddit(server)).posts) == 150
    assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("missing", ["UMOT_REDDIT_CLIENT_ID", "UMOT_REDDIT_CLIENT_SECRET"])
def test_missing_credentials_are_named(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv(missing, " ")
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert missing in str(error)
    assert server.asked == []


def test_wrong_credentials_name_the_variables(fake: FakeReddit, server: LocalServer) -> None:
    fake.secret = "iets anders"
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "UMOT_REDDIT_CLIENT_ID and UMOT_REDDIT_CLIENT_SECRET" in str(error)
    assert CLIENT_SECRET not in str(error)


def test_no_server_and_no_tls(server: LocalServer) -> None:
    _, error = until_error(reddit(server, site_url=server.url.replace("http:", "https:")))
    assert isinstance(error, Fatal)
    assert "no safe connection" in str(error)
    with LocalServer(lambda _ask: Reply()) as gone:
        pass
    _, error = until_error(reddit(gone))
    assert isinstance(error, Retriable)
    assert "cannot be reached" in str(error)


def test_a_token_that_expired_names_the_variables(server: LocalServer) -> None:
    server.fault = lambda ask: Reply(401) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert "UMOT_REDDIT_CLIENT_SECRET" in str(error)


def test_an_error_that_reddit_gives_with_200(server: LocalServer) -> None:
    said = Reply(200, json.dumps({"error": "unsupported_grant_type"}).encode())
    server.fault = lambda ask: said if "token" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "credentials" in str(error)


def test_a_praw_ini_beside_one_changes_nothing(
    fake: FakeReddit, server: LocalServer, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "praw.ini").write_text(
        "[DEFAULT]\noauth_url=http://127.0.0.1:9\nreddit_url=http://127.0.0.1:9\n"
        "client_id=ander\nusername=ander\npassword=ander\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "ander")
    monkeypatch.setenv("praw_password", "ander")
    fake.posts = [submission("t3_a", AT)]
    assert len(run(reddit(server)).posts) == 1
    assert server.asked[0].form["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    "things",
    [
        {"kind": "Listing", "data": {}},
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {}}]}},
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": None}]}},
        {"kind": "Listing", "data": {"children": [7]}},
        {
            "kind": "Listing",
            "data": {"children": [{"kind": "t3", "data": {"name": "t3_a", "created_utc": "nu"}}]},
        },
        {"data": []},
        "tekst",
    ],
)
def test_json_of_another_shape_is_told_of(server: LocalServer, things) -> None:
    body = json.dumps(things).encode()
    server.fault = lambda ask: Reply(200, body) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "r/Vlotwiel/new" in str(error)


@pytest.mark.parametrize("data", [{}, {"name": "t3_a"}, {"name": "t3_a", "created_utc": "nu"}])
def test_a_stored_item_that_lacks_its_time_is_set_aside(data) -> None:
    raw = RawItem({"kind": "t3", "data": data}, NOW, "reddit")
    with pytest.raises(Skippable, match="created_utc"):
        list(Reddit(subreddits=["x"]).parse(raw))


def test_very_old_edits_have_no_time() -> None:
    raw = RawItem({"kind": "t3", "data": submission("t3_a", AT, edited=True)}, NOW)
    (post,) = Reddit(subreddits=["x"]).parse(raw)
    assert post.edited_at is None
    assert post.url == "https://www.reddit.com/r/Vlotwiel/comments/a/titel/"
    assert post.posted_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "`subreddits`, `search`"),
        ({"subreddits": ["r/a b"]}, "'a b'"),
        ({"subreddits": [""]}, "''"),
        ({"search": ["x"], "search_in": ["../../x"]}, "subreddit"),
        ({"subreddits": ["x"], "site_url": "ftp://x"}, "ftp"),
    ],
)
def test_settings_that_cannot_work(given, says: str) -> None:
    with pytest.raises(Fatal, match=says):
        Reddit(**given)


def test_one_subreddit_may_be_given_without_brackets(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT)]
    assert len(run(reddit(server, subreddits="/r/Vlotwiel/")).posts) == 1
    assert server.asked[-1].path == "/r/Vlotwiel/new"
