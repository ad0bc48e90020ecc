"""Writing touchpoints as TOML, the way a journey map's file holds them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from umot.journey import Touchpoint

WIDEST = 100  # characters of a line with a list on it
# What TOML wants escaped beyond JSON, halves of characters, and signs that turn the direction.
UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def toml_string(text: str) -> str:
    """A TOML basic string of any text; halves of characters become the sign for that."""
    return UNSEEN.sub(escaped, json.dumps(text, ensure_ascii=False))


def escaped(found: re.Match[str]) -> str:
    """A character as its number."""
    code = ord(found[0])
    return f"\\u{0xFFFD if 0xD800 <= code < 0xE000 else code:04x}"


def touchpoint_toml(one: Touchpoint, note: str = "") -> str:
    """A touchpoint as a table to paste into a map, under a comment of one line if there is one."""
    lines = [f"# {' '.join(note.split())}"] if note else []
    lines += [
        "[[touchpoints]]",
        f"key = {toml_string(one.key)}",
        f"stage = {toml_string(one.stage)}",
        f"channel = {toml_string(one.channel)}",
        f"name = {{ nl = {toml_string(one.name_nl)}, en = {toml_string(one.name_en)} }}",
        listed("examples", one.examples),
    ]
    if one.words:
        lines.append(listed("words", one.words))
    return "\n".join(lines) + "\n"


def listed(name: str, values: Sequence[str]) -> str:
    """A list of texts: words on one line where they fit, examples on a line each."""
    texts = [toml_string(value) for value in values]
    line = f"{name} = [{', '.join(texts)}]"
    if name == "words" and len(line) <= WIDEST:
        return line
    return "\n".join([f"{name} = [", *(f"    {text}," for text in texts), "]"])
