"""A warehouse that is told small stories, moment by moment, so every figure can be worked out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.warehouse.backed_up import backed_up
from tests.warehouse.forgotten import spoken
from tests.warehouse.lakes import both_homes, either_home, empty_lake, lake, pattern, postgres
from umot.journey import JourneyMap, Touchpoint
from umot.post import Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Connection, Warehouse, load

__all__ = [
    "backed_up",
    "both_homes",
    "either_home",
    "empty_lake",
    "lake",
    "pattern",
    "postgres",
    "spoken",
]

BRAND, MODEL = "Vlotte Fiets", "test-1"
ZONE = ZoneInfo("Europe/Amsterdam")
PLACES = (
    ("site", "zero", "website"),
    ("order", "definitive", "website"),
    ("ride", "peak", "shop"),
    ("helpdesk", "peak", "phone"),
    ("delivery", "end", "post"),
    ("praise", "ultimate", "social"),
)
MAP = JourneyMap(
    "test",
    tuple(
        Touchpoint(key, stage, channel, f"{key} (nl)", f"{key} (en)", ())
        for key, stage, channel in PLACES
    ),
)
STAGES = {key: stage for key, stage, _ in PLACES}

Told = tuple[float, str] | tuple[float, str, str]  # score, touchpoint, words


def local(text: str) -> datetime:
    """A time on Amsterdam's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def label(score: float) -> Label:
    """How a score reads: what lies within a quarter of nothing is neutral."""
    if abs(score) < 0.25:
        return Label.NEUTRAL
    return Label.POSITIVE if score > 0 else Label.NEGATIVE


class Stories:
    """Posts told one by one; each is stored at once."""

    def __init__(self, warehouse: Warehouse, db: Connection) -> None:
        self.warehouse = warehouse
        self.db = db

    def tell(self, name: str, at: str, *told: Told, **other: Any) -> str:
        """Store the post `name` of local time `at` with its moments; returns its post_id.

        Its own score is the mean of its moments, unless `score` says otherwise; without moments
        it is not read. `thread` and `parent` are names; `brand` and `collected` as they say.
        """
        brand, collected = other.pop("brand", BRAND), other.pop("collected", local(at))
        score, model = other.pop("score", None), other.pop("model", MODEL)
        for key in ("thread", "parent"):
            if (place := other.pop(key, None)) is not None:
                other[f"{key}_id"] = f"forum:{place}"
        words = [one[2] if len(one) > 2 else f"Zin {place}." for place, one in enumerate(told)]
        values: dict[str, Any] = {"author": "anna", "author_role": Role.CUSTOMER, **other}
        post = Post("forum", name, " ".join(words) or "Niets.", posted_at=local(at), **values)
        moments = [
            self.moment(post, place, words, one[0], one[1], model) for place, one in enumerate(told)
        ]
        strength = [abs(one.score) for one in moments]
        moments = [
            replace(one, is_peak=place == strength.index(max(strength)),
                    is_end=place == len(moments) - 1)
            for place, one in enumerate(moments)
        ]  # fmt: skip
        read = []
        if told:
            mean = sum(one[0] for one in told) / len(told) if score is None else score
            chances = (0.5 - mean / 2, 0.0, 0.5 + mean / 2)
            read.append(Sentiment(post.post_id, post.content_hash, model, Status.SCORED, "nl",
                                  label(mean), *chances))  # fmt: skip
        self.db.begin()
        load.save_brand(self.db, brand, str(ZONE), "nl")
        origin = load.Origin("forum", brand, "own", b"key")
        load.store_batch(self.db, origin, [(RawItem({}, collected), post)], (), None, collected)
        load.store_readings(self.db, read, moments, collected)
        self.db.commit()
        return post.post_id

    def moment(
        self, post: Post, place: int, words: list[str], score: float, touchpoint: str, model: str
    ) -> Moment:
        """One moment, at the place of its words in the body."""
        start = sum(len(one) + 1 for one in words[:place])
        return Moment(
            post.post_id, post.content_hash, model, MAP.version, place,
            Span("body", start, start + len(words[place])), label(score), score,
            STAGES.get(touchpoint, "none"), touchpoint, 0.9,
        )  # fmt: skip

    def run(self, sql: str, *values: Any) -> None:
        """Do to the warehouse what no function does."""
        self.db.execute(sql, list(values))

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        rows: list[tuple[Any, ...]] = self.db.execute(sql, list(values)).fetchall()
        return rows


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that knows the brand, the model and the map; made once."""
    home = tmp_path_factory.mktemp("empty")
    with Warehouse(home).transaction("test") as db:
        load.save_brand(db, BRAND, str(ZONE), "nl")
        load.activate(db, MODEL, MAP)
    return home


@pytest.fixture(scope="session")
def storyteller(
    empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[Stories]]:
    """Opens a warehouse to tell stories in, for fixtures that tests share."""

    @contextmanager
    def opened() -> Iterator[Stories]:
        home = tmp_path_factory.mktemp("stories") / "home"
        shutil.copytree(empty_home, home)
        warehouse = Warehouse(home)
        with warehouse.write("test") as db:
            yield Stories(warehouse, db)

    return opened


@pytest.fixture
def stories(
    either_home: str, storyteller: Callable[[], AbstractContextManager[Stories]]
) -> Iterator[Stories]:
    """A warehouse of its own to tell stories in; a DuckLake too with `make test-all`."""
    with storyteller() as opened:
        yield opened
