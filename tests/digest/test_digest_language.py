"""A third language is one file: a made-up one, and what is kept in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from umot.digest import render, words
from umot.digest.text import plain
from umot.post import Alert
from warehouse import alert_states

from .conftest import BRAND, World, local


@pytest.fixture
def finnish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue beside the others: English words in brackets, with Finnish numbers and dates."""
    folder = tmp_path / "messages"
    folder.mkdir()
    for path in words.FOLDER.iterdir():
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = (folder / "en.toml").read_text("utf-8")
    marked = re.sub(r'^(\w+ = )"([^"]*)"$', r'\1"[\2]"', text, flags=re.MULTILINE)
    (folder / "fi.toml").write_text(marked, "utf-8")
    monkeypatch.setattr(words, "FOLDER", folder)
    words.words.cache_clear()
    yield
    words.words.cache_clear()


@pytest.mark.usefixtures("finnish")
def test_a_third_language_is_one_file(saturday: World) -> None:
    assert words.languages() == ["en", "fi", "nl"]
    made = saturday.digest("2026-11-21", "fi")
    page = render(made, "html")
    assert '<html lang="fi">' in page
    assert "Lauantai" in page or "lauantai" in page.lower()
    assert "[Mood]" in page
    assert "[Net sentiment]" in render(made, "md").replace("\\", "")


def test_an_alert_says_why_in_the_readers_language(world: World) -> None:
    post = world.say("2026-11-21 10:00", "Schandalig.", "-", "delivery")
    reasons = {"nl": "120 reacties erbij.", "en": "120 more reactions."}
    alert = Alert("a1", "viral_negative", BRAND, post, post, "medium", reasons["nl"],
                  local("2026-11-21 12:00"), reasons=reasons)  # fmt: skip
    with world.transaction() as db:
        alert_states.follow(db, [alert], now=alert.raised_at)
    shown = [world.digest("2026-11-21", language).alerts[0].reason for language in ("nl", "en")]
    assert shown == list(reasons.values())
    # One from before it was kept is shown in the language it has; a graver one brings all of them.
    world.run("UPDATE alerts SET reasons = NULL")
    assert world.digest("2026-11-21", "en").alerts[0].reason == reasons["nl"]
    graver = {"nl": "900 erbij.", "en": plain("900 more.")}
    again = Alert("a1", "viral_negative", BRAND, post, post, "high", graver["nl"],
                  local("2026-11-21 13:00"), reasons=graver)  # fmt: skip
    with world.transaction() as db:
        alert_states.follow(db, [again], now=again.raised_at)
    assert world.digest("2026-11-21", "en").alerts[0].reason == "900 more."
