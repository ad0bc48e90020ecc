"""X against its interface on loopback."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from connectors.x import TOKEN as VARIABLE
from connectors.x import X
from tests.connectors.fake_x import TOKEN, FakeX, tweet
from tests.connectors.suite import locked, staged, suite
from umot.errors import Fatal, Retriable
from umot.post import Kind, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    SIGNED,
    LocalServer,
    Reply,
    Stage,
    run,
    until_error,
)

FAKE = FakeX


def x(server: LocalServer, **settings: Any) -> X:
    return X(**({"search": "klaver", "api_url": f"{server.url}/2", "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeX) -> Stage:
    make = partial(x, overlap_hours=200)
    return staged(server, fake, make, most=100, **locked(VARIABLE, TOKEN))


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_x_conforms(check: Any, stage: Stage) -> None:
    check(stage)


def test_a_post_and_the_answer_to_it(fake: FakeX, server: LocalServer) -> None:
    counts = {"retweet_count": 3, "quote_count": 1, "like_count": 5, "reply_count": 2}
    fake.posts = [
        tweet(11, BASE, public_metrics=counts, note_tweet={"text": "de hele lange tekst"}),
        tweet(12, BASE, conversation_id="11",
              referenced_tweets=[{"type": "replied_to", "id": "11"}]),
    ]  # fmt: skip
    found = {post.native_id: post for post in run(x(server, company_accounts="@ANNA")).posts}
    first, second = found["11"], found["12"]
    assert (first.post_id, first.kind, first.body) == ("x:11", Kind.POST, "de hele lange tekst")
    assert (first.author, first.author_role, first.language) == ("anna", Role.BRAND, "nl")
    assert first.url == "https://x.com/anna/status/11"
    assert first.engagement.shares == 4
    assert (first.engagement.replies, first.engagement.audience) == (2, 300)
    assert (second.kind, second.thread_id, second.parent_id) == (Kind.COMMENT, "x:11", "x:11")


def test_the_brands_query_is_one_search_that_x_understands(
    fake: FakeX, server: LocalServer
) -> None:
    run(x(server, search=(), query=['"klaver verzekeringen"', "klaverapp polis"]))
    asked = server.asked[0].query["query"]
    assert asked == '(("klaver verzekeringen") OR (klaverapp polis)) -is:retweet'
    with pytest.raises(Fatal, match="512"):
        x(server, search="x" * 513)
    with pytest.raises(Fatal, match="search"):
        x(server, search=())


def test_a_new_search_is_read_for_the_whole_week(fake: FakeX, server: LocalServer) -> None:
    fake.posts = [tweet(11, BASE), tweet(12, BASE - timedelta(days=3))]
    first = run(x(server))
    server.asked.clear()
    second = run(x(server, search=["klaver", "klaverapp"]), first.cursor)
    starts = {ask.query["query"]: ask.query["start_time"] for ask in server.asked}
    assert starts == {"klaver": "2026-11-19T22:00:00Z", "klaverapp": "2026-11-13T11:05:00Z"}, (
        "what is known is not paid for again"
    )
    assert set(second.ids) == {"x:11", "x:12"}


def test_a_search_that_found_nothing_yet_starts_as_far_back(
    fake: FakeX, server: LocalServer
) -> None:
    first = run(x(server, history_days=2))
    server.asked.clear()
    run(x(server, history_days=2), first.cursor)
    assert server.asked[0].query["start_time"] == "2026-11-18T11:00:00Z"


def test_a_used_up_quota_says_when_it_opens(fake: FakeX, server: LocalServer) -> None:
    opens = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 840)}
    server.fault = lambda ask: Reply.json({"title": "Too Many Requests"}, 429, opens)
    _, error = until_error(x(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == pytest.approx(840, abs=5)
    assert len(server.asked) == 1


def test_nothing_older_than_a_week_is_asked_for(fake: FakeX, server: LocalServer) -> None:
    run(x(server, history_days=30))
    assert server.asked[0].query["start_time"] == "2026-11-13T11:05:00Z"
