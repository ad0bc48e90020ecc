"""Discourse against a small forum on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.discourse import KEY, Discourse
from tests.connectors.fake_discourse import FakeDiscourse, post
from tests.connectors.suite import suite
from umot.errors import Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import BASE, DATA, LIVE, NETWORK, NOW, LocalServer, Stage, items, run

AT = "2026-11-20T10:00:00.000Z"


@pytest.fixture
def fake() -> FakeDiscourse:
    return FakeDiscourse()


@pytest.fixture
def server(fake: FakeDiscourse) -> Iterator[LocalServer]:
    with LocalServer(fake.answer) as server:
        yield server


def discourse(server: LocalServer, **settings: Any) -> Discourse:
    return Discourse(**({"url": server.url, "timeout": 9} | settings))


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_discourse_conforms(
    check: Any, server: LocalServer, fake: FakeDiscourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "geheim-1234")
    make = lambda: discourse(server, timeout=1)  # noqa: E731
    check(Stage(make, fake.serve, server, ("geheim-1234",), KEY, folds_space=True, most=50))


def test_a_topic_and_an_answer_in_it(fake: FakeDiscourse, server: LocalServer) -> None:
    fake.posts = [
        post(1, 12, AT, cooked='<p>Hoi <img class="emoji" alt=":)"></p>', reply_count=1),
        post(2, 12, AT, id=1202, username="KlaverTeam", version=2, updated_at="2026-11-20T10:05:00Z",
             actions_summary=[{"id": 2, "count": 4}]),
        post(3, 12, AT, id=1203, reply_to_post_number=2, staff=True),
        post(4, 12, AT, id=1204, post_type=3),
        post(5, 12, AT, id=1205, user_deleted=True),
    ]  # fmt: skip
    host = server.url.removeprefix("http://")
    found = run(discourse(server, company_accounts=["@klaverteam"])).posts
    posts = {one.native_id.rsplit("/", 1)[1]: one for one in found}
    assert sorted(posts) == ["1", "2", "3"], "notices of the forum and deleted posts are left out"
    first, second, third = posts["1"], posts["2"], posts["3"]
    assert first.post_id == f"discourse:{host}/12/1"
    assert (first.kind, first.title, first.body) == (Kind.POST, "Over de polis", "Hoi :)")
    assert (first.thread_id, first.parent_id) == (first.post_id, None)
    assert first.posted_at == BASE
    assert first.url == f"{server.url}/t/over-de-polis/12/1"
    assert (second.kind, second.title) == (Kind.COMMENT, None)
    assert (second.thread_id, second.parent_id) == (first.post_id, first.post_id)
    assert (second.author_role, third.author_role) == (Role.BRAND, Role.CUSTOMER)
    assert third.parent_id == second.post_id
    assert second.edited_at is not None
    assert (second.engagement.likes, second.engagement.views) == (4, 7)
    assert first.edited_at is None
    staff = run(discourse(server, staff=True)).posts
    assert [one.author_role for one in staff if one.native_id.endswith("/3")] == [Role.BRAND]


def test_a_search_brings_whole_posts(fake: FakeDiscourse, server: LocalServer) -> None:
    fake.serve(items(130, ["klaver" if n % 2 else "roos" for n in range(130)]))
    found = run(discourse(server, query=["klaver"])).posts
    assert [one.body for one in found] == ["klaver"] * 65
    own = run(discourse(server, search="roos", query=["klaver"])).posts
    assert {one.body for one in own} == {"roos"}


def test_numbers_that_nobody_may_see_do_not_end_the_reading(
    fake: FakeDiscourse, server: LocalServer
) -> None:
    fake.posts = [post(1, 5, AT, id=3), post(1, 6, AT, id=400)]
    assert len(run(discourse(server)).posts) == 2


def test_what_is_no_post_is_skipped(server: LocalServer) -> None:
    with pytest.raises(Skippable):
        list(discourse(server).parse(RawItem({"id": 1}, NOW, "x")))
