"""The journey map: a company's own list of contact moments, each in a stage of the journey.

The map is a TOML file that a company edits by hand, so every mistake in it is named with the file
and the touchpoint. Nothing is trained on it: tracing compares texts with its example phrases.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from umot.errors import Fatal

STAGES = ("zero", "definitive", "peak", "end", "ultimate")  # in the order of the journey
CHANNELS = ("website", "shop", "e-mail", "phone", "chat", "social", "app", "post")
NONE = "none"  # stage and touchpoint of what speaks of no contact moment
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
MAP_FIELDS = ("name", "touchpoints")
FIELDS = ("key", "stage", "channel", "name", "examples")
LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One contact moment. `examples` are phrases as customers write them, in any language."""

    key: str
    stage: str
    channel: str
    name_nl: str
    name_en: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The touchpoints of a company, in the order of its file."""

    name: str
    touchpoints: tuple[Touchpoint, ...]

    @property
    def version(self) -> str:
        """12 hexadecimal digits that change with the touchpoints; the map's name is no part."""
        content = [
            [one.key, one.stage, one.channel, one.name_nl, one.name_en, list(one.examples)]
            for one in self.touchpoints
        ]
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def load(path: Path) -> JourneyMap:
    """The map in a TOML file. Raises `Fatal` naming the file and every mistake in it."""
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark at the start
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"{path}: the journey map cannot be read: {error}") from error
    return parse(text, str(path))


def default() -> JourneyMap:
    """The map that ships: a consumer business with a shop, a web shop, service and travel."""
    text = files("umot").joinpath("maps", "default.toml").read_text("utf-8")
    return parse(text, "maps/default.toml")


def parse(text: str, source: str) -> JourneyMap:
    """The map in a TOML text; `source` is how errors call it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Fatal(f"{source}: {error}") from error
    tables = content.get("touchpoints", [])
    mistakes = list(wrong_map(content))
    if not mistakes:
        mistakes = [
            f"touchpoint {place(table, number)}: {mistake}"
            for number, table in enumerate(tables, start=1)
            for mistake in wrong(table)
        ]
        mistakes += list(repeated(tables))
    if mistakes:
        raise Fatal(f"{source}: {'; '.join(mistakes)}")
    return JourneyMap(str(content.get("name", "")), tuple(touchpoint(table) for table in tables))


def touchpoint(table: Mapping[str, Any]) -> Touchpoint:
    """A touchpoint from a table without mistakes."""
    examples = tuple(" ".join(example.split()) for example in table["examples"])
    name = table["name"]
    return Touchpoint(
        table["key"], table["stage"], table["channel"], name["nl"], name["en"], examples
    )


def place(table: Any, number: int) -> str:
    """How an error names a touchpoint: its key, else its number in the file."""
    key = table.get("key") if isinstance(table, dict) else None
    return repr(key) if isinstance(key, str) and key else f"number {number}"


def wrong_map(content: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the file as a whole."""
    for name in content:
        if name not in MAP_FIELDS:
            yield f"unknown setting {name!r}; valid: {', '.join(MAP_FIELDS)}"
    tables = content.get("touchpoints")
    if not isinstance(tables, list) or not tables:
        yield "it has no [[touchpoints]]"


def wrong(table: Any) -> Iterator[str]:
    """What is wrong with one touchpoint."""
    if not isinstance(table, dict):
        yield "it is no table"
        return
    for name in table:
        if name not in FIELDS:
            yield f"unknown field {name!r}; valid: {', '.join(FIELDS)}"
    key = table.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        yield f"key {key!r} must be lower-case letters, digits, - and _"
    elif key == NONE:
        yield f"the key {NONE!r} is kept for what speaks of no touchpoint"
    for what, valid in (("stage", STAGES), ("channel", CHANNELS)):
        if table.get(what) not in valid:
            yield f"unknown {what} {table.get(what)!r}; valid: {', '.join(valid)}"
    names = table.get("name")
    for language in LANGUAGES:
        if not filled(names.get(language) if isinstance(names, dict) else None):
            yield f'it has no name in {language!r}: name = {{ nl = "…", en = "…" }}'
    examples = table.get("examples")
    if not isinstance(examples, list) or not examples:
        yield "it has no examples: a few phrases as customers write them"
    elif not all(filled(example) for example in examples):
        yield "every example must be a text that is not empty"


def filled(value: Any) -> bool:
    """Whether a value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def repeated(tables: list[Any]) -> Iterator[str]:
    """Keys, and example phrases, that more than one touchpoint has."""
    keys: set[str] = set()
    owners: dict[str, str] = {}
    for table in tables:
        if not isinstance(table, dict) or not isinstance(table.get("key"), str):
            continue
        key = table["key"]
        if key in keys:
            yield f"touchpoint {key!r}: another one has this key"
        keys.add(key)
        examples = table.get("examples")
        for example in examples if isinstance(examples, list) else ():
            phrase = " ".join(str(example).split()).casefold()
            if owners.setdefault(phrase, key) != key:
                yield f"touchpoint {key!r}: {owners[phrase]!r} has the example {example!r} too"
