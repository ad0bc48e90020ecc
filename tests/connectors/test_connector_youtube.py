"""YouTube against a small server of its interface on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from connectors.youtube import KEY as VARIABLE
from connectors.youtube import YouTube
from tests.connectors.fake_youtube import CHANNEL, KEY, VIDEO, FakeYouTube, comment, stamp
from tests.connectors.suite import locked, staged, suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    LIVE,
    NETWORK,
    NOW,
    SIGNED,
    LocalServer,
    Stage,
    items,
    run,
    until_error,
)

HOUR = timedelta(hours=1)
FAKE = FakeYouTube


def youtube(server: LocalServer, **settings: Any) -> YouTube:
    return YouTube(**({"api_url": f"{server.url}/youtube/v3", "timeout": 9} | settings))


@pytest.fixture
def stage(server: LocalServer, fake: FakeYouTube) -> Stage:
    return staged(
        server, fake, partial(youtube, channels=CHANNEL), most=100, **locked(VARIABLE, KEY)
    )


@pytest.mark.parametrize("check", suite(DATA, LIVE, NETWORK, SIGNED))
def test_youtube_conforms(check, stage: Stage) -> None:
    check(stage)


def test_a_comment_with_replies_more_than_are_shown(fake: FakeYouTube, server: LocalServer) -> None:
    edited = {"updatedAt": stamp(BASE + HOUR), "likeCount": 9}
    fake.comments = [comment("Ugx", BASE, "Top <3 &amp;", **edited)]
    brand = {"authorDisplayName": "@Vlotwiel", "authorChannelId": {"value": CHANNEL}}
    fake.replies["Ugx"] = [
        comment(f"Ugx.{n}", BASE + n * HOUR / 9, parentId="Ugx", **(brand if n == 3 else {}))
        for n in range(4)
    ]
    got = {post.native_id: post for post in run(youtube(server, channels="@vlotwiel")).posts}
    assert got.keys() == {"Ugx", "Ugx.0", "Ugx.1", "Ugx.2", "Ugx.3"}
    top, reply, answer = got["Ugx"], got["Ugx.0"], got["Ugx.3"]
    assert (top.body, top.kind, top.author) == ("Top <3 &amp;", Kind.COMMENT, "@fietser")
    assert (top.posted_at, top.edited_at) == (BASE, BASE + HOUR)
    assert top.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugx"
    assert (top.engagement.likes, top.engagement.replies) == (9, 4)
    assert (reply.engagement.replies, reply.edited_at) == (None, None)
    assert {post.thread_id for post in got.values()} == {f"youtube:{VIDEO}"}
    assert (top.parent_id, reply.parent_id) == (f"youtube:{VIDEO}", "youtube:Ugx")
    roles = (top.author_role, reply.author_role, answer.author_role)
    assert roles == (Role.CUSTOMER, Role.CUSTOMER, Role.BRAND)


def test_a_deleted_reply_is_seen(fake: FakeYouTube, server: LocalServer) -> None:
    fake.comments = [comment("Ugx", BASE)]
    fake.replies["Ugx"] = [comment(f"Ugx.{n}", BASE, parentId="Ugx") for n in range(3)]
    first = run(youtube(server, channels=CHANNEL))
    fake.replies["Ugx"].pop()
    second = run(youtube(server, channels=CHANNEL), first.cursor)
    assert [post.native_id for post in second.posts if post.deleted_at] == ["Ugx.2"]


def test_a_search_is_made_once_a_day_and_its_units_are_counted(
    fake: FakeYouTube, server: LocalServer
) -> None:
    fake.comments = [comment("Ugx", BASE)]
    fake.found = [VIDEO, "uit", "weg"]
    given = {"search": '"vlotwiel" fiets', "channels": "@vlotwiel"}
    first = run(youtube(server, **given))
    assert {post.native_id for post in first.posts} == {"Ugx"}
    notes = [batch.truncated for batch in first.batches if batch.truncated]
    assert notes == ["comments are switched off: video uit"]
    assert first.cursor["quota"] == {"day": "2026-11-20", "units": 5, "searches": 1}
    assert server.asked[1].query["publishedAfter"] == "2026-10-21T11:00:00Z"
    second = run(youtube(server, **given), first.cursor)
    assert second.cursor["quota"]["units"] == 9, "neither the handle nor the videos again"
    later = run(youtube(server, **given), second.cursor, now=NOW + 25 * HOUR)
    assert later.cursor["quota"] == {"day": "2026-11-21", "units": 4, "searches": 1}
    assert sum(ask.path.endswith("/search") for ask in server.asked) == 2
    spared = run(youtube(server, **given, search_hours=0, daily_searches=1), first.cursor)
    assert spared.cursor["quota"]["searches"] == 1, "the videos of the last search are read on"
    assert {post.native_id for post in spared.posts} == {"Ugx"}


def test_the_units_of_a_day_are_kept_to(fake: FakeYouTube, server: LocalServer) -> None:
    fake.serve(items(450))
    batches, error = until_error(youtube(server, channels=CHANNEL, daily_units=3))
    assert sum(len(batch.items) for batch in batches) == 300
    assert isinstance(error, Retriable)
    assert "daily_units" in str(error)
    assert error.retry_after == 21 * 3600, "until midnight in California"
    asked = len(server.asked)
    _, error = until_error(youtube(server, channels=CHANNEL, daily_units=3), batches[-1].cursor)
    assert len(server.asked) == asked, "nothing more is asked on that day"
    tomorrow = NOW + 24 * HOUR
    got = run(youtube(server, channels=CHANNEL), batches[-1].cursor, now=tomorrow)
    assert {f"Bericht {n}" for n in range(300, 450)} <= {post.body for post in got.posts}


@pytest.mark.parametrize("reason", ["quotaExceeded", "rateLimitExceeded"])
def test_a_quota_that_google_calls_used_up_can_be_waited_for(
    fake: FakeYouTube, server: LocalServer, reason: str
) -> None:
    fake.refuses["commentThreads"] = 403, reason
    _, error = until_error(youtube(server, channels=CHANNEL))
    assert isinstance(error, Retriable)
    assert error.retry_after == (21 * 3600 if reason == "quotaExceeded" else None)


def test_what_is_not_there_is_told_of(fake: FakeYouTube, server: LocalServer) -> None:
    fake.comments = [comment("Ugx", BASE)]
    batches, error = until_error(youtube(server, videos=["weg", VIDEO]))
    assert isinstance(error, Fatal)
    assert sum(len(batch.items) for batch in batches) == 1, "the other is read"
    _, error = until_error(youtube(server, channels="@niemand"))
    assert "no channel @niemand" in str(error)


def test_a_project_that_may_not_use_it_names_the_key(
    fake: FakeYouTube, server: LocalServer
) -> None:
    fake.refuses["commentThreads"] = 403, "accessNotConfigured"
    _, error = until_error(youtube(server, channels=CHANNEL))
    assert isinstance(error, Fatal)
    assert VARIABLE in str(error)


def test_a_page_that_is_too_old_is_started_over(fake: FakeYouTube, server: LocalServer) -> None:
    from tests.connectors.fake_youtube import refusal

    fake.serve(items(250))
    fetching = youtube(server, channels=CHANNEL).fetch(None, now=NOW)
    cursor = next(fetching).cursor
    server.fault = lambda ask: (
        refusal(400, "invalidPageToken", "INVALID_ARGUMENT") if "T100" in str(ask.query) else None
    )
    _, error = until_error(youtube(server, channels=CHANNEL), cursor)
    assert isinstance(error, Fatal), "the fresh one is refused as well"
    seen = [ask.query.get("pageToken") for ask in server.asked]
    assert seen == [None, "T100", None, "T100"]


@pytest.mark.parametrize("change", [{"id": None, "publishedAt": None}, {"publishedAt": "nu"}])
def test_a_comment_that_cannot_be_read_is_set_aside(change: dict[str, Any]) -> None:
    payload = {"id": "a", "publishedAt": stamp(datetime.now(UTC)), "replies": 0} | change
    with pytest.raises(Skippable):
        list(YouTube(videos="x").parse(RawItem(payload, NOW, "y")))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "`channels`"),
        ({"channels": "Vlotwiel"}, "@handle"),
        ({"videos": "x", "videos_per_search": 51}, "1 to 50"),
        ({"videos": "x", "api_url": "youtube"}, "address"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        YouTube(**given)
