"""The catalogues: every language says everything, and says it as its readers write."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from umot import language as speech
from umot.digest.words import FORMS, Words, languages, words
from umot.errors import Fatal, UnknownName

CODE = Path(__file__).parents[2] / "umot" / "digest"
LANGUAGES = languages()


def placeholders(entry: str | Mapping[str, str]) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name} | (
        set() if isinstance(entry, str) else {"n"}
    )


def test_there_is_dutch_and_english() -> None:
    assert LANGUAGES == ["en", "nl"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_has_the_same_keys_and_placeholders(language: str) -> None:
    first, other = words(LANGUAGES[0]).entries, words(language).entries
    assert first.keys() == other.keys()
    for key, entry in other.items():
        assert placeholders(entry) == placeholders(first[key]), key
        assert isinstance(entry, str) == isinstance(first[key], str), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_the_forms_of_their_language(language: str) -> None:
    for key, entry in words(language).entries.items():
        if not isinstance(entry, str):
            assert speech.plural_categories(language) <= entry.keys() <= FORMS, key
            assert all(text.strip() for text in entry.values()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_used_and_every_used_word_is_there(language: str) -> None:
    sources = [*CODE.glob("*.py"), *CODE.glob("templates/*.html")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    keys = words(language).entries.keys()
    sections = {key.split(".")[0] for key in keys}
    # A name in braces, or what is added to a name that ends in a sign, may be any word.
    patterns = {
        re.sub(r"\\\{.+?\\\}", "[a-z_]+", re.escape(name)) + ("[a-z_]+" if name[-1] in "._" else "")
        for name in re.findall(r'"([a-z]+\.[a-z_]*(?:\{[^}]+\}[a-z_]*)*)"', text)
        if name.split(".")[0] in sections
    }
    unused = [key for key in keys if not any(re.fullmatch(one, key) for one in patterns)]
    missing = [one for one in patterns if not any(re.fullmatch(one, key) for key in keys)]
    assert (unused, missing) == ([], [])


def test_plurals_and_numbers_are_filled_in() -> None:
    dutch, english = words("nl"), words("en")
    assert [dutch("headline.posts", n=n) for n in (0, 1, 2)] == [
        "0 berichten",
        "1 bericht",
        "2 berichten",
    ]
    assert dutch("headline.posts", n=12345) == "12.345 berichten"
    assert english("headline.posts", n=12345) == "12,345 posts"
    assert dutch("headline.negative", n=0) == "geen enkel negatief"
    assert english("quotes.shares", n=1) == "shared once"
    assert dutch.percent(None) == dutch.signed(None) == "–"


def test_braces_in_what_is_filled_in_are_text() -> None:
    filled = words("nl")("summary.negative", quote="{n} {0}", source="{brand.__class__}")
    assert filled == "Meest negatief: “{n} {0}” ({brand.__class__})"


def test_a_plural_form_of_nothing_wins_in_every_language() -> None:
    some = Words("en", {"x": {"zero": "none", "one": "one", "other": "{n}"}})
    assert [some("x", n=n) for n in (0, 1, 2)] == ["none", "one", "2"]


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="valid: en, nl"):
        words("../nl")


@pytest.mark.parametrize(
    ("language", "full", "weekday", "short", "medium"),
    [
        ("nl", "zaterdag 21 november 2026", "zaterdag 21 november", "za 21 nov", "21 nov 2026"),
        ("en", "Saturday, 21 November 2026", "Saturday, 21 November", "Sat 21 Nov", "21 Nov 2026"),
        ("es", "sábado, 21 de noviembre de 2026", "sábado, 21 de noviembre", "sáb, 21 nov",
         "21 nov 2026"),
    ],
)  # fmt: skip
def test_dates(language: str, full: str, weekday: str, short: str, medium: str) -> None:
    day = date(2026, 11, 21)
    assert speech.format_date(day, language) == full
    assert speech.format_date(day, language, "weekday") == weekday
    assert speech.format_date(day, language, "short") == short
    assert speech.format_date(day, language, "medium") == medium


def test_numbers_and_times() -> None:
    assert speech.format_number(1234.56, "nl", 1) == "1.234,6"
    assert speech.format_number(-0.2, "nl") == "0"
    assert speech.format_signed(12.4, "nl") == "+12"
    assert speech.format_signed(-12.6, "en") == "−13"
    assert speech.format_signed(-0.4, "en") == "0"
    assert speech.format_percent(0.354, "nl") == "35%"
    moment = datetime(2026, 7, 1, 10, 5, tzinfo=UTC)
    assert speech.format_time(moment, "nl", ZoneInfo("Europe/Amsterdam")) == "12:05"
    assert speech.join(["a", "b", "c"], "nl") == "a, b en c"
    assert speech.language_name("pl", "nl") == "Pools"
    assert speech.language_name("x-odd", "nl") == "x-odd"
    assert speech.sentence("école") == "École"
    with pytest.raises(Fatal, match="unknown language 'qq'"):
        speech.locale("qq")
