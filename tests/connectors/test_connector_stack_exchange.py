"""Stack Exchange against its interface on loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.stack_exchange import KEY as VARIABLE
from connectors.stack_exchange import StackExchange
from tests.connectors.fake_stack_exchange import KEY, FakeStackExchange, question, reply
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
    run,
    until_error,
)

AT = int(BASE.timestamp())
FAKE = FakeStackExchange


def stack(server: LocalServer, **settings: Any) -> StackExchange:
    usual = {"site": "forum", "search": "<p>", "api_url": f"{server.url}/2.3", "timeout": 9}
    return StackExchange(**(usual | settings))


# A key may be missing: there are fewer requests without.
@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED[1:]))
def test_stack_exchange_conforms(
    check: Any, server: LocalServer, fake: FakeStackExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    given = locked(VARIABLE, KEY)
    check(staged(server, fake, stack, folds_space=True, most=100, **given))


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


def test_many_lost_questions_are_asked_for_a_page_at_a_time(
    fake: FakeStackExchange, server: LocalServer
) -> None:
    fake.questions = [question(n, AT - n, answer_count=1) for n in range(250)]
    first = run(stack(server))
    nothing = b'{"items": [], "has_more": false}'
    server.fault = lambda ask: Reply(200, nothing) if "/search/" in ask.path else None
    server.asked.clear()
    second = run(stack(server), first.cursor)
    assert not any(post.deleted_at for post in second.posts), "the search lost them, not the site"
    asked = [
        ask.path.split("/")[3].count(";") + 1 for ask in server.asked if "questions" in ask.path
    ]
    assert asked == [100, 100, 100, 100, 50, 50], "questions and their answers"
