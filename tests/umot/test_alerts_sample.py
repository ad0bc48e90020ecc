"""The sample brand's Reddit over the demo's passes: what is alerted, when, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import samples
from umot import alerts, pipeline
from umot.pipeline import Monitor
from umot.post import Alert, Label, Sentiment, Status
from warehouse import load

ANCHOR = datetime(2026, 5, 20, 18, tzinfo=UTC)
BAD, GOOD = "reddit:t3_1p4k9v1", "reddit:t3_1p4k9v2"
VALUES = {"negative": (0.9, 0.05, 0.05), "neutral": (0.1, 0.8, 0.1), "positive": (0.05, 0.05, 0.9)}


def read(monitor: Monitor, now: datetime) -> None:
    """Every post as people read it: the model is not what is tried here."""
    labels = {row.post_id: row.label for row in samples.gold()}
    with monitor.warehouse.transaction("test") as db:
        db.execute("UPDATE active SET model = 'm', map_version = 'v'")
        found = db.execute("SELECT post_id, content_hash FROM posts").fetchall()
        readings = [
            Sentiment(name, text, "m", Status.SCORED, "nl", Label(labels[name]), *VALUES[labels[name]])
            for name, text in found
            if name in labels
        ]  # fmt: skip
        load.store_readings(db, readings, [], now)


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> dict[datetime, list[Alert]]:
    """What fires at each pass of the demo, through the real connector."""
    home: Path = tmp_path_factory.mktemp("sample")
    found = {}
    with pytest.MonkeyPatch.context() as patch, samples.SampleServer(ANCHOR) as server:
        for name, value in samples.CREDENTIALS.items():
            patch.setenv(name, value)
        for moment in samples.passes(ANCHOR):
            server.set_now(moment)
            samples.write_home(home, server.url, moment, anchor=ANCHOR)
            monitor = Monitor.open(home)
            (source,) = monitor.sources(["reddit"])
            pipeline.collect(monitor, source, now=moment)
            read(monitor, moment)
            with monitor.warehouse.transaction("test") as db:
                found[moment] = alerts.due(db, monitor.settings, moment)
    return found


def test_the_growing_negative_thread_is_alerted_at_its_second_or_third_observation(
    raised: dict[datetime, list[Alert]],
) -> None:
    seen = [moment for moment in raised if moment > samples.passes(ANCHOR)[0]]
    first = next(moment for moment in seen if any(one.post_id == BAD for one in raised[moment]))
    assert seen.index(first) in (1, 2)
    grave = [
        one.severity for moment in seen for one in raised[moment] if one.kind == "viral_negative"
    ]
    assert grave[-1] == "high"


def test_no_other_post_is_not_the_praised_one_nor_the_noisy_small_ones(
    raised: dict[datetime, list[Alert]],
) -> None:
    alerted = {one.post_id for found in raised.values() for one in found if one.post_id}
    assert alerted == {BAD}
    assert GOOD not in alerted


def test_it_says_why_in_dutch(raised: dict[datetime, list[Alert]]) -> None:
    reasons = [one.reason for found in raised.values() for one in found if one.post_id == BAD]
    assert "interacties" in reasons[-1]
    assert "keer zoveel als een gewoon bericht in reddit" in reasons[-1]
