"""Mastodon against a small server of it on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors._mastodon_id import mastodon_id
from connectors.feeds import Feeds
from connectors.mastodon import TOKEN as VARIABLE
from connectors.mastodon import Mastodon
from tests.connectors.fake_mastodon import HOME, TOKEN, FakeMastodon, snowflake, status
from tests.connectors.suite import suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    LocalServer,
    Reply,
    Stage,
    items,
    name,
    run,
    until_error,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def fake() -> FakeMastodon:
    return FakeMastodon()


@pytest.fixture
def server(fake: FakeMastodon) -> Iterator[LocalServer]:
    with LocalServer(fake.answer) as server:
        yield server


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)


def mastodon(server: LocalServer, **settings: Any) -> Mastodon:
    return Mastodon(**({"instance": server.url, "timeout": 9} | settings))


def stage(server: LocalServer, fake: FakeMastodon, **settings: Any) -> Stage:
    return Stage(
        make=lambda: mastodon(server, timeout=1, **settings),
        serve=fake.serve,
        server=server,
        secrets=(TOKEN,),
        credential=VARIABLE,
        folds_space=True,
        most=40,
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_hashtags_conform(check, server: LocalServer, fake: FakeMastodon, token: None) -> None:
    check(stage(server, fake, hashtags=["stadsfiets"]))


@pytest.mark.parametrize("check", [*DATA[2:6], *LIVE, NETWORK[5]], ids=name)
@pytest.mark.parametrize("settings", [{"mentions": True}, {"search": "fiets"}], ids=str)
def test_mentions_and_searches_conform(
    check, settings, server: LocalServer, fake: FakeMastodon, token: None
) -> None:
    check(stage(server, fake, **settings))


def test_a_post(fake: FakeMastodon, server: LocalServer) -> None:
    fake.statuses = [
        status(
            BASE,
            content='<p><span class="h-card"><a href="https://fiets.example/@vlotwiel"'
            ' class="u-url mention">@<span>vlotwiel</span></a></span> Kijk:<br />'
            '<a href="https://vlotwiel.example/actie"><span class="invisible">https://</span>'
            '<span class="ellipsis">vlotwiel.example/</span><span class="invisible">actie</span>'
            "</a></p><p>&quot;Top&quot; &amp; snel</p>",
            spoiler_text="Reclame",
            edited_at="2026-11-20T10:05:00.000Z",
            language="nl-NL",
        )
    ]
    (post,) = run(mastodon(server, hashtags="#Stadsfiets")).posts
    address = f"{HOME}/@Fietser/{snowflake(BASE)}"
    assert server.asked[0].path == "/api/v1/timelines/tag/stadsfiets"
    assert post.post_id == post.thread_id == f"mastodon:fiets.example/{snowflake(BASE)}"
    assert post.url == address
    assert post.title == "Reclame"
    assert post.body == '@vlotwiel Kijk:\nhttps://vlotwiel.example/actie\n"Top" & snel'
    assert (post.posted_at, post.edited_at) == (BASE, BASE + timedelta(minutes=5))
    assert (post.language, post.kind) == ("nl", Kind.POST)
    assert (post.author, post.author_role) == ("fietser@127.0.0.1", Role.CUSTOMER)
    seen = post.engagement
    assert (seen.likes, seen.replies, seen.shares, seen.audience) == (4, 2, 3, 320)
    assert seen.observed_at == NOW


@pytest.mark.parametrize(
    ("account", "role"),
    [
        ({"acct": "Vlotwiel@fiets.example"}, Role.BRAND),
        ({"acct": "helpdesk"}, Role.BRAND),
        ({"acct": "nieuws", "bot": True}, Role.UNKNOWN),
        ({"acct": "ander@elders.example"}, Role.CUSTOMER),
        ({}, Role.UNKNOWN),
    ],
)
def test_who_wrote_it(account: dict[str, Any], role: Role) -> None:
    own = ["@vlotwiel@fiets.example", "Helpdesk"]
    connector = Mastodon(hashtags=["x"], company_accounts=own)
    (post,) = connector.parse(RawItem({"status": status(BASE, account=account)}, NOW))
    assert post.author_role is role


def test_only_public_posts_are_kept_even_as_raw_items(
    fake: FakeMastodon, server: LocalServer, token: None
) -> None:
    kinds = ["public", "unlisted", "private", "direct"]
    fake.statuses = [
        status(BASE - n * HOUR, f"tekst {kind}", visibility=kind) for n, kind in enumerate(kinds)
    ]
    fake.statuses.append(status(BASE - 5 * HOUR, "doorgegeven", reblog={"id": "1"}))
    for settings in ({"mentions": True}, {"search": "x"}, {"hashtags": "x"}):
        got = run(mastodon(server, **settings))
        assert [post.body for post in got.posts] == ["tekst public"]
        assert "tekst direct" not in str(got.batches)
        assert snowflake(BASE - 3 * HOUR) not in str(got.cursor)


def test_other_kinds_of_notification_are_passed_over(
    fake: FakeMastodon, server: LocalServer, token: None
) -> None:
    # Old servers send all of them, whatever is asked for: a page may hold no mention at all.
    fake.statuses = [status(BASE - DAY, "genoemd")]
    own = status(BASE - 2 * DAY, "eigen bericht")
    fake.others = [
        {"id": str(int(snowflake(BASE - n * timedelta(seconds=1))) >> 16), "type": "favourite",
         "created_at": "2026-11-20T09:00:00.000Z", "account": own["account"], "status": own}
        for n in range(100)
    ]  # fmt: skip
    fake.knows_types = False
    got = run(mastodon(server, mentions=True))
    assert [post.body for post in got.posts] == ["genoemd"]


def test_replies_are_comments_without_a_known_thread(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE, in_reply_to_id="7", in_reply_to_account_id="9", url=None)]
    (post,) = run(mastodon(server, hashtags="x")).posts
    assert (post.kind, post.thread_id, post.parent_id) == (Kind.COMMENT, None, None)
    assert post.native_id == f"fiets.example/{snowflake(BASE)}"
    assert post.url == f"{HOME}/users/Fietser/statuses/{snowflake(BASE)}"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://fiets.example/@Fietser/7", "fiets.example/7"),
        ("https://fiets.example/users/Fietser/statuses/7", "fiets.example/7"),
        ("https://fiets.example/ap/users/12/statuses/7/", "fiets.example/7"),
        ("https://ander.example/notice/Ab7", "https://ander.example/notice/Ab7"),
        ("https://ander.example/@Fietser", "https://ander.example/@Fietser"),
        ("tag:ander.example,2026:7", "tag:ander.example,2026:7"),
        ("https://[x/@y/7", "https://[x/@y/7"),
    ],
)
def test_an_id_names_the_server_and_the_number_not_the_writer(address: str, name: str) -> None:
    assert mastodon_id(address) == name
    feed = Feeds("https://fiets.example/tags/x.rss", platform="mastodon")
    entry = {"id": address, "title": {"type": "text/plain", "value": "x"}}
    (post,) = feed.parse(RawItem(entry, NOW))
    assert post.post_id == f"mastodon:{name}", "a server's feed gives the same post the same id"


def test_history_and_overlap_say_how_far_back(fake: FakeMastodon, server: LocalServer) -> None:
    fake.statuses = [status(NOW - n * DAY, f"dag {n}") for n in range(60)]
    first = run(mastodon(server, hashtags="x", history_days=9.5, overlap_hours=36))
    assert len(first.posts) == 10
    second = run(mastodon(server, hashtags="x", overlap_hours=36), first.cursor)
    assert [post.body for post in second.posts] == ["dag 0", "dag 1"]
    # After months without a run nothing in between is left out.
    cursor = json.loads(json.dumps(first.cursor))
    next(iter(cursor["queries"].values()))["since"] = (NOW - 50 * DAY).timestamp()
    assert len(run(mastodon(server, hashtags="x"), cursor).posts) == 53


def test_a_reading_that_was_stopped_goes_on_where_it_was(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.serve(items(500))
    first = mastodon(server, hashtags="x", overlap_hours=1).fetch(None, now=NOW)
    cursor = [next(first).cursor for _ in range(9)][-1]
    fake.statuses.insert(0, status(BASE + HOUR / 2, "nieuw"))
    server.asked.clear()
    got = run(mastodon(server, hashtags="x", overlap_hours=1), json.loads(json.dumps(cursor)))
    bodies = [post.body for post in got.posts]
    assert set(bodies) == {"nieuw"} | {f"Bericht {n}" for n in [*range(61), *range(360, 500)]}
    asked = [ask.query.get("max_id") for ask in server.asked]
    assert asked[0] == snowflake(BASE - timedelta(minutes=359))
    assert asked.count(None) == 1, "from the newest only after the rest was read"


def test_a_time_to_come_hides_nothing(fake: FakeMastodon, server: LocalServer) -> None:
    fake.statuses = [status(NOW + 90 * DAY, "ooit")]
    first = run(mastodon(server, hashtags="x"))
    fake.statuses.append(status(NOW - timedelta(minutes=1), "nu"))
    assert "nu" in {post.body for post in run(mastodon(server, hashtags="x"), first.cursor).posts}


def test_a_post_that_lost_its_hashtag_comes_as_it_is_now(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE), status(BASE - HOUR, "oude tekst")]
    first = run(mastodon(server, hashtags="x"))
    edited = status(BASE - HOUR, "geen merk meer", edited_at="2026-11-20T10:30:00.000Z")
    fake.statuses[1] = edited | {"reblog": None}
    hidden = fake.statuses[:1]
    server.fault = lambda ask: (
        Reply(200, json.dumps(hidden if "max_id" not in ask.query else []).encode())
        if "/tag/" in ask.path
        else None
    )
    second = run(mastodon(server, hashtags="x"), first.cursor)
    assert [post.body for post in second.posts] == ["Bericht", "geen merk meer"]
    assert not any(post.deleted_at for post in second.posts)


def test_a_deletion_is_seen_though_newer_posts_moved_the_overlap_on(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE - DAY), status(BASE - 2 * DAY, "straks weg")]
    first = run(mastodon(server, hashtags="x", overlap_hours=30))
    fake.statuses = [status(BASE + HOUR / 2, "nieuw"), status(BASE - DAY)]
    # A failure in between must not lose what was still to be looked up.
    server.fault = lambda ask: Reply(503) if "/statuses/" in ask.path else None
    connector = mastodon(server, hashtags="x", overlap_hours=30)
    batches, error = until_error(connector, first.cursor)
    assert isinstance(error, Retriable)
    server.fault = None
    second = run(mastodon(server, hashtags="x", overlap_hours=30), batches[-1].cursor)
    gone = [post.native_id for post in second.posts if post.deleted_at]
    assert gone == [f"fiets.example/{snowflake(BASE - 2 * DAY)}"]
    third = run(mastodon(server, hashtags="x", overlap_hours=30), second.cursor)
    assert not any(post.deleted_at for post in third.posts), "told once"


def test_a_server_that_hides_single_posts_says_that_deletions_are_not_seen(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE), status(BASE - HOUR)]
    first = run(mastodon(server, hashtags="x"))
    fake.statuses.pop()
    server.fault = lambda ask: Reply(401) if "/statuses/" in ask.path else None
    second = run(mastodon(server, hashtags="x"), first.cursor)
    assert [post.deleted_at for post in second.posts] == [None]
    assert "deletions cannot be seen" in second.batches[-1].truncated
    server.fault = None
    third = run(mastodon(server, hashtags="x"), second.cursor)
    assert [bool(post.deleted_at) for post in third.posts] == [False, True]


def test_the_rate_limit_is_kept_to(fake: FakeMastodon, server: LocalServer) -> None:
    fake.serve(items(100))
    left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "300"}

    def used_up(ask) -> Reply:
        reset = {"X-RateLimit-Reset": (datetime.now(UTC) + timedelta(minutes=4)).isoformat()}
        return Reply(200, fake.answer(ask).body, left | reset)

    server.fault = used_up
    batches, error = until_error(mastodon(server, hashtags="x"))
    assert [len(batch.items) for batch in batches] == [40]
    assert isinstance(error, Retriable)
    assert error.retry_after == pytest.approx(240, abs=3)
    assert len(server.asked) == 1, "the next request would only have been refused"
    server.fault = None
    assert len(run(mastodon(server, hashtags="x"), batches[-1].cursor).posts) >= 60


def test_one_refused_query_does_not_stop_the_others(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE)]
    server.fault = lambda ask: Reply(404) if ask.path.endswith("/weg") else None
    batches, error = until_error(mastodon(server, hashtags=["weg", "x"]))
    assert sum(len(batch.items) for batch in batches) == 1
    assert isinstance(error, Fatal)
    assert "/tag/weg" in str(error)
    assert "no such hashtag" in str(error)


def test_a_missing_or_wrong_token_names_its_variable(
    fake: FakeMastodon, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, error = until_error(mastodon(server, mentions=True, token_variable="UMOT_FIETS"))
    assert "environment variable UMOT_FIETS" in str(error)
    assert server.asked == []
    fake.wants_token = True
    _, error = until_error(mastodon(server, hashtags="x"))
    assert f"wants a token; put one in {VARIABLE}" in str(error)
    monkeypatch.setenv(VARIABLE, "verlopen-geheim")
    _, error = until_error(mastodon(server, hashtags="x"))
    assert f"check {VARIABLE} and its scopes" in str(error)
    assert "verlopen" not in str(error)


def test_the_brands_query_is_searched_for_where_nothing_else_is_named(
    fake: FakeMastodon, server: LocalServer, token: None
) -> None:
    fake.serve(items(3))
    run(mastodon(server, query=['"vlot wiel"', "vlotwiel app"]))
    asked = dict.fromkeys(ask.query["q"] for ask in server.asked)
    assert list(asked) == ['"vlot wiel"', "vlotwiel app"]
    server.asked.clear()
    run(mastodon(server, hashtags="stadsfiets", query=["vlotwiel"]))
    assert not any("q" in ask.query for ask in server.asked)


def test_a_search_ends_where_the_server_ends_it(
    fake: FakeMastodon, server: LocalServer, token: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors._mastodon_read.DEEPEST", 100)
    fake.serve(items(200))
    got = run(mastodon(server, search="fiets"))
    assert len(got.posts) == 120
    assert "only the newest 100 of search fiets" in got.batches[-1].truncated
    assert [ask.query.get("offset") for ask in server.asked] == [None, "40", "80"]


def test_a_server_that_does_not_turn_the_page_is_told_of(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.serve(items(3))
    server.answer = lambda _ask: Reply(200, json.dumps(fake.statuses).encode())
    _, error = until_error(mastodon(server, hashtags="x"))
    assert "same page" in str(error)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7},
        {"created_at": "gisteren"},
        {"created_at": None},
        {"created_at": "2026-11-20T10:00:00"},
        {"account": None},
        {"url": None, "uri": None, "account": []},
    ],
)
def test_an_answer_of_another_shape_is_told_of(
    fake: FakeMastodon, server: LocalServer, change: dict[str, Any]
) -> None:
    fake.statuses = [status(BASE) | change]
    server.answer = lambda _ask: Reply(200, json.dumps(fake.statuses).encode())
    _, error = until_error(mastodon(server, hashtags="x"))
    assert isinstance(error, Fatal)
    assert "/api/v1/timelines/tag/x" in str(error)


def test_a_stored_item_without_its_time_is_set_aside() -> None:
    raw = RawItem({"status": {"url": "https://x", "account": {}}}, NOW, "m")
    with pytest.raises(Skippable, match="time"):
        list(Mastodon(hashtags="x").parse(raw))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "`hashtags`"),
        ({"hashtags": ["a b"]}, "'a b'"),
        ({"hashtags": "../../x"}, "hashtag"),
        ({"hashtags": "#"}, "hashtag"),
        ({"hashtags": "x", "instance": "mastodon.social"}, "address"),
        ({"hashtags": "x", "token_variable": "HOME"}, "UMOT_"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        Mastodon(**given)
