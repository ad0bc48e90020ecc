"""Trustpilot against a small server of its interface on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.trustpilot import KEY as VARIABLE
from connectors.trustpilot import Trustpilot
from tests.connectors.fake_reviews import KEY, UNIT, FakeTrustpilot, review, stamp
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
    run,
    until_error,
)

HOUR = timedelta(hours=1)
FAKE = FakeTrustpilot


def trustpilot(server: LocalServer, **settings: Any) -> Trustpilot:
    return Trustpilot(**({"companies": UNIT, "api_url": server.url, "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeTrustpilot) -> Stage:
    return staged(server, fake, trustpilot, most=100, **locked(VARIABLE, KEY))


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_trustpilot_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_review_and_the_reply(fake: FakeTrustpilot, server: LocalServer) -> None:
    answer = {"text": "Wat fijn!", "createdAt": stamp(BASE + HOUR / 2),
              "updatedAt": stamp(BASE + HOUR)}  # fmt: skip
    changed = stamp(BASE + HOUR / 4)
    fake.reviews = [review("5b1", BASE, "Prima", companyReply=answer, updatedAt=changed)]
    got = run(trustpilot(server, companies=["vlotwiel.example"]))
    one, reply = got.posts
    assert (one.post_id, one.kind, one.rating) == ("trustpilot:5b1", Kind.REVIEW, 4.0)
    assert (one.title, one.body, one.language) == ("Titel", "Prima", "nl")
    assert (one.posted_at, one.edited_at) == (BASE, BASE + HOUR / 4)
    assert (one.author, one.author_role) == ("Een fietser", Role.CUSTOMER)
    assert (one.engagement.likes, one.attributes) == (2, {"verified": "true"})
    assert one.url == "https://www.trustpilot.com/reviews/5b1"
    assert (reply.post_id, reply.parent_id) == ("trustpilot:5b1/reply", "trustpilot:5b1")
    assert (reply.body, reply.author_role, reply.author) == ("Wat fijn!", Role.BRAND, None)
    assert (reply.posted_at, reply.edited_at) == (BASE + HOUR / 2, BASE + HOUR)
    assert got.cursor["units"] == {"vlotwiel.example": UNIT}
    server.asked.clear()
    run(trustpilot(server, companies=["vlotwiel.example"]), got.cursor)
    assert [ask.path for ask in server.asked] == [f"/v1/business-units/{UNIT}/reviews"]


def test_a_stopped_reading_steps_a_page_back(fake: FakeTrustpilot, server: LocalServer) -> None:
    fake.serve(items(300))
    fetching = trustpilot(server).fetch(None, now=NOW)
    first = next(fetching)
    # What was deleted in the meantime moves the rest a place forward.
    fake.reviews.pop(3)
    got = run(trustpilot(server), first.cursor)
    assert {f"Bericht {n}" for n in range(100, 300)} <= {post.body for post in got.posts}
    assert [post.native_id for post in got.posts if post.deleted_at] == ["5b3"]


def test_a_company_that_is_unknown_does_not_stop_the_others(
    fake: FakeTrustpilot, server: LocalServer
) -> None:
    fake.reviews = [review("5b1", BASE)]
    batches, error = until_error(trustpilot(server, companies=["niemand.example", UNIT]))
    assert sum(len(batch.items) for batch in batches) == 1
    assert "check `companies`" in str(error)


@pytest.mark.parametrize("change", [{"stars": 6}, {"createdAt": None}, {"companyReply": 7}])
def test_a_review_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    raw = RawItem(review("a", BASE, **change), NOW, "t")
    with pytest.raises(Skippable):
        list(Trustpilot(companies=UNIT).parse(raw))


@pytest.mark.parametrize("given", [(), "vlotwiel", "../x.y/z"])
def test_settings_that_cannot_work(given: Any) -> None:
    with pytest.raises(Fatal, match=r"compan|domain"):
        Trustpilot(companies=given)


def test_what_trustpilot_says_it_took_down_goes_however_old_it_is(
    fake: FakeTrustpilot, server: LocalServer
) -> None:
    fake.reviews = [review("5b1", BASE), review("5b0", BASE - 2000 * HOUR)]
    first = run(trustpilot(server))
    assert "deletions" not in server.asked[0].path, "nothing is known yet"
    fake.taken_down = [f"5c{n}" for n in range(1500)] + ["5b0"]
    later = NOW + 48 * HOUR
    second = run(trustpilot(server), first.cursor, now=later)
    gone = {post.native_id for post in second.posts if post.deleted_at}
    assert {"5b0", "5b0/reply"} <= gone
    assert len(gone) == 2 * 1501
    asked = [ask.query for ask in server.asked if "deletions" in ask.path]
    assert [ask["startDate"] for ask in asked] == ["2026-11-20"] * 2
    server.asked.clear()
    run(trustpilot(server), second.cursor, now=later + HOUR)
    assert not any("deletions" in ask.path for ask in server.asked), "once a day"
    server.fault = lambda ask: Reply(403) if "deletions" in ask.path else None
    third = run(trustpilot(server), second.cursor, now=later + 48 * HOUR)
    assert "not seen" in third.batches[0].truncated
    assert "trustpilot:5b1" in third.ids, "the rest is read all the same"
    server.fault = None
    fourth = run(trustpilot(server), third.cursor, now=later + 72 * HOUR)
    assert "5b0" in {post.native_id for post in fourth.posts}, "asked again from where it was"
    assert server.asked[-2].query["startDate"] == "2026-11-22"
