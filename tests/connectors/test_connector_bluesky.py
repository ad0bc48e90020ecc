"""Bluesky against a small server of it on loopback."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from connectors.bluesky import PASSWORD as VARIABLE
from connectors.bluesky import Bluesky
from tests.connectors.fake_bluesky import BRAND, HOME, PASSWORD, FakeBluesky, post, uri
from tests.connectors.suite import staged, suite
from umot.errors import Fatal, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    SIGNED,
    Ask,
    LocalServer,
    Reply,
    Stage,
    items,
    name,
    run,
    until_error,
)

HOUR = timedelta(hours=1)
FAKE = FakeBluesky


def bluesky(server: LocalServer, **settings: Any) -> Bluesky:
    where = {"server_url": server.url, "public_url": server.url, "timeout": 9}
    return Bluesky(**(where | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeBluesky) -> Stage:
    return staged(
        server,
        fake,
        partial(bluesky, search="fiets", account=HOME[1]),
        secrets=(PASSWORD, "eyJ.toegang"),
        credential=VARIABLE,
        most=100,
        wrong={VARIABLE: "verkeerd-wachtwoord"},
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_bluesky_conforms(check, stage: Stage) -> None:
    check(stage)


@pytest.mark.parametrize("check", LIVE, ids=name)
def test_accounts_conform_without_signing_in(check, stage: Stage, server: LocalServer) -> None:
    stage.make = lambda: bluesky(server, accounts=HOME[1])
    check(stage)


def test_a_post_an_answer_of_the_brand_and_one_to_that(
    fake: FakeBluesky, server: LocalServer
) -> None:
    first = post("a", BASE, "Vlotwiel <b> & co", replyCount=2)
    answer = post("b", BASE + HOUR / 4, "Wat vervelend!", who=BRAND, to=(uri("a"), uri("a")))
    deeper = post("c", BASE + HOUR / 2, "Zeker", to=(uri("a"), uri("b", BRAND)))
    fake.posts = [first, answer, deeper]
    fake.reposts = [post("d", BASE, who=BRAND)]
    given = {"company_accounts": ["@Vlotwiel.example"], "accounts": "fietser.bsky.social"}
    got = {one.native_id: one for one in run(bluesky(server, **given)).posts}
    assert got.keys() == {uri("a"), uri("b", BRAND), uri("c")}, "a repost is no text of its own"
    one, two, three = got[uri("a")], got[uri("b", BRAND)], got[uri("c")]
    assert (one.body, one.kind, two.kind) == ("Vlotwiel <b> & co", Kind.POST, Kind.COMMENT)
    assert one.url == "https://bsky.app/profile/fietser.bsky.social/post/a"
    assert (one.author, one.language, one.posted_at) == (HOME[1], "nl", BASE)
    assert (one.author_role, two.author_role) == (Role.CUSTOMER, Role.BRAND)
    assert {post.thread_id for post in got.values()} == {f"bluesky:{uri('a')}"}
    parents = [post.parent_id for post in (one, two, three)]
    assert parents == [None, f"bluesky:{uri('a')}", f"bluesky:{uri('b', BRAND)}"]
    counts = one.engagement
    assert (counts.likes, counts.replies, counts.shares) == (4, 2, 4)


def test_replies_can_be_left_out(fake: FakeBluesky, server: LocalServer) -> None:
    fake.posts = [post("a", BASE, replyCount=1), post("b", BASE, who=BRAND, to=(uri("a"),) * 2)]
    got = run(bluesky(server, accounts=HOME[1], replies=False))
    assert [one.native_id for one in got.posts] == [uri("a")]


def test_a_post_that_went_while_it_was_read_is_no_failure(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.posts = [post("a", BASE, replyCount=1)]
    gone = b'{"error": "NotFound", "message": "Post not found"}'
    server.fault = lambda ask: Reply(400, gone) if "getPostThread" in ask.path else None
    assert len(run(bluesky(server, accounts=HOME[1])).posts) == 1
    server.fault = lambda ask: Reply(400) if "getPostThread" in ask.path else None
    _, error = until_error(bluesky(server, accounts=HOME[1]))
    assert "getPostThread answered 400" in str(error)


def test_a_deleted_answer_is_seen(fake: FakeBluesky, server: LocalServer) -> None:
    fake.posts = [post("a", BASE, replyCount=1), post("b", BASE, who=BRAND, to=(uri("a"),) * 2)]
    first = run(bluesky(server, accounts=HOME[1]))
    fake.posts.pop()
    second = run(bluesky(server, accounts=HOME[1]), first.cursor)
    assert [one.native_id for one in second.posts if one.deleted_at] == [uri("b", BRAND)]


def test_a_post_that_claims_another_time_is_where_bluesky_lists_it(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.posts = [post("a", BASE + 900 * HOUR, indexedAt="2026-11-20T09:00:00.000Z")]
    (one,) = run(bluesky(server, search="x")).posts
    assert one.posted_at == BASE - HOUR


@pytest.mark.parametrize(
    "claimed",
    ["2026-05-01T24:00:00Z", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "ooit", 3],
)
def test_a_claim_that_is_no_time_stops_nobody(
    fake: FakeBluesky, server: LocalServer, claimed: object
) -> None:
    fake.posts = [post("a", BASE), post("b", BASE - HOUR), post("c", BASE - 2 * HOUR)]
    fake.posts[1]["record"]["createdAt"] = claimed
    server.answer = lambda ask: Reply.json({"posts": fake.posts})
    got = run(bluesky(server, search="x"))
    assert {one.native_id: one.posted_at for one in got.posts} == {
        uri("a"): BASE,
        uri("b"): BASE - HOUR,
        uri("c"): BASE - 2 * HOUR,
    }


def test_who_wants_only_people_signed_in_to_read_is_left_out(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.posts = [post("a", BASE), post("b", BASE)]
    fake.posts[1]["author"]["labels"] = [{"val": "!no-unauthenticated", "src": HOME[0]}]
    assert [one.native_id for one in run(bluesky(server, search="x")).posts] == [uri("a")]


def test_a_search_turns_pages_by_time(fake: FakeBluesky, server: LocalServer) -> None:
    fake.serve(items(250))
    got = run(bluesky(server, search="x"))
    assert len(set(got.ids)) == 250
    untils = [ask.query.get("until") for ask in server.asked]
    assert untils[:2] == [None, "2026-11-20T08:21:00.001Z"]


def test_many_posts_of_one_moment_are_no_endless_loop(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.posts = [post(str(n), BASE) for n in range(130)] + [post("oud", BASE - HOUR)]
    got = run(bluesky(server, search="x"))
    assert f"bluesky:{uri('oud')}" in got.ids, (
        "what one moment holds beyond a page is all that is missed"
    )


def test_history_and_overlap_say_how_far_back(fake: FakeBluesky, server: LocalServer) -> None:
    fake.posts = [post(str(n), NOW - 24 * n * HOUR) for n in range(9)]
    first = run(bluesky(server, search="x", history_days=4.5, overlap_hours=30))
    assert len(first.posts) == 5
    second = run(bluesky(server, search="x", overlap_hours=30), first.cursor)
    assert second.ids == [f"bluesky:{uri('0')}", f"bluesky:{uri('1')}"]


def test_one_unknown_account_does_not_stop_the_others(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.posts = [post("a", BASE)]
    batches, error = until_error(bluesky(server, accounts=["niemand.example", HOME[1]]))
    assert sum(len(batch.items) for batch in batches) == 1
    assert isinstance(error, Fatal)
    assert "check `accounts`" in str(error)


def test_a_search_that_is_closed_says_what_opens_it(fake: FakeBluesky, server: LocalServer) -> None:
    fake.closed = True
    _, error = until_error(bluesky(server, search="x"))
    assert f"set `account` and {VARIABLE}" in str(error)


def test_signing_in_is_done_once_and_again_when_it_ran_out(
    fake: FakeBluesky, server: LocalServer
) -> None:
    fake.serve(items(250))
    fetching = bluesky(server, search="x", account=HOME[1]).fetch(None, now=NOW)
    next(fetching)
    assert fake.signed_in == 1
    fake.expire()
    assert len(list(fetching)) >= 2
    assert fake.signed_in == 2


@pytest.mark.parametrize(
    "change",
    [{"uri": None, "record": {}}, {"record": None}, {"author": []}, {"indexedAt": "gisteren"}],
)
def test_an_answer_of_another_shape_is_told_of(
    fake: FakeBluesky, server: LocalServer, change: dict[str, Any]
) -> None:
    fake.posts = [post("a", BASE)]
    server.answer = lambda ask: Reply(200, fake.answer(ask).body.replace(b'"posts"', b'"posten"'))
    _, error = until_error(bluesky(server, search="x"))
    assert "searchPosts answers in a shape" in str(error)
    with pytest.raises(Skippable):
        list(bluesky(server, search="x").parse(RawItem(fake.posts[0] | change, NOW, "b")))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "`search`"),
        ({"search": " "}, "`search`"),
        ({"accounts": "klaver"}, "handle"),
        ({"search": "x", "account": "klaver"}, "handle"),
        ({"search": "x", "public_url": "bsky.app"}, "address"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        Bluesky(**given)


def test_a_server_that_turns_no_pages_ends_the_search(
    fake: FakeBluesky, server: LocalServer
) -> None:
    def answer(ask: Ask) -> Reply:
        return Reply.json({"posts": fake.posts, "cursor": "1"})

    fake.serve(items(5))
    server.answer = answer
    got = run(bluesky(server, search="x"))
    assert len(set(got.ids)) == 5
    assert not any(batch.truncated for batch in got.batches), "all it has came"
    fake.serve(items(100))
    server.answer = answer
    notes = [batch.truncated for batch in run(bluesky(server, search="x")).batches]
    assert "the search x goes no further back" in notes
