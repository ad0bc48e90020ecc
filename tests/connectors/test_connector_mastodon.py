"""Mastodon against a small server of it on loopback."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from connectors._mastodon_id import mastodon_id
from connectors.feeds import Feeds
from connectors.mastodon import TOKEN as VARIABLE
from connectors.mastodon import Mastodon
from tests.connectors.fake_mastodon import HOME, TOKEN, FakeMastodon, mastodon, snowflake, status
from tests.connectors.suite import locked, staged, suite
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
    Reply,
    Stage,
    items,
    name,
    run,
    until_error,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAKE = FakeMastodon


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)


def stage(server: LocalServer, fake: FakeMastodon, **settings: Any) -> Stage:
    make, given = partial(mastodon, **settings), locked(VARIABLE, TOKEN)
    return staged(server, fake, make, folds_space=True, most=40, **given)


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_hashtags_conform(check, server: LocalServer, fake: FakeMastodon, token: None) -> None:
    check(stage(server, fake, hashtags=["stadsfiets"]))


@pytest.mark.parametrize("check", [*DATA[2:6], *LIVE, NETWORK[5], *SIGNED], ids=name)
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
