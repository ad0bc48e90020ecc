"""A small warehouse to make digests of: posts written here, so every number can be counted."""

from __future__ import annotations

import operator
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from umot.digest import Digest, build
from umot.journey import JourneyMap, Touchpoint
from umot.post import Alert, Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Warehouse, alert_states, load

BRAND, MODEL = "Vlotte Fiets", "test-1"
ZONE = ZoneInfo("Europe/Amsterdam")
TOUCHPOINTS = (
    ("reviews_read", "zero", "Recensies lezen", "Reading reviews"),
    ("order", "definitive", "Bestellen", "Ordering"),
    ("ride", "peak", "Rijden", "Riding"),
    ("battery", "peak", "Accu", "Battery"),
    ("delivery", "end", "Bezorging", "Delivery"),
    ("returns", "end", "Retour", "Returns"),
    ("recommend", "ultimate", "Aanraden", "Recommending"),
)
MAP = JourneyMap(
    "test",
    tuple(Touchpoint(key, stage, "website", nl, en, ()) for key, stage, nl, en in TOUCHPOINTS),
)
STAGES = {key: stage for key, stage, _, _ in TOUCHPOINTS}
LABELS = {"-": Label.NEGATIVE, "0": Label.NEUTRAL, "+": Label.POSITIVE}


def local(text: str) -> datetime:
    """A time on Amsterdam's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Said:
    """A post that is to be stored, with what was read in it."""

    brand: str
    source: str
    collected: datetime
    post: Post
    sentiment: Sentiment | None
    moments: list[Moment]


@dataclass
class World:
    """A warehouse that is filled by saying things in it."""

    warehouse: Warehouse
    number: int = 0
    open: Any = None
    said: list[Said] | None = None
    later: datetime = field(default_factory=lambda: local("2026-11-22 07:00"))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """The transaction of `at_once`, else one of its own."""
        if self.open is not None:
            yield self.open
        else:
            with self.warehouse.transaction("test") as db:
                yield db

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Everything said inside is stored together at the end, which is much faster."""
        self.said = []
        with self.warehouse.transaction("test") as db:
            self.open = db
            yield
            said, self.said = self.said, None
            self.store(said)
        self.open = None

    def store(self, said: list[Said]) -> None:
        """Store posts with their readings, those of one origin in one batch."""
        key = operator.attrgetter("brand", "source", "collected")
        with self.transaction() as db:
            for (brand, source, collected), group in groupby(sorted(said, key=key), key):
                posts = list(group)
                load.save_brand(db, brand, str(ZONE), "nl")
                origin = load.Origin(source, brand, "own", b"key")
                pairs = [(RawItem({}, collected), one.post) for one in posts]
                load.store_batch(db, origin, pairs, (), None, collected)
                read = [one.sentiment for one in posts if one.sentiment]
                moments = [moment for one in posts for moment in one.moments]
                load.store_readings(db, read, moments, collected)

    def say(self, at: str, text: str, sign: str, touchpoint: str = "none", **other: Any) -> str:
        """Store a post of local time `at`, read as `sign` ("-", "0", "+" or why it was not).

        Its score is `score` (0.8 by default) towards its sign; it is one moment at `touchpoint`.
        """
        self.number += 1
        source = other.pop("source", "forum")
        collected = other.pop("collected", self.later)
        score = other.pop("score", 0.8)
        brand = other.pop("brand", BRAND)
        stage = other.pop("stage", STAGES.get(touchpoint, "none"))
        values = {
            "platform": "forum",
            "native_id": f"{self.number:04}",
            "author": f"writer {self.number}",
            "author_role": Role.CUSTOMER,
            "language": "nl",
            "posted_at": local(at),
        } | other
        values["author_role"] = Role(values["author_role"])
        post = Post(body=text, **values)
        said = Said(
            brand, source, collected, post, *self.read(post, sign, score, touchpoint, stage)
        )
        if self.said is not None:
            self.said.append(said)
        else:
            self.store([said])
        return post.post_id

    def read(
        self, post: Post, sign: str, score: float, touchpoint: str, stage: str
    ) -> tuple[Sentiment | None, list[Moment]]:
        """How a post reads; not at all where the sign is none."""
        common = (post.post_id, post.content_hash, MODEL)
        if sign not in LABELS:
            known = sign in set(Status)
            return Sentiment(*common, Status(sign), post.language) if known else None, []
        label = LABELS[sign]
        signed = {"-": -score, "0": 0.0, "+": score}[sign]
        chances = ((1 - signed) / 2, 0.0, (1 + signed) / 2)
        moment = Moment(
            post.post_id, post.content_hash, MODEL, MAP.version, 0,
            Span("body", 0, len(post.body)), label, signed, stage, touchpoint, 0.9,
            is_peak=True, is_end=True,
        )  # fmt: skip
        return Sentiment(*common, Status.SCORED, post.language, label, *chances), [moment]

    def count(self, post_id: str, at: str | None, **counts: int) -> None:
        """Note counts of a post at a local time, or at none."""
        values = (counts.get("likes"), counts.get("replies"), counts.get("shares"))
        with self.transaction() as db:
            db.execute(
                "INSERT INTO engagement (post_id, observed_at, likes, replies, shares, number) "
                "SELECT $1, $2, $3, $4, $5, number FROM posts WHERE post_id = $1",
                [post_id, local(at) if at else None, *values],
            )
            load.touch(db)

    def visit(self, source: str, at: str, error: str | None = None, **other: Any) -> None:
        """Note a visit to a source."""
        self.number += 1
        run, moment = f"run {self.number}", local(at)
        counts = load.Counts(seen=other.get("new", 0), new=other.get("new", 0))
        kind = "retriable" if error else None
        with self.transaction() as db:
            load.start_run(db, run, source, moment)
            if not other.get("under_way"):
                load.finish_run(db, run, moment, counts, other.get("truncated"), kind, error)

    def warn(self, post_id: str | None, at: str, key: str = "a1", **other: Any) -> None:
        """Raise an alert."""
        alert = Alert(
            key, other.get("kind", "viral_negative"), BRAND, post_id or "delivery", post_id,
            other.get("severity", "high"), other.get("reason", "120 reacties erbij."), local(at),
        )  # fmt: skip
        with self.transaction() as db:
            alert_states.follow(db, [alert], now=alert.raised_at)

    def run(self, sql: str, *values: Any) -> None:
        """Do to the warehouse what no function does yet."""
        with self.transaction() as db:
            db.execute(sql, list(values))
            load.touch(db)

    def delete(self, post_id: str, at: str) -> None:
        """See that a post has been deleted upstream."""
        platform, native = post_id.split(":")
        gone = Post(platform, native, "", deleted_at=local(at))
        key = load.Origin("forum", BRAND, "own", b"key")
        with self.transaction() as db:
            load.store_batch(db, key, [(RawItem({}, local(at)), gone)], (), None, local(at))

    def digest(self, day: str, language: str = "nl", brand: str = BRAND, **other: Any) -> Digest:
        """The digest of a day."""
        with self.warehouse.write("test") as db:
            return build(db, brand, date.fromisoformat(day), language=language, **other)


def opened(home: Path) -> World:
    """An empty warehouse that knows the brand."""
    made = World(Warehouse(home))
    with made.transaction() as db:
        load.save_brand(db, BRAND, str(ZONE), "nl")
        load.activate(db, MODEL, MAP)
    return made


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty warehouse."""
    return opened(tmp_path)


@pytest.fixture(scope="session")
def saturday_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of `saturday`, filled once."""
    home = tmp_path_factory.mktemp("saturday")
    world = opened(home)
    with world.at_once():
        fill_saturday(world)
    return home


@pytest.fixture
def saturday(saturday_home: Path, tmp_path: Path) -> World:
    """A copy of its own of what `fill_saturday` makes."""
    shutil.copytree(saturday_home, tmp_path / "home")
    return World(Warehouse(tmp_path / "home"), number=1000)


@pytest.fixture(scope="session")
def saturdays(saturday_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Digest]:
    """The digest of `saturday` in Dutch and English, for tests that add nothing to it."""
    home = tmp_path_factory.mktemp("saturdays") / "home"
    world = World(Warehouse(shutil.copytree(saturday_home, home)))
    return {language: world.digest("2026-11-21", language) for language in ("nl", "en")}


def fill_saturday(world: World) -> None:
    """Say Saturday 21 November 2026 and the week before it; the posts stand in saturday.toml.

    Of that day: 32 posts by customers, 28 scored (14 negative, 6 neutral, 8 positive), and one by
    the brand. The seven days before have 8 posts each, 2 negative, 2 neutral and 4 positive.
    """
    posts = tomllib.loads((Path(__file__).parent / "saturday.toml").read_text("utf-8"))["post"]
    for post in posts:
        values = dict(post)
        args = [values.pop(name) for name in ("text", "sign")]
        world.say(f"2026-11-21 {values.pop('at')}", *args, values.pop("touchpoint", "none"),
                  **values)  # fmt: skip
    for day in range(14, 21):
        for number, sign in enumerate("--00++++"):
            world.say(f"2026-11-{day} {10 + number}:00", f"Bericht {day}.{number}.", sign, "ride")
    for source in ("forum", "winkel", "reddit"):
        world.visit(source, "2026-11-21 20:00", new=10)
