"""Meta against a small Graph API on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.meta import TOKEN as VARIABLE
from connectors.meta import Meta
from tests.connectors.fake_meta import ACCOUNT, PAGE, TOKEN, FakeMeta, error, facebook
from tests.connectors.suite import locked, staged, suite
from umot.errors import Fatal, Retriable
from umot.post import Kind, Role
from umot.testing import BASE, DATA, LIVE, NETWORK, SIGNED, LocalServer, Stage, run, until_error

FAKE = FakeMeta


def meta(server: LocalServer, **settings: Any) -> Meta:
    return Meta(**({"page": PAGE, "api_url": f"{server.url}/v23.0", "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeMeta) -> Stage:
    return staged(server, fake, meta, most=50, **locked(VARIABLE, TOKEN))


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_meta_conforms(check: Any, stage: Stage) -> None:
    check(stage)


def comments(*given: dict[str, Any]) -> dict[str, Any]:
    at = "2026-11-20T10:05:00+0000"
    return {
        "data": [{"created_time": at, "message": "reactie", **one} for one in given],
        "paging": {
            "cursors": {"after": "x"},
            "previous": f"https://g.example?access_token={TOKEN}",
        },
    }


def test_a_post_of_the_page_with_its_comments(fake: FakeMeta, server: LocalServer) -> None:
    own = {"name": "Klaver", "id": PAGE}
    said = comments(
        {"id": "1_2", "from": {"id": "8"}, "like_count": 3},
        {"id": "1_3", "from": own, "parent": {"id": "1_2"}},
        {"id": "1_4"},
    )
    post = facebook("1_1", BASE, **{"from": own}, comments=said, shares={"count": 2})
    fake.edges[f"{PAGE}/posts"] = [post]
    got = run(meta(server))
    assert TOKEN not in str(got.batches), "links to further pages hold it"
    first, two, three, four = got.posts
    assert (first.post_id, first.kind, first.posted_at) == ("facebook:1_1", Kind.POST, BASE)
    assert (first.engagement.shares, two.engagement.likes) == (2, 3)
    assert [one.author_role for one in got.posts] == [
        Role.BRAND, Role.CUSTOMER, Role.BRAND, Role.UNKNOWN,
    ]  # fmt: skip
    assert {one.thread_id for one in got.posts} == {first.post_id}
    assert (two.parent_id, three.parent_id) == (first.post_id, two.post_id)
    assert four.kind is Kind.COMMENT
    post["comments"] = comments({"id": "1_3", "from": own})
    gone = [one.post_id for one in run(meta(server), got.cursor).posts if one.deleted_at]
    assert sorted(gone) == ["facebook:1_2", "facebook:1_4"]


def test_instagram(fake: FakeMeta, server: LocalServer) -> None:
    remark = {"id": "92", "text": "eens", "timestamp": "2026-11-20T10:01:00+0000", "username": "bo"}
    one = {
        "id": "91", "caption": "Kapotte tas", "timestamp": "2026-11-20T10:00:00+0000",
        "username": "anna", "like_count": 4, "comments_count": 1,
        "permalink": "https://www.instagram.com/p/x/",
    }  # fmt: skip
    fake.edges[f"{ACCOUNT}/tags"] = [one]
    fake.edges[f"{ACCOUNT}/media"] = [
        one | {"id": "93", "username": "Klaver", "comments": {"data": [remark]}}
    ]
    tagged, own, said = run(
        meta(server, page="", instagram=ACCOUNT, company_accounts="@klaver")
    ).posts
    assert (tagged.post_id, tagged.body, tagged.author) == ("instagram:91", "Kapotte tas", "anna")
    assert (tagged.engagement.likes, tagged.engagement.replies) == (4, 1)
    assert (own.author_role, said.author_role) == (Role.BRAND, Role.CUSTOMER)
    assert (said.body, said.parent_id) == ("eens", "instagram:93")


def remarks(numbers: range, **given: Any) -> dict[str, Any]:
    """Comments as Instagram gives them: the newest first, fifty at most."""
    said = [
        {"id": str(n), "text": f"reactie {n}", "timestamp": "2026-11-20T10:01:00+0000"}
        for n in reversed(numbers)
    ]
    return {"comments": {"data": said[:50]} | given}


def test_comments_that_newer_ones_push_out_are_still_there(
    fake: FakeMeta, server: LocalServer
) -> None:
    one = {"id": "91", "timestamp": "2026-11-20T10:00:00+0000", "username": "klaver"}
    edge, reading = f"{ACCOUNT}/media", meta(server, page="", instagram=ACCOUNT)

    def gone(cursor: Any, *posts: dict[str, Any]) -> tuple[set[str], Any]:
        fake.edges[edge] = list(posts)
        got = run(reading, cursor)
        return {post.native_id for post in got.posts if post.deleted_at}, got.cursor

    none, cursor = gone(None, one | remarks(range(100, 150)))
    assert not none
    none, cursor = gone(cursor, one | remarks(range(100, 160)))
    assert not none, "the first ten are pushed out, not deleted"
    none, cursor = gone(cursor, one | remarks(range(150, 160), paging={"next": "https://g"}))
    assert not none, "there is a further page"
    taken, _ = gone(cursor, one | remarks(range(120, 160)))
    assert taken == {str(n) for n in range(100, 120)}, "this is all there is"
    taken, _ = gone(cursor)
    assert taken == {"91", *(str(n) for n in range(100, 160))}, "all go with the post"


def test_a_run_says_where_there_may_be_more_comments(fake: FakeMeta, server: LocalServer) -> None:
    one = {"id": "91", "timestamp": "2026-11-20T10:00:00+0000", "username": "klaver"}
    fake.edges[f"{ACCOUNT}/media"] = [one | remarks(range(50))]
    got = run(meta(server, page="", instagram=ACCOUNT))
    assert "only 50 comments" in str([batch.truncated for batch in got.batches])
    said = comments(*({"id": str(n)} for n in range(60)))
    fake.edges = {f"{PAGE}/posts": [facebook("1_1", BASE, comments=said)]}
    assert not any(batch.truncated for batch in run(meta(server)).batches), "Facebook gives 100"


def test_errors_in_metas_own_form(fake: FakeMeta, server: LocalServer) -> None:
    server.fault = lambda ask: error(4, "OAuthException", 403)
    assert isinstance(until_error(meta(server))[1], Retriable), "too many requests"
    server.fault = lambda ask: error(190, "OAuthException", 400)
    _, expired = until_error(meta(server))
    assert isinstance(expired, Fatal)
    assert VARIABLE in str(expired)
    with pytest.raises(Fatal, match="number"):
        meta(server, page="klaver")
    with pytest.raises(Fatal, match="needs"):
        meta(server, page="")
