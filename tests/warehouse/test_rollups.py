"""What is brought together at publishing is what the views say, whatever happened before.

The oracle is written out here anew, over the tables alone and without numbers: posts are joined by
their ids, as anybody would.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from umot.journey import JourneyMap
from umot.post import Engagement, Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Warehouse, forget, load, rollups, state, tombstones
from warehouse.backup import backup
from warehouse.restore import restore

ZONE = "Europe/Amsterdam"
BRANDS = {"Vlotte Fiets": ZONE, "Lisboa": "Europe/Lisbon"}
# Around midnight and both changes of the clocks, in UTC.
TIMES = [
    datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, 15, tzinfo=UTC),
    datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 22, 45, tzinfo=UTC), datetime(2026, 10, 25, 23, 15, tzinfo=UTC),
]  # fmt: skip
LABELS = list(Label)
LANGUAGES = ("nl", "en")
ORACLE = """
WITH felt AS (
    SELECT
        m.post_id, count(*) AS moments, avg(m.score) AS moment_mean,
        max(m.score) FILTER (WHERE m.is_peak) AS peak_score,
        max(m.touchpoint) FILTER (WHERE m.is_end) AS end_touchpoint
    FROM moments AS m GROUP BY m.post_id
)
SELECT
    b.brand, b.role, CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE),
    p.post_id, p.author, p.language, p.deleted_at, s.status, s.label, s.score, f.moments,
    f.moment_mean, f.peak_score, f.end_touchpoint,
    (SELECT arg_max(e.likes, coalesce(e.observed_at, TIMESTAMPTZ '-infinity'))
     FROM engagement AS e WHERE e.post_id = p.post_id)
FROM posts AS p JOIN post_brands AS b ON b.post_id = p.post_id
JOIN brands AS z ON z.brand = b.brand
LEFT JOIN readings AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
LEFT JOIN felt AS f ON f.post_id = p.post_id
WHERE p.excluded_reason IS NULL ORDER BY ALL
"""
SHOWN = (
    "SELECT brand, role, day, post_id, author, language, deleted_at, status, label, score, "
    "moments, moment_mean, peak_score, end_touchpoint, likes FROM mentions ORDER BY ALL"
)
TOUCHED = """
SELECT b.brand, CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE),
    m.stage, m.touchpoint, count(*), count(*) FILTER (WHERE m.label = 'negative'),
    round(avg(m.score), 6), count(*) FILTER (WHERE m.is_peak)
FROM moments AS m JOIN posts AS p ON p.post_id = m.post_id
JOIN post_brands AS b ON b.post_id = m.post_id JOIN brands AS z ON z.brand = b.brand
WHERE p.author_role <> 'brand' GROUP BY ALL ORDER BY ALL
"""
TOUCHED_SHOWN = (
    "SELECT brand, day, stage, touchpoint, moments, negative, round(score, 6), peaks "
    "FROM touchpoint_sentiment ORDER BY ALL"
)
MAPS = [JourneyMap(name, ()) for name in ("map-1", "map-2")]


class Chance:
    """A warehouse to which things happen by chance, from a seed."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = home
        self.warehouse = Warehouse(home)
        self.draw = random.Random(seed)
        self.model, self.map = "m-1", MAPS[0]
        self.posts: dict[str, Post] = {}
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.saved: Path | None = None
        with self.warehouse.transaction("test") as db:
            for brand, zone in BRANDS.items():
                load.save_brand(db, brand, zone, "nl")
            load.activate(db, self.model, self.map)

    def post(self) -> Post:
        """A new post, or a known one with another text, other counts or gone."""
        name = str(self.draw.randrange(40))
        thread = self.draw.choice([None, "forum:1", "forum:2"])
        return Post(
            "forum", name, f"Tekst {self.draw.randrange(1000)} over de bezorging.",
            posted_at=self.draw.choice([*TIMES, None]),
            author=self.draw.choice([None, "anna", "bram"]),
            author_role=self.draw.choice([Role.CUSTOMER] * 5 + [Role.BRAND]),
            language=self.draw.choice([None, "nl", "fr"]), thread_id=thread,
            deleted_at=self.now if self.draw.random() < 0.1 else None,
            engagement=Engagement(self.now, likes=self.draw.randrange(50)),
        )  # fmt: skip

    def load(self) -> None:
        """A batch of some source, about some brand."""
        brand = self.draw.choice(list(BRANDS))
        role = "own" if brand == "Vlotte Fiets" else "competitor"
        batch = [(RawItem({"a": 1}, self.now), self.post()) for _ in range(self.draw.randrange(9))]
        with self.warehouse.transaction("test") as db:
            load.store_batch(db, load.Origin("s", brand, role, b"k"), batch, (), None, self.now)

    def read(self) -> None:
        """Read some of what waits, in some way; what was noted as waiting is all that waits."""
        key = (self.model, self.map.version, LANGUAGES)
        with self.warehouse.transaction("test") as db:
            if self.draw.random() < 0.7:
                state.settle(db, *key)
            waiting = state.pending(db, *key)
            assert waiting == state.pending(
                db, *key, state.Chosen(since=datetime(1990, 1, 1, tzinfo=UTC))
            )
            assert state.count_pending(db, *key) == len(waiting)
            chosen = [row for row in waiting if self.draw.random() < 0.7]
            read = [self.reading(row) for row in chosen]
            load.store_readings(
                db, [one for one, _ in read], [m for _, some in read for m in some], self.now
            )

    def reading(self, row: state.PendingPost) -> tuple[Sentiment, list[Moment]]:
        """What the model may have read in a post."""
        post_id, text, *_, language = row
        if language == "fr":
            status, label, chances = Status.UNSCORED_LANGUAGE, None, (None, None, None)
            return Sentiment(post_id, text, self.model, status, language, label, *chances), []
        moments = [
            Moment(
                post_id, text, self.model, self.map.version, place,
                Span("body", 5 * place, 5 * place + 5), self.draw.choice(LABELS),
                self.draw.uniform(-1, 1), self.draw.choice(["peak", "end"]),
                self.draw.choice(["ride", "none"]), 0.5, is_peak=place == 0, is_end=place == 1,
            )
            for place in range(2)
        ]  # fmt: skip
        one = Sentiment(post_id, text, self.model, Status.SCORED, "nl", self.draw.choice(LABELS),
                        0.2, 0.3, 0.5)  # fmt: skip
        return one, moments

    def switch(self) -> None:
        """Another model or map becomes the active one."""
        self.model, self.map = self.draw.choice(["m-1", "m-2"]), self.draw.choice(MAPS)
        with self.warehouse.transaction("test") as db:
            load.activate(db, self.model, self.map)

    def exclude(self) -> None:
        """Some posts are left out, others count again."""
        with self.warehouse.transaction("test") as db:
            db.execute(
                "UPDATE posts SET excluded_reason = CASE WHEN hash(post_id || $1) % 4 = 0 "
                "THEN 'spam' END", [str(self.draw.random())],
            )  # fmt: skip
            load.touch(db)

    def move(self) -> None:
        """A brand's days become those of another place."""
        with self.warehouse.transaction("test") as db:
            load.save_brand(db, "Lisboa", self.draw.choice(["Asia/Tokyo", "Europe/Lisbon"]), "en")

    def forget(self) -> None:
        """Somebody wants to be forgotten."""
        chosen = f"forum:{self.draw.randrange(40)}"
        with self.warehouse.transaction("test") as db:
            forget.erase(db, forget.Wanted(posts=[chosen]), tombstones.Gate(self.home, b"k"))
            load.touch(db)
            for table in ("mention_facts", "sentiments", "moment_readings", "private.unread"):
                found = db.execute(f"SELECT 1 FROM {table} WHERE post_id = $1", [chosen])
                assert found.fetchall() == []

    def correct(self) -> None:
        """Somebody puts a post or one of its moments right."""
        place, what, new = self.draw.choice(
            [
                ("'post', NULL, NULL", "label", "negative"),
                ("'body', 0, 5", "label", "positive"),
                ("'body', 5, 10", "stage", "zero"),
            ]
        )
        with self.warehouse.transaction("test") as db:
            db.execute(
                f"INSERT INTO corrections SELECT post_id, content_hash, {place}, $1, NULL, $2, "
                "'me', $3, NULL FROM posts WHERE hash(post_id || $4) % 6 = 0",
                [what, new, self.now, str(self.draw.random())],
            )
            load.touch(db)

    def keep_or_restore(self) -> None:
        """The warehouse is saved, or put back to what was saved."""
        if self.saved is None:
            self.saved = self.home / "backups" / "one.duckdb"
            backup(self.warehouse, self.saved, now=self.now)
            self.kept = self.model, self.map
        else:
            restore(self.warehouse, self.saved, now=self.now, force=True)
            self.warehouse = Warehouse(self.home)
            self.model, self.map = self.kept

    def happen(self) -> None:
        """One thing or another."""
        self.now += timedelta(minutes=7)
        some = [self.load] * 5 + [self.read] * 5
        rare = [
            self.switch,
            self.exclude,
            self.move,
            self.forget,
            self.correct,
            self.keep_or_restore,
        ]
        self.draw.choice([*some, *rare])()

    def check(self) -> None:
        """The copy says what the tables say, asked in the long way."""
        self.warehouse.publish()
        with self.warehouse.read() as db:
            kinds = dict(db.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
            assert set(rollups.FROZEN) <= set(kinds)
            assert all(kinds[name] for name in rollups.FROZEN)
            assert db.execute(SHOWN).fetchall() == db.execute(ORACLE).fetchall()
            assert db.execute(TOUCHED_SHOWN).fetchall() == db.execute(TOUCHED).fetchall()
            copied = {name: rows(db, name) for name in rollups.FROZEN}
        with self.warehouse.write("test") as db:
            assert db.execute(SHOWN).fetchall() == db.execute(ORACLE).fetchall()
            for name in rollups.FROZEN:
                assert rows(db, name) == copied[name], name


def rows(db: Any, name: str) -> list[tuple[Any, ...]]:
    """All rows of a table or view, real numbers to nine digits."""
    found = db.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
    rounded = [
        tuple(round(one, 9) if isinstance(one, float) else one for one in row) for row in found
    ]
    return sorted(rounded, key=repr)


def play(home: Path, seed: int, steps: int, every: int) -> None:
    chance = Chance(home, seed)
    for step in range(1, steps + 1):
        chance.happen()
        if step % every == 0:
            chance.check()


def test_the_copy_says_what_the_views_say_whatever_happened(tmp_path: Path) -> None:
    play(tmp_path, seed=5, steps=24, every=12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_copy_says_what_the_views_say_after_much(tmp_path: Path, seed: int) -> None:
    play(tmp_path, seed=seed, steps=120, every=20)
