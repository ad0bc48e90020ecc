"""Reddit through PRAW against a small Reddit on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.reddit import Reddit
from tests.connectors.fake_reddit import (
    BASIC,
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN,
    FakeReddit,
    by_id,
    comment,
    reddit,
    submission,
)
from tests.connectors.suite import staged, suite
from umot.errors import Fatal, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    SIGNED,
    LocalServer,
    Stage,
    name,
    run,
)

AT = BASE.timestamp()
HOUR = 3600
FAKE = FakeReddit


@pytest.fixture
def stage(server: LocalServer, fake: FakeReddit) -> Stage:
    return staged(
        server,
        fake,
        reddit,
        secrets=(CLIENT_ID, CLIENT_SECRET, BASIC, TOKEN),
        credential="UMOT_REDDIT_CLIENT_SECRET",
        names=("127.0.0.1", "Reddit"),
        most=100,
        spared=lambda ask: ask.path.endswith("access_token"),
        wrong=dict.fromkeys(fake.keys, "verkeerd-geheim"),
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_reddit_conforms(check, stage: Stage) -> None:
    check(stage)


@pytest.mark.parametrize("check", NETWORK, ids=name)
def test_reddit_conforms_while_signing_in(check, stage: Stage) -> None:
    stage.spared = lambda ask: not ask.path.endswith("access_token")
    check(stage)


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


def test_the_end_of_reddits_listing_is_told_of(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n) for n in range(1200)]
    got = run(reddit(server))
    assert len(got.posts) == 1000
    assert "only the newest 1000 posts" in (got.batches[-1].truncated or "")


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
