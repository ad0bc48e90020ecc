"""What pages show: hostile text made visible, moments marked in it, statements as people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from umot.console.models import Moment
from umot.digest.text import MARKS
from warehouse.sql import query

# Invisible and harmless, or no text at all: soft hyphens, marks of direction of one character.
QUIET = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff\ufff9-\ufffb]")
# What steers a terminal, turns the order of what is read around or hides words.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u2028-\u202e\u2061-\u206f\ud800-\udfff\ue000-\uf8ff"
    "\U0001d173-\U0001d17a\U000e0000-\U000effff\U000f0000-\U0010ffff]+"
)
MOST = 4  # of them that are named one by one


def visible(text: str | None) -> str:
    """A text in which nothing is hidden: characters that steer are named, as in ‹U+202E›.

    Lines stay. Marks that stack on a letter are kept up to three. Not escaped: templates do that.
    """
    text = QUIET.sub("", (text or "").replace("\r\n", "\n"))
    return MARKS.sub(r"\1", STEERING.sub(named, text))


def named(found: re.Match[str]) -> str:
    """The names of steering characters; a long row of them is cut."""
    names = [f"U+{ord(one):04X}" for one in found[0][:MOST]]
    return f"‹{' '.join(names)}{' …' if len(found[0]) > MOST else ''}›"


def line(text: str | None, limit: int = 300) -> str:
    """A text on one line, cut."""
    shown = " ".join(visible((text or "")[: 4 * limit]).split())
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: within a moment (its place in the list), or outside all."""

    text: str
    moment: int | None = None


def pieces(text: str, field: str, moments: Sequence[Moment]) -> list[Piece]:
    """A field's text cut at its moments, in order; places count in the text as it is stored.

    What overlaps an earlier moment belongs to that one.
    """
    found: list[Piece] = []
    at = 0
    places = [(one.start, one.stop, n) for n, one in enumerate(moments) if one.field == field]
    for start, stop, number in sorted(places):
        start, stop = max(start, at), min(stop, len(text))
        if stop <= start:
            continue
        if start > at:
            found.append(Piece(visible(text[at:start])))
        found.append(Piece(visible(text[start:stop]), number))
        at = stop
    if at < len(text):
        found.append(Piece(visible(text[at:])))
    return found


def around(found: Sequence[Piece], wanted: Iterable[int], length: int) -> list[Piece]:
    """Pieces cut to about `length` characters, from a little before the first wanted moment on."""
    numbers = set(wanted)
    first = next((n for n, one in enumerate(found) if one.moment in numbers), 0)
    if sum(len(one.text) for one in found[: first + 1]) <= length:
        first = 0  # there is room for all that stands before it
    shown: list[Piece] = []
    if first and len(found[first - 1].text) > length // 4:
        shown.append(Piece("…" + found[first - 1].text[-length // 4 :]))
    elif first:
        shown.append(found[first - 1])
    if first > 1 and not shown[0].text.startswith("…"):
        shown[0] = Piece("…" + shown[0].text, shown[0].moment)
    left = length
    for one in found[first:]:
        if left <= 0:
            shown.append(Piece("…"))
            break
        text = one.text if len(one.text) <= left else one.text[:left].rstrip() + "…"
        shown.append(Piece(text, one.moment))
        left -= len(one.text)
        if len(one.text) > len(text):
            break
    return shown


def statement(name: str, values: Mapping[str, Any]) -> str:
    """A query of ours with its values in the places of their names, to be read and run again."""
    return re.sub(
        r"\$([a-z_]+)",
        lambda found: literal(values[found[1]]) if found[1] in values else found[0],
        query(name),
    ).strip()


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(one) for one in value)}]"
    return "'" + str(value).replace("'", "''") + "'"
