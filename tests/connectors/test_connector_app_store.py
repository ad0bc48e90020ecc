"""The App Store by both of its ways on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.app_store import KEY as VARIABLE
from connectors.app_store import AppStore
from connectors.feeds import Feeds
from tests.connectors.fake_app_store import (
    APP,
    COUNTRIES,
    ISSUER,
    KEY_ID,
    FakeConnect,
    FakeFeeds,
    entry,
    response,
    review,
)
from tests.connectors.signing_keys import p256_key, pem
from tests.connectors.suite import staged, suite
from umot.errors import Fatal, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    COUNTS,
    DATA,
    DELETIONS,
    NETWORK,
    NOW,
    SIGNED,
    LocalServer,
    Stage,
    items,
    run,
    until_error,
)

HOUR = timedelta(hours=1)
FAKE = FakeConnect


@pytest.fixture
def feeds() -> FakeFeeds:
    return FakeFeeds()


@pytest.fixture
def store(feeds: FakeFeeds) -> Iterator[LocalServer]:
    with LocalServer(feeds.answer) as server:
        yield server


def public(server: LocalServer, **settings: Any) -> AppStore:
    given = {"apps": APP, "countries": COUNTRIES, "store_url": server.url, "timeout": 9}
    return AppStore(**(given | settings))


def own(server: LocalServer, **settings: Any) -> AppStore:
    given = {"apps": APP, "issuer_id": ISSUER, "key_id": KEY_ID, "connect_url": server.url}
    return AppStore(**({"timeout": 9} | given | settings))


@pytest.mark.parametrize("check", suite(DATA, COUNTS, NETWORK))
def test_the_feeds_conform(check, store: LocalServer, feeds: FakeFeeds) -> None:
    hurried = {"timeout": 0.3, "countries": "nl"}
    check(
        Stage(
            make=lambda: public(store),
            hurried=lambda: public(store, **hurried),
            serve=feeds.serve,
            server=store,
            most=50,
        )
    )


@pytest.mark.parametrize("check", suite(DATA, DELETIONS, NETWORK, SIGNED))
def test_app_store_connect_conforms(check, server: LocalServer, fake: FakeConnect) -> None:
    check(
        staged(
            server,
            fake,
            own,
            secrets=(pem(p256_key(0)).splitlines()[1], "Bearer "),
            credential=VARIABLE,
            most=200,
            wrong={VARIABLE: pem(p256_key(1))},
        )
    )


def test_reviews_are_those_that_any_feed_reader_finds(store: LocalServer, feeds: FakeFeeds) -> None:
    feeds.entries = {"nl": [entry(1, BASE, "Prima <b>", 6)], "be": [entry(2, BASE, "Bof")]}
    one, two = run(public(store)).posts
    assert (one.post_id, one.kind, one.rating) == ("app_store:13000000001", Kind.REVIEW, 4.0)
    assert (one.title, one.body, one.engagement.likes) == ("Titel 1", "Prima <b>", 6)
    assert one.attributes == {"app_version": "4.8.0", "country": "nl"}
    assert two.attributes["country"] == "be"
    url = f"{store.url}/nl/rss/customerreviews/page=1/id={APP}/sortby=mostrecent/xml"
    (same,) = run(Feeds(url)).posts
    assert (same.post_id, same.content_hash) == (one.post_id, one.content_hash)


def test_what_a_feed_lists_no_more_is_not_deleted(store: LocalServer, feeds: FakeFeeds) -> None:
    feeds.serve(items(6))
    first = run(public(store))
    feeds.serve(items(2))
    assert not any(post.deleted_at for post in run(public(store), first.cursor).posts)


def test_the_end_of_what_a_feed_gives_is_told_of(store: LocalServer, feeds: FakeFeeds) -> None:
    feeds.serve(items(600))
    got = run(public(store))
    notes = [batch.truncated for batch in got.batches if batch.truncated]
    assert notes == [f"the App Store gives no more of app {APP} in nl"]


def test_one_country_without_the_app_does_not_stop_the_others(
    store: LocalServer, feeds: FakeFeeds
) -> None:
    feeds.serve(items(3))
    feeds.fails = {"be"}
    batches, error = until_error(public(store, countries=["be", "nl"]))
    assert sum(len(batch.items) for batch in batches) == 3
    assert "/be/rss" in str(error)
    assert "check `apps` and `countries`" in str(error)


def test_a_review_of_ones_own_app_and_the_reply(fake: FakeConnect, server: LocalServer) -> None:
    fake.reviews = [review("a", BASE, answer="r1"), review("b", BASE, answer="r2")]
    fake.responses = {"r1": response("Dank!", BASE + HOUR),
                      "r2": response("nog niet te zien", BASE, "PENDING_PUBLISH")}  # fmt: skip
    one, reply, two = run(own(server)).posts
    assert (one.post_id, one.rating, one.title) == ("app_store:a", 4.0, "Titel")
    assert (one.author, one.attributes) == ("Een fietser", {"country": "NLD"})
    assert (reply.post_id, reply.parent_id) == ("app_store:a/reply", "app_store:a")
    assert (reply.body, reply.posted_at, reply.author_role) == ("Dank!", BASE + HOUR, Role.BRAND)
    assert two.post_id == "app_store:b"


def test_a_link_to_another_server_gets_no_token(fake: FakeConnect, server: LocalServer) -> None:
    fake.serve(items(250))
    fake.url = "http://localhost:9"
    _, error = until_error(own(server))
    assert isinstance(error, Fatal)
    assert "another server" in str(error)


def test_a_key_of_another_kind_is_named(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, pem(p256_key(0)).replace("\n", "\\n"))
    assert run(own(server)).posts == [], "line ends may be written out"
    monkeypatch.setenv(VARIABLE, "geheim")
    _, error = until_error(own(server))
    assert str(error) == f"{VARIABLE} holds no private key in PEM"


@pytest.mark.parametrize("change", [{"rating": 0}, {"createdDate": None}])
def test_a_review_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    raw = RawItem(review("a", BASE, **change), NOW, "a")
    with pytest.raises(Skippable):
        list(AppStore(apps=APP).parse(raw))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"apps": ()}, "`apps`"),
        ({"apps": "nl.vlotwiel.app"}, "number of an app"),
        ({"apps": 999, "countries": "Nederland"}, "country"),
        ({"apps": "id999", "key_id": "X"}, "`issuer_id`"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        AppStore(**given)


def test_numbers_may_be_given_as_numbers() -> None:
    assert AppStore(apps=[int(APP)])._apps == AppStore(apps=APP)._apps == [APP]
