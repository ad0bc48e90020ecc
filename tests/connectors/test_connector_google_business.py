"""Google Business Profile's reviews against a small server of Google's on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.google_business import VARIABLES, GoogleBusiness
from tests.connectors.fake_google import CLIENT, LOCATION, REFRESH, FakeBusiness, business_review
from tests.connectors.suite import staged, suite
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

DAY = timedelta(days=1)
FAKE = FakeBusiness


def business(server: LocalServer, **settings: Any) -> GoogleBusiness:
    where = {"api_url": server.url, "token_url": f"{server.url}/token", "timeout": 9}
    return GoogleBusiness(**({"locations": LOCATION} | where | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeBusiness) -> Stage:
    return staged(
        server,
        fake,
        business,
        secrets=(CLIENT[1], REFRESH, "ya29."),
        credential=VARIABLES[2],
        most=50,
        wrong={variable: f"verkeerd-{variable[-6:]}" for variable in VARIABLES},
    )


@pytest.mark.parametrize("check", suite(DATA, DELETIONS, NETWORK, SIGNED))
def test_google_business_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_review_and_the_reply(fake: FakeBusiness, server: LocalServer) -> None:
    changed = (BASE + DAY).isoformat()
    answer = {"comment": "Dank!", "updateTime": "2026-11-21T10:00:00.123456789Z"}
    fake.reviews = [
        business_review("a", BASE, "Prima", updateTime=changed, reviewReply=answer),
        business_review("b", BASE, starRating="ONE", reviewer={"isAnonymous": True}),
    ]
    del fake.reviews[1]["comment"]
    review, reply, silent = run(business(server)).posts
    assert (review.post_id, review.kind, review.rating) == ("google_business:a", Kind.REVIEW, 4.0)
    assert (review.body, review.author) == ("Prima", "Een fietser")
    assert (review.posted_at, review.edited_at) == (BASE, BASE + DAY)
    assert review.attributes == {"location": LOCATION}
    assert (reply.post_id, reply.author_role) == ("google_business:a/reply", Role.BRAND)
    assert (reply.parent_id, reply.body) == ("google_business:a", "Dank!")
    assert (silent.body, silent.rating, silent.author) == ("", 1.0, None)
    assert silent.author_role is Role.CUSTOMER


@pytest.mark.parametrize(
    "told",
    [
        "Vlot en goed\n\n(Translated by Google)\nFast and good",
        "(Translated by Google) Fast and good\n\n(Original)\nVlot en goed",
    ],
)
def test_googles_translation_is_left_out(told: str) -> None:
    raw = RawItem(business_review("a", BASE, told) | {"location": LOCATION}, NOW, "g")
    (post,) = GoogleBusiness(locations=LOCATION).parse(raw)
    assert post.body == "Vlot en goed"


def test_a_location_that_is_not_there_names_the_setting(
    fake: FakeBusiness, server: LocalServer
) -> None:
    fake.reviews = [business_review("a", BASE)]
    both = ["accounts/1/locations/9", LOCATION]
    batches, error = until_error(business(server, locations=both))
    assert sum(len(batch.items) for batch in batches) == 1
    assert "check `locations`" in str(error)


@pytest.mark.parametrize("change", [{"starRating": "TEN"}, {"createTime": None}])
def test_a_review_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    raw = RawItem(business_review("a", BASE, **change) | {"location": LOCATION}, NOW, "g")
    with pytest.raises(Skippable):
        list(GoogleBusiness(locations=LOCATION).parse(raw))


@pytest.mark.parametrize("given", [(), "locations/2", "accounts/1/locations/2/../3"])
def test_settings_that_cannot_work(given: Any) -> None:
    with pytest.raises(Fatal, match="location"):
        GoogleBusiness(locations=given)
