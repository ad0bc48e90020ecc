"""`umot models card` as people and programs use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.bundled import WEIGHTS
from tests.cli.conftest import Umot

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_card_steers_no_terminal(umot: Umot, labelled: Path, tmp_path: Path) -> None:
    figures, target = tmp_path / "figures.json", tmp_path / "card.md"
    named = labelled.rename(tmp_path / "ev\x1b[31mil.csv")
    figures.write_text(umot("models", "evaluate", named, "--format", "json").out, "utf-8")
    shown = umot("models", "card", WEIGHTS, "--accuracy", figures)
    assert "| ev\\x1b[31mil.csv | 7 |" in shown.out
    assert "\x1b" not in shown.out
    assert umot("models", "card", "--accuracy", figures, "--out", target).code == 0
    assert "\x1b" not in target.read_text("utf-8")


def test_places_where_no_card_or_figures_can_be(umot: Umot, tmp_path: Path) -> None:
    for command, what in (
        (("card", "--out", tmp_path / "gone" / "x.md"), "cannot be written: No such file"),
        (("card", "--out", tmp_path), "cannot be written: Is a directory"),
        (("evaluate", tmp_path), "is no file"),
    ):
        ran = umot("models", *command)
        assert (ran.code, ran.out) == (1, "")
        assert what in ran.err


def test_the_card_of_weights_with_their_figures(umot: Umot, labelled: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(umot("models", "evaluate", labelled, "--format", "json").out, "utf-8")
    shown = umot("models", "card", WEIGHTS, "--accuracy", figures)
    assert shown.code == 0
    assert "| labelled.csv | 7 | 85.7 |" in shown.out
    target = tmp_path / "card.md"
    ran = umot("models", "card", "--accuracy", figures, "--out", target)
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text("utf-8") == shown.out
    assert umot("models", "card", tmp_path).code == 1
