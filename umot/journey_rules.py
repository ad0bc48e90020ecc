"""What a journey map may hold, and every mistake in one, in words for whoever edits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umot.journey import Touchpoint

    Decide = Callable[[str], Touchpoint | None]

STAGES = ("zero", "definitive", "peak", "end", "ultimate")  # in the order of the journey
STAGE_NAMES: Mapping[str, Mapping[str, str]] = {  # as they stand in a sentence
    "nl": {
        "zero": "nulmoment",
        "definitive": "definitief moment",
        "peak": "piekmoment",
        "end": "eindmoment",
        "ultimate": "ultimate moment",
    },
    "en": {stage: f"{stage} moment" for stage in STAGES},
}
CHANNELS = ("website", "shop", "e-mail", "phone", "chat", "social", "app", "post")
LANGUAGES = ("nl", "en")
NONE = "none"  # stage and touchpoint of what speaks of no contact moment
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
MAP_FIELDS = ("name", "touchpoints")
FIELDS = ("key", "stage", "channel", "name", "examples", "words")
FEW = 3  # examples below which a touchpoint is hard to recognise
LONGEST_WORD = 60  # characters; what decides is a word or a short phrase, no sentence


def mistakes(content: Mapping[str, Any]) -> Iterator[str]:
    """Every mistake in the content of a map's file, those of touchpoints with their key."""
    for name in content:
        if name not in MAP_FIELDS:
            yield f"unknown setting {name!r}; valid: {', '.join(MAP_FIELDS)}"
    tables = content.get("touchpoints")
    if not isinstance(tables, list) or not tables:
        yield "it has no [[touchpoints]]"
        return
    for number, table in enumerate(tables, start=1):
        for mistake in wrong(table):
            yield f"touchpoint {place(table, number)}: {mistake}"
    yield from repeated(tables)


def place(table: Any, number: int) -> str:
    """How an error names a touchpoint: its key, else its number in the file."""
    key = table.get("key") if isinstance(table, dict) else None
    return repr(key) if isinstance(key, str) and key else f"number {number}"


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
    yield from wrong_texts(table)


def wrong_texts(table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with its names, examples and words."""
    names = table.get("name")
    for language in LANGUAGES:
        if not filled(names.get(language) if isinstance(names, dict) else None):
            yield f'it has no name in {language!r}: name = {{ nl = "…", en = "…" }}'
    examples = table.get("examples")
    if not isinstance(examples, list) or not examples:
        yield "it has no examples: a few phrases as customers write them"
    elif not all(filled(example) for example in examples):
        yield "every example must be a text that is not empty"
    if "words" not in table:
        return
    words = table["words"]
    if not isinstance(words, list) or not words:
        yield 'words must be a list that is not empty, e.g. ["simkaart"]; leave it out otherwise'
        return
    for word in words:
        if not isinstance(word, str) or not any(map(str.isalnum, word)):
            yield f"the word {word!r} has no letter or digit: it would decide nothing"
        elif len(word) > LONGEST_WORD:
            yield f"the word {word!r} is longer than {LONGEST_WORD} characters: make it an example"


def filled(value: Any) -> bool:
    """Whether a value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def repeated(tables: list[Any]) -> Iterator[str]:
    """Keys, names, examples and words that more than one touchpoint has."""
    keys: set[str] = set()
    owners: dict[tuple[str, str], str] = {}
    for table in tables:
        if not isinstance(table, dict) or not isinstance(table.get("key"), str):
            continue
        key = table["key"]
        if key in keys:
            yield f"touchpoint {key!r}: another one has this key"
        keys.add(key)
        for what, text in texts(table):
            owner = owners.setdefault((what, squeezed(text).casefold()), key)
            if owner != key:
                yield f"touchpoint {key!r}: {owner!r} has the {what} {text!r} too"


def texts(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a touchpoint that must be its own, each with what it is."""
    names = table.get("name")
    for language in LANGUAGES:
        name = names.get(language) if isinstance(names, dict) else None
        if isinstance(name, str) and filled(name):
            yield f"name in {language!r}", name
    for field, what in (("examples", "example"), ("words", "word")):
        found = table.get(field)
        for text in found if isinstance(found, list) else ():
            if isinstance(text, str) and filled(text):
                yield what, text


def squeezed(text: str) -> str:
    """A text with single spaces only, and none at its ends."""
    return " ".join(text.split())


def hints(touchpoints: Sequence[Touchpoint], decide: Decide) -> Iterator[str]:
    """What is no mistake but makes tracing worse; `decide` is the map's `decided_by_words`."""
    for stage in STAGES:
        if all(one.stage != stage for one in touchpoints):
            yield f"no touchpoint is in the stage {stage}"
    for one in touchpoints:
        if len(one.examples) < FEW:
            count = f"{len(one.examples)} example{'s' if len(one.examples) > 1 else ''}"
            yield f"touchpoint {one.key!r} has only {count}; six or more work better"
        for example in one.examples:
            winner = decide(example)
            if winner is not None and winner.key != one.key:
                yield f"touchpoint {one.key!r}: a word of {winner.key!r} decides {example!r}"
