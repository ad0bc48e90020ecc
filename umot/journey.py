"""The journey map: a company's own list of contact moments, each in a stage of the journey.

The map is a TOML file that a company edits by hand, so every mistake in it is named with the file
and the touchpoint (`umot.journey_rules`). Nothing is trained on it: tracing compares texts with
its example phrases.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from umot import journey_rules
from umot.errors import Fatal, UnknownName

# Part of this module for whoever reads a map; they stand where the rules are.
from umot.journey_rules import CHANNELS, LANGUAGES, NONE, STAGES, squeezed

__all__ = [
    "CHANNELS",
    "GENERAL",
    "LANGUAGES",
    "NONE",
    "SECTORS",
    "STAGES",
    "Deciding",
    "InvalidMap",
    "JourneyMap",
    "Touchpoint",
    "default",
    "default_text",
    "load",
    "parse",
]

GENERAL = "general"
SECTORS: Mapping[str, str] = {  # the maps that ship, with what each is for
    GENERAL: "a consumer business with a shop, a web shop, service and travel",
    "retail": "shops and web shops",
    "finance": "banks and insurers",
    "travel": "tour operators, airlines and railways",
    "telecom": "internet, television and mobile telephony",
    "hospitality": "hotels, restaurants and cafés",
    "health": "hospitals, practices, clinics and care at home",
    "government": "municipalities and public services",
}


class InvalidMap(Fatal):
    """A journey map with mistakes; the message names the file and all of them."""

    def __init__(self, source: str, mistakes: Iterable[str]) -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        super().__init__(f"{source}: {'; '.join(self.mistakes)}")


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One contact moment. `examples` are phrases as customers write them, in any language.

    `words` are words or short phrases that decide: a text that has one is about this touchpoint.
    """

    key: str
    stage: str
    channel: str
    name_nl: str
    name_en: str
    examples: tuple[str, ...]
    words: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Its name in ``nl`` or ``en``."""
        return self.name_nl if language == "nl" else self.name_en


class Deciding:
    """The words of a map that decide, compiled once to be found in many texts."""

    def __init__(self, touchpoints: Iterable[Touchpoint]) -> None:
        self.owners = {plain(word): one for one in touchpoints for word in one.words}
        longest_first = sorted(self.owners, key=len, reverse=True)
        found = "|".join(re.escape(word) for word in longest_first)
        # Looking ahead only, so that a word that begins inside another one is seen as well.
        self.pattern = re.compile(rf"(?<!\w)(?=({found})(?!\w))") if found else None

    def decide(self, text: str) -> Touchpoint | None:
        """The touchpoint of the longest word in the text, of equally long ones the first."""
        if self.pattern is None:
            return None
        words = self.pattern.findall(plain(text))
        return self.owners[max(words, key=len)] if words else None


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The touchpoints of a company, in the order of its file."""

    name: str
    touchpoints: tuple[Touchpoint, ...]
    deciding: Deciding = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "deciding", Deciding(self.touchpoints))

    @property
    def version(self) -> str:
        """12 hexadecimal digits that change with the touchpoints; the map's name is no part."""
        content = [
            [one.key, one.stage, one.channel, one.name_nl, one.name_en, list(one.examples)]
            + ([list(one.words)] if one.words else [])
            for one in self.touchpoints
        ]
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()

    def decided_by_words(self, text: str) -> Touchpoint | None:
        """The touchpoint that a text's words decide, None where they decide nothing.

        Whole words, in whatever case. The longest one found wins; of equally long ones the first.
        """
        return self.deciding.decide(text)


def plain(text: str) -> str:
    """A text as words are compared: case folded, one kind of space and of apostrophe."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return squeezed(text).casefold()


def load(path: Path) -> JourneyMap:
    """The map in a TOML file. Raises `Fatal`: `InvalidMap` naming the file and every mistake."""
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark at the start
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"{path}: the journey map cannot be read: {error}") from error
    return parse(text, str(path))


def default(sector: str = GENERAL) -> JourneyMap:
    """The map that ships for a sector, one of `SECTORS`. Raises `UnknownName`."""
    return parse(default_text(sector), f"maps/{sector}.toml")


def default_text(sector: str = GENERAL) -> str:
    """The same as the TOML text that a company starts from. Raises `UnknownName`."""
    if sector not in SECTORS:
        raise UnknownName("sector", sector, SECTORS)
    name = "default" if sector == GENERAL else sector
    return files("umot").joinpath("maps", f"{name}.toml").read_text("utf-8")


def parse(text: str, source: str) -> JourneyMap:
    """The map in a TOML text; `source` is how errors call it. Raises `InvalidMap`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidMap(source, [str(error)]) from error
    if mistakes := list(journey_rules.mistakes(content)):
        raise InvalidMap(source, mistakes)
    name = str(content.get("name", ""))
    return JourneyMap(name, tuple(touchpoint(table) for table in content["touchpoints"]))


def touchpoint(table: Mapping[str, Any]) -> Touchpoint:
    """A touchpoint from a table without mistakes."""
    return Touchpoint(
        table["key"],
        table["stage"],
        table["channel"],
        squeezed(table["name"]["nl"]),
        squeezed(table["name"]["en"]),
        tuple(map(squeezed, table["examples"])),
        tuple(map(squeezed, table.get("words", ()))),
    )
