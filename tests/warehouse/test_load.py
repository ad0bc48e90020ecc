"""Loading: nothing twice, edits and deletions, engagement, rejects, the cursor with its posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from umot.post import Engagement, Label, Moment, Post, RawItem, Sentiment, Span, Status
from warehouse import Warehouse, load, state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = load.Origin("forum", "Vlotte Fiets", "own", b"key")


def post(number: int = 1, body: str = "Prima fiets.", **other: Any) -> Post:
    values = {"author": "jan", "posted_at": NOW - timedelta(hours=number), **other}
    return Post("forum", str(number), body, **values)


def store(
    warehouse: Warehouse,
    *posts: Post,
    now: datetime = NOW,
    cursor: dict[str, Any] | None = None,
    rejects: tuple[load.Reject, ...] = (),
    origin: load.Origin = ORIGIN,
) -> load.Counts:
    pairs = [(RawItem({"body": one.body}, now, f"item {one.native_id}"), one) for one in posts]
    with warehouse.transaction("test") as db:
        load.save_brand(db, origin.brand, "Europe/Amsterdam", "nl")
        return load.store_batch(db, origin, pairs, rejects, cursor, now)


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.write("test") as db:
        return db.execute(sql).fetchall()


@pytest.fixture
def warehouse(either_home: str, tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def test_a_second_time_adds_nothing(warehouse: Warehouse) -> None:
    seen = Engagement(NOW, likes=3)
    first = store(warehouse, post(1, engagement=seen), post(2))
    again = store(warehouse, post(1, engagement=seen), post(2), now=NOW)
    assert (first.new, first.observed) == (2, 1)
    assert again == load.Counts(seen=2)
    assert rows(warehouse, "SELECT count(*) FROM posts") == [(2,)]
    assert rows(warehouse, "SELECT count(*) FROM private.raw_items") == [(2,)]


def test_the_same_post_twice_in_a_batch_counts_once_as_it_came_last(warehouse: Warehouse) -> None:
    counts = store(warehouse, post(1, "eerst"), post(1, "later"))
    assert (counts.seen, counts.new) == (2, 1)
    assert rows(warehouse, "SELECT body FROM posts") == [("later",)]


def test_an_edit_changes_the_text_and_says_when_it_was_seen(warehouse: Warehouse) -> None:
    store(warehouse, post(1, "Top!"))
    counts = store(warehouse, post(1, "Toch niet top."), now=NOW + timedelta(hours=2))
    assert counts.changed == 1
    ((body, edited, collected, hashed),) = rows(
        warehouse, "SELECT body, edited_at, collected_at, content_hash FROM posts"
    )
    assert body == "Toch niet top."
    assert edited == NOW + timedelta(hours=2)
    assert collected == NOW
    assert hashed == post(1, "Toch niet top.").content_hash


def test_a_deleted_post_loses_its_text_everywhere_and_stays_deleted(warehouse: Warehouse) -> None:
    store(warehouse, post(1, "Mijn adres is Dorpsstraat 1", title="Klacht"))
    gone = post(1, "", deleted_at=NOW + timedelta(hours=1), author=None)
    assert store(warehouse, gone).deleted == 1
    back = store(warehouse, post(1, "Mijn adres is Dorpsstraat 1"))
    assert (back.new, back.changed) == (0, 0)
    ((title, body, author, deleted),) = rows(
        warehouse, "SELECT title, body, author, deleted_at FROM posts"
    )
    assert (title, body, author) == (None, "", None)
    assert deleted == NOW + timedelta(hours=1)
    assert rows(warehouse, "SELECT * FROM private.raw_items") == []


def test_what_was_deleted_before_it_was_seen_is_not_stored(warehouse: Warehouse) -> None:
    counts = store(warehouse, post(1, "", deleted_at=NOW))
    assert (counts.new, counts.deleted) == (0, 0)
    assert rows(warehouse, "SELECT * FROM posts") == []


def test_engagement_is_a_row_per_change(warehouse: Warehouse) -> None:
    for hours, likes in ((0, 1), (1, 1), (2, 5), (3, 1)):
        at = NOW + timedelta(hours=hours)
        store(warehouse, post(1, engagement=Engagement(at, likes=likes)), now=at)
    assert rows(warehouse, "SELECT likes FROM engagement ORDER BY observed_at") == [
        (1,),
        (5,),
        (1,),
    ]


def test_counts_of_unknown_time_are_no_observation_of_today(warehouse: Warehouse) -> None:
    for _ in range(2):
        store(warehouse, post(1, engagement=Engagement(None, shares=7)))
    assert rows(warehouse, "SELECT observed_at, shares FROM engagement") == [(None, 7)]
    store(warehouse, post(1, engagement=Engagement(NOW, shares=9)))
    assert rows(warehouse, "SELECT shares FROM mentions") == [(9,)]


def test_writers_are_hashed_by_platform_and_key(warehouse: Warehouse) -> None:
    store(warehouse, post(1), post(2), replace(post(3), platform="reddit"))
    store(warehouse, post(4), origin=replace(ORIGIN, author_key=b"other"))
    authors = [row[0] for row in rows(warehouse, "SELECT author FROM posts ORDER BY post_id")]
    assert len(set(authors)) == 3
    assert authors[0] == authors[1]
    assert not any("jan" in author for author in authors)


def test_one_post_about_two_brands_is_two_mentions_of_one_post(warehouse: Warehouse) -> None:
    store(warehouse, post(1))
    store(warehouse, post(1), origin=load.Origin("vergelijk", "Rivaal", "competitor", b"key"))
    assert rows(warehouse, "SELECT brand, role FROM mentions ORDER BY brand") == [
        ("Rivaal", "competitor"),
        ("Vlotte Fiets", "own"),
    ]
    assert rows(warehouse, "SELECT count(*) FROM posts") == [(1,)]


def test_rejects_are_kept_once_with_their_content_apart(warehouse: Warehouse) -> None:
    reject = load.Reject(RawItem({"naam": "Jan Jansen"}, NOW, "lijst.csv line 4"), "no text")
    for _ in range(2):
        assert store(warehouse, rejects=(reject,)).rejected == 1
    assert rows(warehouse, "SELECT source, place, reason FROM rejects") == [
        ("forum", "lijst.csv line 4", "no text")
    ]
    assert rows(warehouse, "SELECT payload->>'naam' FROM private.rejected_items") == [
        ("Jan Jansen",)
    ]


def test_the_cursor_is_saved_with_its_posts_or_not_at_all(warehouse: Warehouse) -> None:
    store(warehouse, post(1), cursor={"page": 1})

    def killed() -> None:
        with warehouse.transaction("test") as db:
            load.store_batch(db, ORIGIN, [(RawItem({}, NOW), post(2))], (), {"page": 2}, NOW)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        killed()
    with warehouse.write("test") as db:
        assert state.cursor(db, "forum") == {"page": 1}
        assert state.cursor(db, "other") is None
    assert rows(warehouse, "SELECT post_id FROM posts") == [("forum:1",)]


HOSTILE = [
    "'); DROP TABLE posts; --",
    "nul \0 byte",
    "half a pair \ud83d alone",
    "👩‍👩‍👧 \u202eright to left",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_stored_as_it_is(warehouse: Warehouse, text: str) -> None:
    store(warehouse, post(1, text, title=text))
    expected = text.replace("\ud83d", "?")
    assert rows(warehouse, "SELECT title, body FROM posts") == [(expected, expected)]
    assert store(warehouse, post(1, text, title=text)).changed == 0


def reading(one: Post, model: str, status: Status = Status.SCORED) -> Sentiment:
    if status is not Status.SCORED:
        return Sentiment(one.post_id, one.content_hash, model, status, "pl")
    return Sentiment(
        one.post_id, one.content_hash, model, status, "nl", Label.NEGATIVE, 0.75, 0.15, 0.1
    )


def test_pending_is_what_this_model_has_not_read_in_its_present_text(warehouse: Warehouse) -> None:
    one, two = post(1), post(2)
    store(warehouse, one, two)

    def pending(
        model: str = "m", languages: tuple[str, ...] = ("nl",), map_: str = "v"
    ) -> list[str]:
        with warehouse.write("test") as db:
            found = state.pending(db, model, map_, languages)
            assert state.count_pending(db, model, map_, languages) == len(found)
        return [row[0] for row in found]

    assert pending() == ["forum:1", "forum:2"]
    moment = Moment(
        one.post_id, one.content_hash, "m", "v", 0, Span("body", 0, 5), Label.NEGATIVE, -0.6,
        "peak", "product", 0.8,
    )  # fmt: skip
    unread = reading(two, "m", Status.UNSCORED_LANGUAGE)
    with warehouse.transaction("test") as db:
        assert load.store_readings(db, [reading(one, "m"), unread], [moment], NOW) == 2
    assert pending() == []
    assert pending(languages=("nl", "pl")) == ["forum:2"]
    assert pending(model="other") == ["forum:1", "forum:2"]
    assert pending(map_="new") == ["forum:1"]
    store(warehouse, post(1, "Nieuwe tekst"))
    assert pending() == ["forum:1"]
    assert rows(warehouse, "SELECT language FROM posts WHERE post_id = 'forum:2'") == [("pl",)]


def test_readings_stored_twice_are_stored_once(warehouse: Warehouse) -> None:
    one = post(1)
    store(warehouse, one)
    with warehouse.transaction("test") as db:
        assert load.store_readings(db, [reading(one, "m")], [], NOW) == 1
        assert load.store_readings(db, [reading(one, "m")], [], NOW) == 0
    assert rows(warehouse, "SELECT label FROM sentiments WHERE score < -0.64") == [("negative",)]
