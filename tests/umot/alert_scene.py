"""A warehouse in which posts are written, seen at several times and read; for tests of rules."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from umot import alerts
from umot.alert_settings import RULES
from umot.config import Alerts, Brand, Settings, Source
from umot.post import (
    Alert,
    Engagement,
    Kind,
    Label,
    Moment,
    Post,
    RawItem,
    Role,
    Sentiment,
    Span,
    Status,
)
from warehouse import Warehouse, load

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
VALUES = {
    Label.NEGATIVE: (0.9, 0.05, 0.05),
    Label.NEUTRAL: (0.1, 0.8, 0.1),
    Label.POSITIVE: (0.05, 0.05, 0.9),
}


def settings(*enabled: str, **sections: dict[str, object]) -> Settings:
    """Settings with only these rules enabled; sections by name of the rule."""
    rules = {
        name: {"enabled": not enabled or name in enabled, **sections.get(name, {})}
        for name in RULES
    }
    return Settings(
        brand=Brand(name="Vlotwiel", language="en"),
        alerts=Alerts.model_validate(rules),
        sources=tuple(Source(name=name, connector="feeds") for name in ("reddit", "store")),
    )


class Scene:
    """A warehouse in which posts are seen at several times; it stays open until `close`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.warehouse = Warehouse(home)
        self.open = ExitStack()
        self.db = self.open.enter_context(self.warehouse.write("test"))
        load.save_brand(self.db, "Vlotwiel", "Europe/Amsterdam", "en")
        self.db.execute("UPDATE active SET model = 'm', map_version = 'v'")

    def close(self) -> None:
        """Let others open it."""
        self.open.close()

    def seen(self, name: str, counts: dict[float, int], **other: Any) -> None:
        """A post of some hours ago with its likes so many hours ago."""
        self.seen_alike({name: counts}, **other)

    def seen_alike(
        self,
        seen: dict[str, dict[float, int]],
        *,
        label: Label = Label.NEGATIVE,
        age: float = 10,
        role: Role = Role.CUSTOMER,
        kind: Kind = Kind.POST,
        thread: str | None = None,
    ) -> None:
        """As `seen`, for more posts by name; those seen in one hour are stored as one batch."""
        posted = NOW - timedelta(hours=age)
        hours = dict.fromkeys(hours for counts in seen.values() for hours in counts)
        for hour in hours:
            at = NOW - timedelta(hours=hour)
            posts = [
                Post("reddit", name, f"text {name}", kind, posted_at=posted, author_role=role,
                     engagement=Engagement(at, likes=counts[hour]), thread_id=thread)
                for name, counts in seen.items() if hour in counts
            ]  # fmt: skip
            self.store(posts, at, {post.native_id: label for post in posts})

    def written(
        self,
        posts: list[tuple[float, Label]],
        *,
        source: str = "reddit",
        texts: list[str] | None = None,
        rating: float | None = None,
        author: str = "a",
        collected: datetime | None = None,
        stage: str = "end",
    ) -> None:
        """Posts of so many hours ago, each with one moment; collected when written if not said."""
        made = []
        for number, (age, _) in enumerate(posts):
            at = NOW - timedelta(hours=age)
            name = f"{source}{age:.4f}{author}{number}"
            body = texts[number] if texts else f"text {name}"
            who = f"{author}{number}"
            made.append(
                Post(source, name, body, rating=rating, posted_at=at, author=who,
                     author_role=Role.CUSTOMER)
            )  # fmt: skip
        labels = {post.native_id: label for post, (_, label) in zip(made, posts, strict=True)}
        self.store(made, collected, labels, source=source, stage=stage)

    def store(
        self,
        posts: list[Post],
        at: datetime | None,
        labels: dict[str, Label],
        *,
        source: str = "reddit",
        stage: str = "end",
    ) -> None:
        """Store posts and how they read; as of when they were written, where `at` is None."""
        origin = load.Origin(source, "Vlotwiel", "own", b"key")
        when = at or NOW - timedelta(days=40)
        readings = [
            Sentiment(one.post_id, one.content_hash, "m", Status.SCORED, "nl",
                      labels[one.native_id], *VALUES[labels[one.native_id]])
            for one in posts
        ]  # fmt: skip
        moments = [
            Moment(one.post_id, one.content_hash, "m", "v", 0, Span("body", 0, 4),
                   labels[one.native_id], reading.score or 0.0, stage, "delivery", 0.9,
                   is_peak=True, is_end=True)
            for one, reading in zip(posts, readings, strict=True)
        ]  # fmt: skip
        self.db.begin()
        items = [(RawItem({}, when), one) for one in posts]
        load.store_batch(self.db, origin, items, (), None, when)
        load.store_readings(self.db, readings, moments, when)
        if at is None:
            self.db.execute(
                "UPDATE posts SET collected_at = posted_at WHERE collected_at = $1", [when]
            )
        self.db.commit()

    def due(self, given: Settings, now: datetime = NOW) -> list[Alert]:
        """What fires at `now`."""
        return alerts.due(self.db, given, now)

    def visit(self, source: str, hours: float, *, new: int = 1, error: str | None = None) -> None:
        """A visit to a source so many hours ago."""
        at = NOW - timedelta(hours=hours)
        run = f"{source}{hours}"
        load.start_run(self.db, run, source, at)
        kind = "retriable" if error else None
        load.finish_run(self.db, run, at, load.Counts(new=new), None, kind, error)
