"""The alert for negative posts that go viral: few, right, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.umot.alert_scene import NOW, Scene, settings
from umot.post import Kind, Label, Role
from warehouse import alert_states

VIRAL = settings("viral_negative")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    usual = {f"usual{n}": {12: 1, 8: 2 + n % 3, 0: 3 + n % 4} for n in range(10)}
    made.seen_alike(usual, age=13)  # what posts here usually get
    yield made
    made.close()


def test_a_negative_post_that_grows_is_one_alert_with_its_numbers(scene: Scene) -> None:
    scene.seen("storm", {9: 5, 6: 60, 3: 300, 0: 900})
    (alert,) = scene.due(VIRAL)
    assert (alert.kind, alert.post_id, alert.severity) == ("viral_negative", "reddit:storm", "high")
    assert "900 more reactions in 24 hours" in alert.reason
    again = scene.due(VIRAL)
    (change,) = alert_states.follow(scene.db, [alert], now=NOW)
    assert (change.event, change.alert.alert_id) == ("raised", alert.alert_id)
    assert alert_states.follow(scene.db, again, now=NOW) == []


def test_its_severity_counts_from_all_that_it_takes_to_fire(scene: Scene) -> None:
    scene.seen("storm", {9: 5, 6: 60, 3: 300, 0: 900})
    (alert,) = scene.due(settings("viral_negative", viral_negative={"ratio": 100}))
    assert alert.severity == "medium"
    assert scene.due(settings("viral_negative", viral_negative={"ratio": 300})) == []


def test_what_is_positive_or_small_or_our_own_or_old_stays_quiet(scene: Scene) -> None:
    scene.seen("praise", {9: 5, 0: 900}, label=Label.POSITIVE)
    scene.seen("small", {9: 1, 0: 12})
    scene.seen("ours", {9: 5, 0: 900}, role=Role.BRAND)
    scene.seen("over", {60: 5, 50: 900, 0: 901}, age=70)
    scene.seen("archive", {0: 5000}, age=400)
    assert scene.due(VIRAL) == []


def test_a_comment_counts_with_its_thread(scene: Scene) -> None:
    scene.seen("root", {9: 1, 0: 2}, label=Label.POSITIVE)
    scene.seen("reply", {9: 1, 0: 400}, kind=Kind.COMMENT, thread="reddit:root")
    assert scene.due(VIRAL) == []
    scene.seen("stray", {9: 1, 0: 400}, kind=Kind.COMMENT, thread="reddit:unknown")
    assert [alert.post_id for alert in scene.due(VIRAL)] == ["reddit:stray"]


def test_it_says_what_its_age_mates_do_in_two_languages(scene: Scene) -> None:
    scene.seen("storm", {9: 5, 6: 60, 3: 300, 0: 900})
    (alert,) = scene.due(VIRAL)
    assert "posts compared: 10" in alert.reasons["en"]
    assert "It was 10 h old then. It is about the end moment." in alert.reasons["en"]
    assert "900 interacties erbij in 24 uur" in alert.reasons["nl"]
    assert "Het gaat over het eindmoment." in alert.reasons["nl"]


def test_it_fires_early_grows_graver_and_knows_a_lively_place(scene: Scene) -> None:
    scene.seen("storm", {9: 5, 6: 160, 3: 500, 0: 3000})
    assert scene.due(VIRAL, NOW - timedelta(hours=9)) == []
    at = {hours: scene.due(VIRAL, NOW - timedelta(hours=hours)) for hours in (6, 3, 0)}
    assert [one.severity for hours in (6, 3, 0) for one in at[hours]] == ["medium", "high", "high"]
    lively = {f"lively{n}": {49: 300, 45: 2000 + n, 40: 2500} for n in range(30)}
    scene.seen_alike(lively, age=50)  # from now on thousands are nothing special here
    assert scene.due(VIRAL, NOW - timedelta(hours=3)) == []


def test_a_post_that_heads_there_is_told_of_before_it_is_there(scene: Scene) -> None:
    rules = settings("heading_viral")
    mates = {
        f"mate{n}": {49.5: 2 + n % 3, 48: 5 + n % 7, 46: 8 + n % 9, 26: 12 + n % 14}
        for n in range(25)
    }
    scene.seen_alike(mates, age=50)
    scene.seen("start", {1.5: 60, 0: 400}, age=2)
    scene.seen("slow", {1.5: 3, 0: 12}, age=2)
    scene.seen("praise", {1.5: 60, 0: 400}, age=2, label=Label.POSITIVE)
    assert scene.due(rules, NOW - timedelta(hours=1)) == []  # once is not enough
    (alert,) = scene.due(rules)
    assert alert.post_id == "reddit:start"
    assert "reactions to be expected at 24 hours" in alert.reason
    both = scene.due(settings("heading_viral", "viral_negative"))
    assert [one.kind for one in both] == ["viral_negative"]  # one alert for one thing
