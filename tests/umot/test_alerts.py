"""The alert for negative posts that go viral: few, right, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from umot import alerts
from umot.config import Alerts, Brand, Settings
from umot.post import Alert, Engagement, Kind, Label, Post, RawItem, Role, Sentiment, Status
from warehouse import Warehouse, alert_states, load

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
ORIGIN = load.Origin("reddit", "Vlotwiel", "own", b"key")
SETTINGS = Settings(brand=Brand(name="Vlotwiel", language="en"), alerts=Alerts())


class Scene:
    """A warehouse in which posts are seen at several times."""

    def __init__(self, home: Path) -> None:
        self.warehouse = Warehouse(home)
        with self.warehouse.transaction("test") as db:
            load.save_brand(db, "Vlotwiel", "Europe/Amsterdam", "en")
            db.execute("UPDATE active SET model = 'm', map_version = 'v'")

    def seen(
        self,
        name: str,
        counts: dict[float, int],
        *,
        label: Label = Label.NEGATIVE,
        age: float = 10,
        role: Role = Role.CUSTOMER,
        kind: Kind = Kind.POST,
        thread: str | None = None,
    ) -> None:
        """A post of some hours ago with its likes so many hours ago."""
        posted = NOW - timedelta(hours=age)
        for hours, likes in counts.items():
            at = NOW - timedelta(hours=hours)
            post = Post(
                "reddit", name, f"text {name}", kind, posted_at=posted, author_role=role,
                engagement=Engagement(at, likes=likes), thread_id=thread,
            )  # fmt: skip
            with self.warehouse.transaction("test") as db:
                load.store_batch(db, ORIGIN, [(RawItem({}, at), post)], (), None, at)
        values = {Label.NEGATIVE: (0.9, 0.05, 0.05), Label.POSITIVE: (0.05, 0.05, 0.9)}[label]
        reading = Sentiment(
            post.post_id, post.content_hash, "m", Status.SCORED, "nl", label, *values
        )
        with self.warehouse.transaction("test") as db:
            load.store_readings(db, [reading], [], NOW)

    def due(self) -> list[Alert]:
        with self.warehouse.transaction("test") as db:
            return alerts.due(db, SETTINGS, NOW)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    for number in range(10):  # what posts here usually get
        made.seen(f"usual{number}", {8: 1, 4: 2 + number % 3, 0: 3 + number % 4}, age=9)
    return made


def test_a_negative_post_that_grows_is_one_alert_with_its_numbers(scene: Scene) -> None:
    scene.seen("storm", {9: 5, 6: 60, 3: 300, 0: 900})
    (alert,) = scene.due()
    assert (alert.kind, alert.post_id, alert.severity) == ("viral_negative", "reddit:storm", "high")
    assert "900 more reactions in 24 hours" in alert.reason
    with scene.warehouse.transaction("test") as db:
        (change,) = alert_states.follow(db, [alert], now=NOW)
        assert (change.event, change.alert.alert_id) == ("raised", alert.alert_id)
        assert alert_states.follow(db, alerts.due(db, SETTINGS, NOW), now=NOW) == []


def test_what_is_positive_or_small_or_our_own_or_old_stays_quiet(scene: Scene) -> None:
    scene.seen("praise", {9: 5, 0: 900}, label=Label.POSITIVE)
    scene.seen("small", {9: 1, 0: 12})
    scene.seen("ours", {9: 5, 0: 900}, role=Role.BRAND)
    scene.seen("over", {60: 5, 50: 900, 0: 901}, age=70)
    scene.seen("archive", {0: 5000}, age=400)
    assert scene.due() == []


def test_a_comment_counts_with_its_thread(scene: Scene) -> None:
    scene.seen("root", {9: 1, 0: 2}, label=Label.POSITIVE)
    scene.seen("reply", {9: 1, 0: 400}, kind=Kind.COMMENT, thread="reddit:root")
    assert scene.due() == []
    scene.seen("stray", {9: 1, 0: 400}, kind=Kind.COMMENT, thread="reddit:unknown")
    assert [alert.post_id for alert in scene.due()] == ["reddit:stray"]
