"""Google Play's reviews against a small server of Google's on loopback."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.google_play import ACCOUNT, GooglePlay
from tests.connectors.fake_google import APP, FakePlay, account, play_review
from tests.connectors.fake_youtube import refusal
from tests.connectors.signing_keys import pem, rsa_key
from tests.connectors.suite import staged, suite
from umot.errors import Fatal, Retriable, Skippable
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
    run,
    until_error,
)

DAY = timedelta(days=1)
FAKE = FakePlay


def play(server: LocalServer, **settings: Any) -> GooglePlay:
    return GooglePlay(**({"apps": APP, "api_url": server.url, "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakePlay) -> Stage:
    return staged(
        server,
        fake,
        play,
        secrets=(pem(rsa_key(0)).splitlines()[3], "ya29."),
        credential=ACCOUNT,
        most=100,
        wrong={ACCOUNT: account(f"{server.url}/token", 1)},
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_google_play_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_review_and_the_reply(fake: FakePlay, server: LocalServer) -> None:
    fake.reviews = [play_review("a", BASE, "Werkt niet", reply="Wat vervelend!"),
                    play_review("b", BASE, text="", starRating=1)]  # fmt: skip
    fake.reviews[1]["comments"][0]["userComment"]["text"] = "Kapot\tSinds gisteren"
    review, reply, titled = run(play(server)).posts
    assert (review.post_id, review.kind) == ("google_play:a", Kind.REVIEW)
    assert (review.title, review.body, review.rating) == (None, "Werkt niet", 4.0)
    assert (titled.title, titled.body, titled.rating) == ("Kapot", "Sinds gisteren", 1.0)
    assert (review.author, review.author_role) == ("Een fietser", Role.CUSTOMER)
    assert (review.language, review.engagement.likes) == ("nl", 3)
    assert review.attributes == {"app_version": "4.8.0"}
    assert review.url == f"https://play.google.com/store/apps/details?id={APP}&reviewId=a"
    assert (reply.post_id, reply.body) == ("google_play:a/reply", "Wat vervelend!")
    assert (reply.author_role, reply.kind, reply.posted_at) == (Role.BRAND, Kind.COMMENT, BASE)
    assert (reply.thread_id, reply.parent_id) == ("google_play:a", "google_play:a")


def test_a_reply_that_was_taken_back_and_a_review_that_went_with_its_reply(
    fake: FakePlay, server: LocalServer
) -> None:
    fake.reviews = [play_review(one, BASE, reply="Dank") for one in "ab"]
    first = run(play(server))
    fake.reviews = [play_review("a", BASE)]
    second = run(play(server), first.cursor)
    gone = [post.native_id for post in second.posts if post.deleted_at]
    assert gone == ["a/reply", "b", "b/reply"]
    assert not any(post.deleted_at for post in run(play(server), second.cursor).posts)


def test_what_google_shows_no_longer_is_not_deleted(fake: FakePlay, server: LocalServer) -> None:
    fake.reviews = [play_review("a", BASE - 5 * DAY)]
    first = run(play(server))
    fake.reviews = []
    later = run(play(server), first.cursor, now=NOW + 3 * DAY)
    assert later.posts == []


def test_a_day_that_is_used_up_can_be_waited_for(fake: FakePlay, server: LocalServer) -> None:
    server.fault = lambda ask: (
        None if ask.path == "/token" else refusal(403, "quotaExceeded", "PERMISSION_DENIED")
    )
    _, error = until_error(play(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == 21 * 3600


@pytest.mark.parametrize("held", ["{}", "[]", "geen json", json.dumps({"client_email": "a"})])
def test_a_variable_that_holds_something_else_is_named(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setenv(ACCOUNT, held)
    _, error = until_error(play(server))
    assert str(error) == f"{ACCOUNT} does not hold the JSON key of a service account"


def test_a_key_that_is_none_is_named(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ACCOUNT, json.dumps({"client_email": "a", "private_key": "geheim"}))
    _, error = until_error(play(server))
    assert str(error) == f"{ACCOUNT} holds no private key in PEM"


@pytest.mark.parametrize(
    "change", [{"lastModified": None}, {"starRating": 9}, {"lastModified": {"seconds": "nu"}}]
)
def test_a_review_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    raw = RawItem(play_review("a", BASE, **change) | {"app": APP}, NOW, "p")
    with pytest.raises(Skippable):
        list(GooglePlay(apps=APP).parse(raw))


@pytest.mark.parametrize(
    ("given", "says"),
    [({"apps": ()}, "`apps`"), ({"apps": "a b"}, "package"), ({"apps": "../x.y"}, "package")],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        GooglePlay(**given)
