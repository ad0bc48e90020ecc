"""Kiyoh against a small server of its interface on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.kiyoh import TOKEN as VARIABLE
from connectors.kiyoh import Kiyoh
from tests.connectors.fake_reviews import LOCATION, TOKEN, FakeKiyoh, judged, stamp
from tests.connectors.suite import locked, staged, suite
from umot.errors import Fatal, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    DELETIONS,
    NETWORK,
    NOW,
    SIGNED,
    LocalServer,
    Stage,
    run,
    until_error,
)

HOUR = timedelta(hours=1)
FAKE = FakeKiyoh


def kiyoh(server: LocalServer, **settings: Any) -> Kiyoh:
    return Kiyoh(**({"locations": LOCATION, "site": server.url, "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeKiyoh) -> Stage:
    return staged(server, fake, kiyoh, most=200, **locked(VARIABLE, TOKEN))


@pytest.mark.parametrize("check", suite(DATA, DELETIONS, NETWORK, SIGNED))
def test_kiyoh_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_review_with_all_its_answers(fake: FakeKiyoh, server: LocalServer) -> None:
    one = judged("KV-1", BASE, "Snel geleverd", updatedSince=stamp(BASE + HOUR))
    asked = {"questionGroup": "positive", "questionType": "TEXT", "rating": "De bel", "order": 5}
    one["reviewContent"].append(asked)
    fake.reviews = [one | {"reviewComments": "Dank u!"}]
    review, reply = run(kiyoh(server, locations=1040547)).posts
    assert (review.post_id, review.kind) == ("kiyoh:KV-1", Kind.REVIEW)
    assert (review.title, review.body) == ("Prima", "Snel geleverd\nDe bel")
    assert review.rating == pytest.approx(1 + 7 * 4 / 9, abs=1e-4), "8 of 10, on 1 to 5"
    assert (review.posted_at, review.edited_at) == (BASE, BASE + HOUR)
    assert review.attributes == {"location": LOCATION, "recommends": "true"}
    assert (reply.post_id, reply.body) == ("kiyoh:KV-1/reply", "Dank u!")
    assert (reply.author_role, reply.posted_at) == (Role.BRAND, None)


def test_more_of_one_moment_than_a_page_come_whole(fake: FakeKiyoh, server: LocalServer) -> None:
    fake.reviews = [judged(f"KV-{n}", BASE) for n in range(700)]
    fake.reviews.append(judged("KV-nieuw", BASE + HOUR))
    got = run(kiyoh(server))
    assert len(set(got.ids)) == 701
    assert not any(batch.truncated for batch in got.batches)
    fake.cap = 250
    got = run(kiyoh(server))
    assert "kiyoh:KV-nieuw" in got.ids
    notes = [batch.truncated for batch in got.batches if batch.truncated]
    assert notes == ["only 250 reviews of one moment were given"]


def test_an_empty_answer_takes_nothing_for_deleted(fake: FakeKiyoh, server: LocalServer) -> None:
    fake.reviews = [judged("KV-1", BASE)]
    first = run(kiyoh(server))
    fake.reviews = []
    second = run(kiyoh(server), first.cursor)
    assert second.posts == []
    assert "nothing was taken for deleted" in second.batches[-1].truncated


def test_a_location_that_is_unknown_does_not_stop_the_others(
    fake: FakeKiyoh, server: LocalServer
) -> None:
    fake.reviews = [judged("KV-1", BASE)]
    batches, error = until_error(kiyoh(server, locations=["7", LOCATION]))
    assert sum(len(batch.items) for batch in batches) == 1
    assert "check `locations`" in str(error)


@pytest.mark.parametrize(
    "change", [{"rating": 12}, {"dateSince": None}, {"reviewContent": [7]}, {"rating": "goed"}]
)
def test_a_review_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    raw = RawItem(judged("a", BASE, **change) | {"location": LOCATION}, NOW, "k")
    with pytest.raises(Skippable):
        list(Kiyoh(locations=LOCATION).parse(raw))


@pytest.mark.parametrize("given", [(), "../x", "a b"])
def test_settings_that_cannot_work(given: Any) -> None:
    with pytest.raises(Fatal, match="location"):
        Kiyoh(locations=given)


def test_a_list_in_another_order_than_asked_for_comes_whole(
    fake: FakeKiyoh, server: LocalServer
) -> None:
    fake.reviews = [judged(f"KV-{n}", BASE - n * HOUR) for n in range(700)]
    fake.reviews[0]["reviewContent"] = [[one] for one in fake.reviews[0]["reviewContent"]]
    del fake.reviews[0]["rating"]
    got = run(kiyoh(server))
    assert len(set(got.ids)) == 700
    first = next(post for post in got.posts if post.native_id == "KV-0")
    assert (first.title, first.body) == ("Prima", "Bericht"), "answers in lists of their own"
    assert first.rating == pytest.approx(1 + 7 * 4 / 9, abs=1e-4), "the grade among the answers"
    fake.cap = 250
    got = run(kiyoh(server))
    assert "not in the order asked for" in got.batches[-2].truncated
