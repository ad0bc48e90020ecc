"""The catalogue of a language: one TOML file, so that a third language is one file more."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from umot import language as speech
from umot.errors import UnknownName

FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})  # the plural forms of CLDR

FOLDER = files("umot.digest").joinpath("messages")

Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str
    entries: Mapping[str, Entry]

    def __call__(self, key: str, /, **values: str | float) -> str:
        """The text of `key` with its placeholders filled; whole numbers are written its way.

        A plural is chosen by `n`, whose form `zero` (where there is one) is for nothing at all
        in every language.
        """
        entry = self.entries[key]
        if not isinstance(entry, str):
            count = float(values["n"])
            form = "zero" if count == 0 and "zero" in entry else speech.plural(count, self.language)
            entry = entry.get(form, entry["other"])
        shown = {
            name: value if isinstance(value, str) else self.number(value)
            for name, value in values.items()
        }
        return entry.format_map(shown)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's separators."""
        return speech.format_number(value, self.language, decimals)

    def signed(self, value: float | None) -> str:
        """A net sentiment; a dash for none."""
        return "–" if value is None else speech.format_signed(value, self.language)

    def percent(self, share: float | None) -> str:
        """A share in per cents; a dash for none."""
        return "–" if share is None else speech.format_percent(share, self.language)


def languages() -> list[str]:
    """The languages there is a catalogue for."""
    return sorted(
        path.name.removesuffix(".toml") for path in FOLDER.iterdir() if path.name.endswith(".toml")
    )


@cache
def words(language: str) -> Words:
    """The words of `language` (ISO 639-1). Raises `UnknownName` where there are none."""
    known = languages()
    if language not in known:
        raise UnknownName("language", language, known)
    text = FOLDER.joinpath(f"{language}.toml").read_text("utf-8")
    return Words(language, dict(flat(tomllib.loads(text))))


def flat(table: Mapping[str, Any], above: str = "") -> list[tuple[str, Entry]]:
    """Entries by dotted key; a table of plural forms only is one entry."""
    entries: list[tuple[str, Entry]] = []
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, str) or (value.keys() <= FORMS and "other" in value):
            entries.append((name, value))
        else:
            entries += flat(value, f"{name}.")
    return entries
