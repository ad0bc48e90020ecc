"""Stack Exchange against its interface on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.stack_exchange import KEY, StackExchange
from tests.connectors.fake_stack_exchange import FakeStackExchange, question, reply
from tests.connectors.suite import suite
from umot.errors import Fatal, Retriable
from umot.post import Kind, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    LocalServer,
    Reply,
    Stage,
    run,
    until_error,
)

AT = int(BASE.timestamp())


@pytest.fixture
def fake() -> FakeStackExchange:
    return FakeStackExchange()


@pytest.fixture
def server(fake: FakeStackExchange) -> Iterator[LocalServer]:
    with LocalServer(fake.answer) as server:
        yield server


def stack(server: LocalServer, **settings: Any) -> StackExchange:
    usual = {"site": "forum", "search": "<p>", "api_url": f"{server.url}/2.3", "timeout": 9}
    return StackExchange(**(usual | settings))


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_stack_exchange_conforms(
    check: Any, server: LocalServer, fake: FakeStackExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "sleutel-9876")
    make = lambda: stack(server, timeout=1)  # noqa: E731
    check(Stage(make, fake.serve, server, ("sleutel-9876",), KEY, folds_space=True, most=100))


def test_a_question_and_its_answers(fake: FakeStackExchange, server: LocalServer) -> None:
    fake.questions = [
        question(7, AT, title="Polis &amp; app", answer_count=2, score=5, last_edit_date=AT + 60)
    ]
    owner = {"user_type": "does_not_exist", "display_name": "Klaver Team"}
    fake.answers = [reply(8, 7, AT + 5, owner=owner), reply(9, 7, AT + 9, owner={})]
    got = run(stack(server, company_accounts="klaver team"))
    first, second, third = got.posts
    assert first.post_id == "stack_exchange:forum/7"
    assert (first.kind, first.title, first.body) == (Kind.POST, "Polis & app", "vraag")
    assert (first.engagement.likes, first.engagement.views) == (5, 12)
    assert (first.posted_at, first.edited_at is not None) == (BASE, True)
    assert first.attributes == {"tags": "klaver polis"}
    assert (second.kind, second.title, second.body) == (Kind.COMMENT, None, "antwoord")
    assert second.thread_id == second.parent_id == first.post_id
    assert second.url == "https://vragen.example/questions/7/titel#8"
    assert [one.author_role for one in got.posts] == [Role.CUSTOMER, Role.BRAND, Role.UNKNOWN]
    assert (first.author, second.author, third.author) == ("42", "Klaver Team", None)
    fake.answers = fake.answers[1:]
    gone = [one.native_id for one in run(stack(server), got.cursor).posts if one.deleted_at]
    assert gone == ["forum/8"], "an answer that was taken away"


def test_a_quota_that_is_used_up_is_waited_for(
    fake: FakeStackExchange, server: LocalServer
) -> None:
    said = {
        "error_id": 502, "error_name": "throttle_violation",
        "error_message": "too many requests from this IP, more requests available in 4711 seconds",
    }  # fmt: skip
    server.fault = lambda ask: Reply(400, json.dumps(said).encode())
    _, error = until_error(stack(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == 4711
    server.fault = None
    fake.questions, fake.backoff = [question(7, AT, answer_count=1)], 300
    _, error = until_error(stack(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == 300


def test_tags_and_the_brands_query_are_looked_for(
    fake: FakeStackExchange, server: LocalServer
) -> None:
    fake.questions = [question(7, AT, tags=["roos"]), question(8, AT, body="klaver")]
    assert [p.native_id for p in run(stack(server, search=(), tags="roos")).posts] == ["forum/7"]
    found = run(stack(server, search=(), query=["klaver"])).posts
    assert [p.native_id for p in found] == ["forum/8"]
    with pytest.raises(Fatal, match="search"):
        stack(server, search=())


def test_questions_of_one_second_are_all_read(fake: FakeStackExchange, server: LocalServer) -> None:
    fake.questions = [question(n, AT - n // 40) for n in range(250)]
    assert len({post.native_id for post in run(stack(server)).posts}) == 250
