"""The same story told otherwise: moments in another order, and with an aside.

What a moment says and how it feels does not hang on its place in the post, and half of what people
write besides their story is talk that belongs to no moment of it. Posts of our own are read in
such variations, so that the network learns both.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.training.data import Part, Row

ASIDES = 0.3  # share of the further tellings that get an aside
Piece = tuple[str, Part]


def told(rows: Sequence[Row], times: int, none: int, seed: int) -> list[Row]:
    """The rows `times` over: first as they were written, then in other orders, some with an aside.

    `none` is the index of the stage of what belongs to no moment: the asides are the short posts
    and moments of it, each put in posts of its own language.
    """
    chooser = random.Random(seed)
    asides = small_talk(rows, none)
    found = list(rows)
    for _ in range(times - 1):
        found += [varied(row, asides, chooser) for row in rows]
    return found


def small_talk(rows: Sequence[Row], none: int) -> dict[str, list[Piece]]:
    """What belongs to no moment, by language."""
    found: dict[str, list[Piece]] = defaultdict(list)
    for row in rows:
        for text, part in pieces(row):
            if part.stage == none and part.label is not None:
                found[row.language].append((text, part))
    return found


def pieces(row: Row) -> list[Piece]:
    """The moments of a post with their texts; a post of one moment is that moment."""
    if not row.parts:
        return [(row.text, Part(0, len(row.text), row.label, row.stage, row.soft))]
    return [(row.text[part.start : part.stop], part) for part in row.parts]


def varied(row: Row, asides: Mapping[str, Sequence[Piece]], chooser: random.Random) -> Row:
    """The post in another order, by chance with an aside at its begin or end."""
    told = pieces(row)
    chooser.shuffle(told)
    if chooser.random() < ASIDES and (talk := asides.get(row.language)):
        told.insert(chooser.choice((0, len(told))), chooser.choice(talk))
    if len(told) == 1:
        return row
    return joined(row, told)


def joined(row: Row, told: Sequence[Piece]) -> Row:
    """A post of these moments, a blank between them; its label stays that of `row`."""
    text, parts = "", []
    for words, part in told:
        start = len(text) + 1 if text else 0
        text = f"{text} {words}" if text else words
        parts.append(replace(part, start=start, stop=len(text)))
    return replace(row, text=text, stage=None, parts=tuple(parts))
