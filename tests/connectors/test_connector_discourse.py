"""Discourse against a small forum on loopback."""

from __future__ import annotations

import time
from typing import Any

import pytest

from connectors.discourse import KEY as VARIABLE
from connectors.discourse import Discourse
from tests.connectors.fake_discourse import KEY, FakeDiscourse, post
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
    items,
    run,
    until_error,
)

AT = "2026-11-20T10:00:00.000Z"
FAKE = FakeDiscourse


def discourse(server: LocalServer, **settings: Any) -> Discourse:
    usual = {"url": server.url, "timeout": 9, "requests_per_minute": 1e9}
    return Discourse(**(usual | settings))


# A key may be missing: what is public is read without.
@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED[1:]))
def test_discourse_conforms(
    check: Any, server: LocalServer, fake: FakeDiscourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    given = locked(VARIABLE, KEY)
    check(staged(server, fake, discourse, folds_space=True, most=50, **given))


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


def test_a_search_ends_where_the_forum_shows_no_more(
    fake: FakeDiscourse, server: LocalServer
) -> None:
    fake.serve(items(560))
    searching = discourse(server, search="bericht")
    got = run(searching)
    assert len(got.posts) == 500
    assert ["newest 10 pages" in str(batch.truncated) for batch in got.batches].count(True) == 1
    state = got.cursor["lists"]["search bericht"]
    assert (state["walk"], state["since"]) == (
        None,
        max(p.posted_at for p in got.posts).timestamp(),
    )


@pytest.mark.parametrize("place", [11, 40])
def test_a_search_that_went_beyond_the_last_page_comes_free(
    fake: FakeDiscourse, server: LocalServer, place: int
) -> None:
    fake.serve(items(560))
    fake.limit = fake.limit if place == 11 else None
    walk = {"place": place, "floor": 0.0, "top": BASE.timestamp()}
    stuck = {"lists": {"search bericht": {"since": None, "recent": {}, "walk": walk}}}
    got = run(discourse(server, search="bericht"), stuck)
    assert got.cursor["lists"]["search bericht"]["walk"] is None
    pages = [int(ask.query["page"]) for ask in server.asked if ask.path == "/search.json"]
    assert max(pages) == 10
    assert len(pages) <= 11


def test_the_latest_posts_of_older_and_newer_forums(
    fake: FakeDiscourse, server: LocalServer
) -> None:
    for fake.newer in (False, True):
        for count in (49, 50, 51, 130, 151):
            fake.serve(items(count))
            assert len(set(run(discourse(server)).ids)) == count


def test_requests_keep_the_distance_that_a_forum_wants(
    fake: FakeDiscourse, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.posts = [post(1, 5, AT, id=3), post(1, 6, AT, id=60)]

    def taken(**settings: Any) -> float:
        started = time.monotonic()
        assert len(run(discourse(server, **settings)).posts) == 2
        return time.monotonic() - started

    assert taken() < 0.3
    assert taken(requests_per_minute=0) >= 0.3
    monkeypatch.setenv(VARIABLE, KEY)
    assert taken(requests_per_minute=0) >= 1.05
    assert taken(requests_per_minute=120) >= 0.5
    with pytest.raises(Fatal, match="requests_per_minute"):
        discourse(server, requests_per_minute=-1)


def test_numbers_that_nobody_may_see_do_not_end_the_reading(
    fake: FakeDiscourse, server: LocalServer
) -> None:
    fake.posts = [post(1, 5, AT, id=3), post(1, 6, AT, id=400)]
    assert len(run(discourse(server)).posts) == 2


def test_what_is_no_post_is_skipped(server: LocalServer) -> None:
    with pytest.raises(Skippable):
        list(discourse(server).parse(RawItem({"id": 1}, NOW, "x")))


def test_a_refused_key_takes_nothing_for_deleted(fake: FakeDiscourse, server: LocalServer) -> None:
    fake.posts = [post(1, 12, AT), post(2, 12, AT, id=1202)]
    first = run(discourse(server))
    fake.posts, hidden = fake.posts[:1], fake.posts[1]
    server.fault = lambda ask: Reply(403) if "by_number" in ask.path else None
    second = run(discourse(server), first.cursor)
    gone = [one.native_id for one in second.posts if one.deleted_at]
    assert [name.rsplit("/", 1)[1] for name in gone] == [str(hidden["post_number"])]
    listed = len(server.asked)

    def refused(ask: Any) -> Reply | None:
        return Reply(403) if len(server.asked) > listed + 1 else None

    server.fault = refused
    batches, error = until_error(discourse(server), first.cursor)
    assert isinstance(error, Fatal)
    assert not any("gone" in raw.payload for batch in batches for raw in batch.items)
