"""Looking again: how often, within which budget, and what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.connectors import fake_bluesky, fake_mastodon, fake_youtube
from tests.connectors.fake_bluesky import FakeBluesky
from tests.connectors.fake_hacker_news import FakeHackerNews, story
from tests.connectors.fake_mastodon import FakeMastodon
from tests.connectors.fake_reddit import CLIENT_ID, CLIENT_SECRET, FakeReddit, comment, submission
from tests.connectors.fake_youtube import VIDEO, FakeYouTube
from umot import pipeline
from umot.pipeline import Monitor
from umot.pipeline.cooling import interval
from umot.pipeline.watching import Look, look, watch
from umot.testing import BASE, Ask, LocalServer, Reply

NOW = BASE + timedelta(hours=1)
HOUR = timedelta(hours=1)


class Place:
    """A data folder with one source on a server of ours, already read once at `NOW`."""

    def __init__(self, home: Path, server: LocalServer, connector: str, given: str) -> None:
        self.server = server
        home.mkdir()
        text = (
            f'[[sources]]\nname = "place"\nconnector = "{connector}"\nabout_brand = true\n{given}'
        )
        (home / "umot.toml").write_text(text, "utf-8")
        self.monitor = Monitor.open(home)
        (self.source,) = self.monitor.sources()

    def collect(self) -> None:
        visit = pipeline.attempt(self.monitor, self.source, now=NOW, progress=pipeline.silent)
        assert visit.error is None
        self.server.asked.clear()

    def look(self, hours: float) -> Look:
        return look(self.monitor, self.source, now=NOW + hours * HOUR)

    def rows(self, text: str) -> list[tuple[object, ...]]:
        with self.monitor.warehouse.write("test") as db:
            return db.execute(text).fetchall()

    def likes(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT likes FROM engagement ORDER BY post_id, observed_at")

    def deleted(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT post_id FROM posts WHERE deleted_at IS NOT NULL ORDER BY post_id")


@pytest.fixture
def reddit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FakeReddit, Place]]:
    """A subreddit with a post of an hour ago that grows, and one of two days ago that does not."""
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_SECRET", CLIENT_SECRET)
    fake = FakeReddit()
    at = BASE.timestamp()
    fake.posts = [submission("t3_new", at), submission("t3_old", at - 5 * 86_400)]
    with LocalServer(fake.answer) as server:
        given = f'subreddits = ["Vlotwiel"]\nsite_url = "{server.url}"\n'
        place = Place(tmp_path / "home", server, "reddit", given)
        place.collect()
        yield fake, place


def asked_for(place: Place) -> list[str]:
    """The names that Reddit was asked for, request by request."""
    return [ask.query["id"] for ask in place.server.asked if ask.path.strip("/") == "api/info"]


def test_waits_stretch_as_a_post_cools_and_growth_shortens_them() -> None:
    quiet = [interval(hours * HOUR, 0) for hours in (0.1, 4, 20, 60)]
    assert quiet == [timedelta(minutes=10), 2 * HOUR, 10 * HOUR, 12 * HOUR]
    assert [interval(20 * HOUR, rate) for rate in (1, 10, 100)] == [
        5 * HOUR, HOUR, timedelta(minutes=10),
    ]  # fmt: skip
    assert interval(73 * HOUR, 0.4) is None
    assert interval(73 * HOUR, 1) == 10 * HOUR


def test_a_young_post_is_observed_again_and_a_cooled_one_left_alone(
    reddit: tuple[FakeReddit, Place],
) -> None:
    fake, place = reddit
    assert place.look(0.1).asked == 0  # its time has not come
    fake.posts[0]["score"] = 90
    assert place.look(1).counts.observed == 1
    assert asked_for(place) == ["t3_new"]
    assert place.likes() == [(5,), (90,), (5,)]
    assert place.look(1.1).asked == 0
    assert place.look(1.4).asked == 1  # it grows: 91 reactions in two hours
    assert place.look(8).asked == 1  # nothing came of late, and four hours are over
    assert place.look(9).asked == 0
    assert place.likes() == [(5,), (90,), (5,)]  # a row only where a count differs


def test_deletions_are_noticed_and_the_deleted_left_alone(
    reddit: tuple[FakeReddit, Place],
) -> None:
    fake, place = reddit
    fake.posts[0] |= {"selftext": "[deleted]", "author": "[deleted]"}
    assert place.look(1).counts.deleted == 1
    assert place.deleted() == [("reddit:t3_new",)]
    assert place.rows("SELECT body FROM posts WHERE post_id = 'reddit:t3_new'") == [("",)]
    assert place.look(5).asked == 0


def test_a_reply_counts_with_its_thread(reddit: tuple[FakeReddit, Place]) -> None:
    fake, place = reddit
    fake.posts[0]["num_comments"] = 1
    fake.comments["t3_new"] = [comment("t1_a", "t3_new", BASE.timestamp())]
    place.collect()
    assert place.look(1).asked == 1
    assert asked_for(place) == ["t3_new"]


def test_the_budget_is_kept_and_the_most_urgent_go_first(
    reddit: tuple[FakeReddit, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, place = reddit
    at = BASE.timestamp()
    fake.posts = [submission(f"t3_n{n:03}", at, score=n // 200 * 500) for n in range(210)]
    place.collect()
    monkeypatch.setenv("UMOT_WATCH__REQUESTS", "2")
    place.monitor = Monitor.open(place.monitor.home)
    done = place.look(2)
    assert (done.asked, done.left) == (200, 11)
    asked = asked_for(place)
    assert [len(names.split(",")) for names in asked] == [100, 100]
    assert {f"t3_n{n}" for n in range(200, 210)} <= set(asked[0].split(","))
    assert place.look(2).asked == 0  # the same pass again has no more to spend
    assert place.look(2.1).asked > 0
    monkeypatch.setenv("UMOT_WATCH__REQUESTS", "0")
    place.monitor = Monitor.open(place.monitor.home)
    assert place.look(9).asked == 0


def test_429_is_waited_for_and_a_long_wait_is_kept_to(reddit: tuple[FakeReddit, Place]) -> None:
    fake, place = reddit
    refusals = [Reply(429, headers={"Retry-After": "7"})]

    def answer(ask: Ask) -> Reply:
        if ask.path.strip("/") == "api/info" and refusals:
            return refusals.pop()
        return fake.answer(ask)

    place.server.answer = answer
    fake.posts[0]["score"] = 90
    paused: list[float] = []
    done = watch(place.monitor, now=NOW + HOUR, pause=paused.append)
    assert (paused, done.failures, done.looks[0].counts.observed) == ([7.0], [], 1)
    refusals.append(Reply(429, headers={"Retry-After": "7200"}))
    done = watch(place.monitor, now=NOW + 2 * HOUR, pause=paused.append)
    assert paused == [7.0]
    assert "429" in done.failures[0]
    place.server.asked.clear()
    assert place.look(3.5).skipped == f"to be left alone until {NOW + 4 * HOUR:%H:%M}Z"
    assert not place.server.asked
    assert place.look(4.5).asked == 1


def test_what_was_seen_before_a_failure_is_kept(reddit: tuple[FakeReddit, Place]) -> None:
    fake, place = reddit
    fake.posts = [submission(f"t3_n{n:03}", BASE.timestamp()) for n in range(150)]
    place.collect()
    for post in fake.posts:
        post["score"] = 6
    calls: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        calls.append(ask)
        broken = ask.path.strip("/") == "api/info" and len(calls) > 2
        return Reply(404) if broken else fake.answer(ask)

    place.server.answer = answer
    with pytest.raises(Exception, match="404"):
        place.look(1)
    assert len([row for row in place.likes() if row == (6,)]) == 99  # t3_new is listed no more
    place.server.answer = fake.answer
    assert place.look(1).asked == 51
    assert len(place.likes()) == 302


def test_hacker_news_stories_are_observed_again(tmp_path: Path) -> None:
    fake, at = FakeHackerNews(), int(BASE.timestamp())
    fake.hits = [story(1, at), story(2, at)]
    item = {"type": "story", "by": "pieter", "time": at, "title": "Titel 1", "descendants": 2}
    fake.items = {"1": item | {"id": 1, "score": 99}, "2": item | {"id": 2, "dead": True}}
    with LocalServer(fake.answer) as server:
        given = f'search = ["Titel"]\nsearch_url = "{server.url}/api/v1"\nitems_url = "{server.url}/v0"\n'
        place = Place(tmp_path / "home", server, "hacker_news", given)
        place.collect()
        done = place.look(1)
    assert (done.asked, done.counts.observed, done.counts.changed, done.counts.deleted) == (
        2,
        1,
        0,
        1,
    )
    assert place.likes() == [(57,), (99,), (57,)]
    assert place.deleted() == [("hacker_news:2",)]


def test_mastodon_posts_are_observed_again(tmp_path: Path) -> None:
    fake = FakeMastodon()
    fake.statuses = [fake_mastodon.status(BASE - n * HOUR) for n in range(2)]
    with LocalServer(fake.answer) as server:
        given = f'hashtags = ["stadsfiets"]\ninstance = "{server.url}"\n'
        place = Place(tmp_path / "home", server, "mastodon", given)
        place.collect()
        fake.statuses.pop()["favourites_count"] = 0
        fake.statuses[0]["favourites_count"] = 80
        done = place.look(1)
        assert (done.asked, done.counts.observed, done.counts.deleted) == (2, 1, 1)
        assert place.likes() == [(4,), (4,), (80,)]
        fake.statuses.clear()
        place.rows(
            'UPDATE private.raw_items SET payload = json_merge_patch(payload, \'{"server": "other"}\')'
        )
        assert place.look(9).counts.deleted == 0  # another server's ids say nothing here


def test_bluesky_posts_are_observed_again(tmp_path: Path) -> None:
    fake = FakeBluesky()
    fake.posts = [fake_bluesky.post(f"p{n:02}", BASE) for n in range(30)]
    with LocalServer(fake.answer) as server:
        given = f'search = ["Bericht"]\npublic_url = "{server.url}"\n'
        place = Place(tmp_path / "home", server, "bluesky", given)
        place.collect()
        fake.posts.pop()
        fake.posts[0]["likeCount"] = 70
        done = place.look(1)
        assert [ask.path.rsplit(".", 1)[-1] for ask in server.asked] == ["getPosts", "getPosts"]
    assert (done.asked, done.counts.observed, done.counts.deleted) == (30, 1, 1)
    assert place.likes()[:2] == [(4,), (70,)]


def test_youtube_comments_are_observed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_YOUTUBE_KEY", fake_youtube.KEY)
    fake = FakeYouTube()
    fake.comments = [fake_youtube.comment(f"Ugx{n}", BASE) for n in range(2)]
    with LocalServer(fake.answer) as server:
        place = Place(
            tmp_path / "home",
            server,
            "youtube",
            f'videos = ["{VIDEO}"]\napi_url = "{server.url}"\n',
        )
        place.collect()
        fake.comments.pop()
        fake.comments[0]["snippet"]["likeCount"] = 33
        done = place.look(1)
    assert (done.asked, done.counts.observed, done.counts.changed, done.counts.deleted) == (
        2,
        1,
        0,
        1,
    )
    assert place.likes() == [(4,), (33,), (4,)]
    assert place.rows("SELECT count(*) FROM posts WHERE thread_id IS NOT NULL") == [(2,)]


def test_a_connector_that_cannot_is_skipped_by_name(tmp_path: Path) -> None:
    with LocalServer(lambda _: Reply(404)) as server:
        place = Place(tmp_path / "home", server, "files", 'path = "*.csv"\n')
        done = watch(place.monitor, now=NOW)
    assert done.looks[0].skipped == "files cannot ask for single posts"
    assert not done.failures
