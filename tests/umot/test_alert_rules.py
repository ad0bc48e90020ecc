"""The rules on volume, tone, stages, ratings and sources: what they see, and that they see no later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.umot.alert_scene import NOW, Scene, settings
from umot.alerts.replay import replay
from umot.post import Label

DAY = 24.0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Ten days with 10 posts every 6 hours, 3 of them negative."""
    made = Scene(tmp_path)
    labels = [Label.NEGATIVE] * 3 + [Label.POSITIVE] * 7
    made.written(
        [(step * 6 + 0.5 * place, labels[place]) for step in range(1, 40) for place in range(10)]
    )
    yield made
    made.close()


def last_hours(scene: Scene, number: int, label: Label) -> None:
    scene.written(
        [(0.1 + 5 * place / number, label) for place in range(number)], author=f"now{number}-"
    )


def test_more_posts_than_at_this_hour_are_a_spike(scene: Scene) -> None:
    rules = settings("volume_spike")
    last_hours(scene, 14, Label.NEGATIVE)
    assert scene.due(rules) == []
    last_hours(scene, 60, Label.NEGATIVE)
    (alert,) = scene.due(rules)
    assert (alert.subject, alert.stage, alert.post_id) == ("posts", "end", None)
    assert alert.reason.startswith("74 posts in 6 hours; at this time of day there are usually 10,")
    assert "It is about the end moment." in alert.reason


def test_a_new_source_is_no_spike_and_three_days_are_needed(scene: Scene) -> None:
    rules = settings("volume_spike")
    scene.written([(0.1 + 0.05 * n, Label.NEUTRAL) for n in range(90)], source="store")
    assert scene.due(rules) == []
    early = Scene(scene.home / "early")
    early.written([(0.2 * n, Label.NEGATIVE) for n in range(30)])
    early.written([(6 * n, Label.NEGATIVE) for n in range(1, 9)])
    assert early.due(settings("volume_spike", "negative_share", "stage_dip")) == []
    early.close()


def test_far_more_negative_posts_and_a_stage_that_sinks(scene: Scene) -> None:
    rules = settings("negative_share", "stage_dip")
    last_hours(scene, 30, Label.POSITIVE)
    assert scene.due(rules) == []
    last_hours(scene, 90, Label.NEGATIVE)
    tone, dip = scene.due(rules)
    assert (tone.kind, tone.subject, tone.stage) == ("negative_share", "tone", "end")
    assert "of the 130 posts in 12 hours are negative" in tone.reason
    assert "usually that is 30 %" in tone.reason
    assert (dip.kind, dip.subject, dip.stage) == ("stage_dip", "stage:end", "end")
    assert dip.reason.startswith("The end moment is sinking: −0.")
    assert "against +0.34 usually" in dip.reason
    assert "Het eindmoment zakt weg: gemiddeld −0," in dip.reasons["nl"]


def test_a_burst_of_low_ratings_is_graver_where_it_is_copied(scene: Scene) -> None:
    rules = settings("rating_bomb")
    scene.written([(DAY + 8 * n, Label.POSITIVE) for n in range(25)], source="store", rating=5)
    scene.written([(2 * DAY * n, Label.NEGATIVE) for n in range(1, 5)], source="store", rating=1)
    assert scene.due(rules) == []
    mixed = ["slow delivery again", "the app crashes", "no answer to my mail", "wrong bike sent",
             "paid twice for it", "rude at the counter", "brakes came loose", "never again here",
             "refund takes weeks", "lost my parcel"]  # fmt: skip
    scene.written(
        [(1 + n, Label.NEGATIVE) for n in range(10)],
        source="store", rating=1, texts=mixed, author="new",
    )  # fmt: skip
    (alert,) = scene.due(rules)
    assert (alert.subject, alert.severity) == ("ratings:store", "medium")
    assert "10 ratings of 1 or 2 stars in 24 hours at store, usually 0." in alert.reason
    assert "10 by writers who are new here, 0 much like another" in alert.reason
    copies = [f"Do not buy here, they are crooks and liars {n}" for n in range(30)]
    scene.written(
        [(1 + n / 10, Label.NEGATIVE) for n in range(30)],
        source="store", rating=1, texts=copies, author="bot",
    )  # fmt: skip
    (alert,) = scene.due(rules)
    assert alert.severity == "high"
    assert "30 much like another" in alert.reason


def test_sources_that_fail_or_fall_silent(scene: Scene) -> None:
    rules = settings("stale_source", "failing_source")
    for hours in range(60, 360, 10):
        scene.visit("reddit", hours)
        scene.visit("store", hours)
    scene.visit("gone", 300, error="not configured any more")
    for hours in (40, 20, 1):
        scene.visit("reddit", hours, new=0)
        scene.visit("store", hours, error="HTTP 503\nagain")
    stale, failing = scene.due(rules)
    assert (stale.kind, stale.subject) == ("stale_source", "source:reddit")
    assert "has given nothing new for 59 hours; so far that took 10 hours at most" in stale.reason
    assert (failing.kind, failing.subject) == ("failing_source", "source:store")
    assert "3 times in a row, since 2026-03-09 04:00Z. The last error: HTTP 503" in failing.reason
    scene.visit("store", 0.5)
    assert [one.kind for one in scene.due(rules)] == ["stale_source"]


def test_no_rule_sees_what_came_later(scene: Scene) -> None:
    now = NOW - timedelta(hours=6)
    rules = settings()
    scene.seen("storm", {9: 50, 7: 300}, age=10)
    scene.visit("reddit", 8)
    before = scene.due(rules, now)
    assert [one.kind for one in before] == ["viral_negative"]
    last_hours(scene, 200, Label.NEGATIVE)
    scene.seen("storm", {5: 9000}, age=10)
    scene.seen("later", {9: 700, 5: 900}, age=9.5)
    scene.written([(8 + 0.01 * n, Label.NEGATIVE) for n in range(200)], collected=NOW)
    scene.written([(8, Label.NEGATIVE)] * 40, source="store", rating=1, collected=NOW)
    for hours in (5, 4, 3, 2):
        scene.visit("reddit", hours, error="down")
    # gone and rewritten, but only afterwards
    scene.db.execute("UPDATE posts SET deleted_at = $1 WHERE post_id = 'reddit:storm'", [NOW])
    # A post that was collected late is left out, but what was known of "later" by then is not.
    expected = {one.alert_id: one.reason for one in before}
    found = {one.alert_id: one.reason for one in scene.due(rules, now)}
    assert expected.items() <= found.items()
    assert {one.subject for one in scene.due(rules, now)} == {"reddit:storm", "reddit:later"}


def test_a_replay_tells_how_often_how_early_and_how_right(scene: Scene) -> None:
    usual = {f"usual{n}": {20: 2, 12: 5} for n in range(5)}
    scene.seen_alike(usual, age=30)  # so that it can be told what is viral
    scene.seen("storm", {9: 50, 7: 300, 3: 5000, 1: 5200}, age=10)
    scene.seen("small", {9: 50, 7: 61}, age=10)
    start, end = NOW - timedelta(hours=12), NOW
    found = replay(scene.db, settings(), "viral_negative", start, end)
    assert [one.subject for one in found.alerts] == ["reddit:storm"]
    (alert,) = found.alerts
    assert alert.raised_at == NOW - timedelta(hours=7)
    assert (alert.severity, alert.lead_hours) == ("high", 4.0)
    assert (found.precision, found.recall, found.a_week) == (1.0, 1.0, 14.0)
    assert found.facts()["alerts"][0]["total"] == 5200
    volume = replay(scene.db, settings(), "volume_spike", start, end)
    assert (volume.alerts, volume.precision) == ((), None)


def test_a_long_replay_knows_what_became_of_its_first_posts(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    early = 35 * DAY
    for number in range(3):
        scene.seen(f"usual{number}", {early - 10: 2, early - 20: 5}, age=early)
    scene.seen("storm", {early - 3: 300, early - 9: 5000}, age=early)
    start, step = NOW - timedelta(days=36), timedelta(days=1)
    found = replay(scene.db, settings(), "viral_negative", start, NOW, step=step)
    assert (found.precision, found.recall) == (1.0, 1.0)
    scene.close()


def test_imported_posts_count_from_when_they_were_posted_only_if_asked(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.written(
        [(6 + step, Label.NEUTRAL) for step in range(240)]
        + [(6 + n / 50, Label.NEGATIVE) for n in range(200)],
        collected=NOW,
    )
    start, end = NOW - timedelta(hours=12), NOW - timedelta(hours=1)
    assert replay(scene.db, settings(), "volume_spike", start, end).alerts == ()
    (alert,) = replay(scene.db, settings(), "volume_spike", start, end, live=True).alerts
    assert alert.raised_at == NOW - timedelta(hours=9)
    scene.close()
