"""`umot alerts replay`: a rule tried on history, shown and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Umot
from tests.umot.alert_scene import Scene


@pytest.fixture
def lively(home: Path) -> Scene:
    """A folder with one post that went viral on 10 March 2026."""
    home.mkdir()
    (home / "umot.toml").write_text('[brand]\nname = "Vlotwiel"\nlanguage = "en"\n', "utf-8")
    made = Scene(home)
    usual = {f"usual{n}": {20: 2, 12: 5} for n in range(5)}
    made.seen_alike(usual, age=30)  # so that it can be told what is viral
    made.seen("storm", {9: 50, 7: 300, 3: 5000, 1: 5200}, age=10)
    made.close()
    made.warehouse.publish()
    return made


def test_a_replay_is_shown_and_drawn(umot: Umot, lively: Scene, tmp_path: Path) -> None:
    when = ("--from", "2026-03-10", "--to", "2026-03-10", "--every", "2")
    picture = tmp_path / "replay.svg"
    ran = umot("alerts", "replay", "--rule", "viral_negative", *when, "--plot", picture)
    assert ran.code == 0
    (line,) = ran.out.splitlines()
    assert line.split("\t")[:5] == [
        "2026-03-10 13:00Z", "high", "reddit:storm", "viral", "+4.0 h",
    ]  # fmt: skip
    assert "viral_negative: 1 alert, 7.0 a week, 100% of them went viral" in ran.err
    assert picture.read_text("utf-8").startswith("<svg")
    ran = umot("alerts", "replay", "--rule", "heading_viral", *when, "--format", "json")
    facts = json.loads(ran.out)
    assert (facts["rule"], facts["observed_repeatedly"]) == ("heading_viral", True)
    assert "alerts" in facts
    whole = ("--from", "2026-03-10", "--to", "2999-01-01", "--every", "2000")
    ran = umot("alerts", "replay", "--rule", "stale_source", *whole, "--format", "json")
    assert json.loads(ran.out)["to"] < "2999", "what is to come is not replayed"


def test_wrong_words_are_refused(umot: Umot, lively: Scene) -> None:
    when = ("--from", "2026-03-10", "--to", "2026-03-10")
    assert "not one of viral_negative" in umot("alerts", "replay", "--rule", "x", *when).err
    assert umot("alerts", "replay", "--rule", "stage_dip", *when, "--format", "x").code == 2
