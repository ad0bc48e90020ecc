"""Hacker News against both of its interfaces on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.hacker_news import HackerNews
from tests.connectors.fake_hacker_news import FakeHackerNews, comment, story
from tests.connectors.suite import staged, suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    LocalServer,
    Reply,
    Stage,
    run,
    until_error,
)

AT = BASE.timestamp()
HOUR = 3600
FAKE = FakeHackerNews


def hacker_news(server: LocalServer, **settings: Any) -> HackerNews:
    where = {"search_url": f"{server.url}/api/v1", "items_url": f"{server.url}/v0"}
    return HackerNews(**({"search": "e", "timeout": 9} | where | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeHackerNews) -> Stage:
    return staged(server, fake, hacker_news, most=500)


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK))
def test_hacker_news_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_story_and_a_comment(fake: FakeHackerNews, server: LocalServer) -> None:
    text = (
        'Vet &#x27;snel&#x27; &amp; <i>goed</i><p>Zie <a href="https:&#x2F;&#x2F;x.example">x</a>'
    )
    fake.hits = [
        story(8863, AT, title="Vlotwiel &amp; wij", story_text="<p>Vraag", author="vlotwiel"),
        comment(9224, AT + 60, 8863, comment_text=text, parent_id=8952),
    ]
    post, reply = sorted(run(hacker_news(server, company_accounts="vlotwiel")).posts, key=_number)
    assert (post.post_id, reply.post_id) == ("hacker_news:8863", "hacker_news:9224")
    assert (post.kind, reply.kind) == (Kind.POST, Kind.COMMENT)
    assert (post.title, post.body) == ("Vlotwiel & wij", "Vraag")
    assert (reply.title, reply.body) == (None, "Vet 'snel' & goed\nZie x")
    assert reply.url == "https://news.ycombinator.com/item?id=9224"
    assert (post.thread_id, post.parent_id) == ("hacker_news:8863", None)
    assert (reply.thread_id, reply.parent_id) == ("hacker_news:8863", "hacker_news:8952")
    assert (post.author_role, reply.author_role) == (Role.BRAND, Role.CUSTOMER)
    assert (post.engagement.likes, post.engagement.replies) == (57, 2)
    assert (reply.engagement.likes, reply.engagement.replies) == (None, None)
    assert post.posted_at == BASE
    assert post.edited_at is None, "the search does not tell of edits; other text is one"
    assert post.attributes == {"link": "https://nieuws.example/vlotwiel"}
    assert reply.attributes == {"story_title": "Titel 8863"}


def _number(post) -> int:
    return int(post.native_id)


def test_each_search_is_asked_by_itself_and_narrowed_by_tags(
    fake: FakeHackerNews, server: LocalServer
) -> None:
    fake.hits = [story(1, AT, title="Vlotwiel"), comment(2, AT, 1, comment_text="stadsfiets")]
    got = run(hacker_news(server, search=['"Vlotwiel"', "stadsfiets"], tags="story"))
    assert [post.native_id for post in got.posts] == ["1"]
    assert sorted(got.cursor["searches"]) == ['"Vlotwiel" story', "stadsfiets story"]
    asked = server.asked[0].query
    assert (asked["query"], asked["tags"], asked["typoTolerance"]) == (
        '"Vlotwiel"',
        "story",
        "false",
    )
    fake.hits.append(comment(3, AT, 1, _tags=["comment", "author_pg", "story_1"]))
    got = run(hacker_news(server, search=(), tags="author_pg,(story,comment)"))
    assert [post.native_id for post in got.posts] == ["3"]


def test_a_busy_search_is_read_in_stretches_that_fit(
    fake: FakeHackerNews, server: LocalServer
) -> None:
    # Years of silence, then thousands in a quarter of an hour: more than the search ever gives.
    fake.hits = [story(n, AT - n // 3) for n in range(2600)] + [story(9000, AT - 300 * 24 * HOUR)]
    got = run(hacker_news(server))
    assert len({post.native_id for post in got.posts}) == len(got.posts) == 2601
    untils = [batch.cursor["searches"]["e (story,comment)"]["until"] for batch in got.batches]
    assert untils == sorted(untils), "the oldest first, so that a stop loses nothing"
    assert len(server.asked) < 100
    assert not any(batch.truncated for batch in got.batches)


def test_what_one_second_cannot_give_is_told_of(fake: FakeHackerNews, server: LocalServer) -> None:
    fake.hits = [story(n, AT) for n in range(520)]
    got = run(hacker_news(server, history_days=0.05))
    assert len(got.posts) == 500
    notes = [batch.truncated for batch in got.batches if batch.truncated]
    assert notes == ["only 500 of 520 items of one second were given"]


def test_history_and_overlap_say_how_far_back(fake: FakeHackerNews, server: LocalServer) -> None:
    fake.hits = [story(n, NOW.timestamp() - n * 24 * HOUR) for n in range(20)]
    first = run(hacker_news(server, history_days=9.5))
    assert [post.native_id for post in first.posts] == [str(n) for n in range(10)]
    second = run(hacker_news(server, overlap_hours=36), first.cursor)
    assert [post.native_id for post in second.posts] == ["0", "1"]


def test_gone_edited_away_and_unknown_are_told_apart(
    fake: FakeHackerNews, server: LocalServer
) -> None:
    fake.hits = [story(n, AT - n) for n in range(5)] + [comment(5, AT, 1)]
    first = run(hacker_news(server))
    fake.hits = [fake.hits[0]]
    fake.items = {
        "1": {"id": 1, "dead": True, "by": "pieter", "time": int(AT), "type": "story"},
        "2": {"id": 2, "by": "pieter", "time": int(AT) - 2, "type": "story", "score": 60,
              "title": "Andere titel", "text": "Andere tekst", "descendants": 4},
        "3": {"id": 3, "deleted": True, "time": int(AT) - 3, "type": "story"},
        "5": {"id": 5, "by": "ander", "time": int(AT), "type": "comment", "parent": 1,
              "text": "anders<p>nu"},
    }  # fmt: skip
    second = run(hacker_news(server), first.cursor)
    posts = {post.native_id: post for post in second.posts}
    assert {number for number, post in posts.items() if post.deleted_at} == {"1", "3"}
    assert (posts["1"].title, posts["1"].body) == (None, "")
    edited, reply = posts["2"], posts["5"]
    assert (edited.title, edited.body) == ("Andere titel", "Andere tekst")
    assert (edited.engagement.likes, edited.engagement.replies) == (60, 4)
    assert (reply.kind, reply.body, reply.parent_id) == (
        Kind.COMMENT,
        "anders\nnu",
        "hacker_news:1",
    )
    assert "4" not in posts, "the site knows no such item: nothing is said about it"
    third = run(hacker_news(server), second.cursor)
    assert sorted(post.native_id for post in third.posts) == ["0", "2", "5"], "told once"


def test_a_site_that_fails_leaves_the_check_for_the_next_run(
    fake: FakeHackerNews, server: LocalServer
) -> None:
    fake.hits = [story(1, AT), story(2, AT)]
    first = run(hacker_news(server))
    fake.hits.pop()
    fake.items = {"2": {"id": 2, "deleted": True, "time": int(AT), "type": "story"}}
    # By then the overlap has moved on past it.
    later = NOW + timedelta(hours=48)
    for reply, kind in ((Reply(503), Retriable), (Reply(200, b'"x"'), Fatal)):
        server.fault = lambda ask, reply=reply: reply if "/v0/" in ask.path else None
        batches, error = until_error(hacker_news(server), first.cursor, now=later)
        assert isinstance(error, kind)
    server.fault = None
    posts = run(hacker_news(server), batches[-1].cursor, now=later).posts
    assert [post.native_id for post in posts if post.deleted_at] == ["2"]


@pytest.mark.parametrize(
    "answer",
    [
        b'{"hits": [{}], "nbHits": 1}',
        b'{"hits": [{"objectID": 7, "created_at_i": 5}], "nbHits": 1}',
        b'{"hits": [{"objectID": "7", "created_at_i": "nu"}], "nbHits": 1}',
        b'{"hits": []}',
        b'{"hits": 7, "nbHits": 1}',
    ],
)
def test_an_answer_of_another_shape_is_told_of(server: LocalServer, answer: bytes) -> None:
    server.answer = lambda _ask: Reply(200, answer)
    _, error = until_error(hacker_news(server))
    assert isinstance(error, Fatal)
    assert "/api/v1/search_by_date" in str(error)


@pytest.mark.parametrize("at", [None, "nu", 10**20])
def test_an_item_without_a_time_is_set_aside(at: object) -> None:
    raw = RawItem({"hit": {"objectID": "1", "created_at_i": at}}, NOW, "hn")
    with pytest.raises(Skippable, match="time of posting"):
        list(HackerNews(search="x").parse(raw))


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    raw = RawItem({"hit": story(1, AT, url="javascript:alert(1)")}, NOW)
    (post,) = HackerNews(search="x").parse(raw)
    assert post.attributes == {}
    assert post.posted_at == BASE + timedelta(0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "`search`"),
        ({"search": ["x", " "]}, "empty"),
        ({"search": "x", "search_url": "ftp://x"}, "ftp"),
        ({"search": "x", "items_url": "x"}, "address"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        HackerNews(**given)
