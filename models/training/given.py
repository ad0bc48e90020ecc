"""Rows that the user labelled or corrected: checked, then partly kept aside."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from models.language import Identifier, primary
from models.text import normalise
from models.training.data import STAGES, Row, place
from umot.post import LABELS

COLUMNS = ("text", "label", "language", "stage")  # the first must be there
LICENCE = "yours"
FEWEST = 20  # rows: of fewer, none are kept aside
ASIDE = 10  # one row in so many is


def row(
    cells: Mapping[str, Any], source: str, identifier: Identifier, *, unlabelled: bool = False
) -> Row:
    """A row from the cells of `COLUMNS`. Raises `ValueError` saying what is wrong with one.

    The language is identified where none is given. `unlabelled`: a text alone will do.
    """
    text = normalise(str(cells.get("text") or "")).text.strip()
    if not text:
        raise ValueError("the text is empty")
    label = index(cells.get("label"), LABELS, "label")
    stage = index(cells.get("stage"), STAGES, "stage")
    if label is None and stage is None and not unlabelled:
        raise ValueError("no label (texts without one can only be learnt from with --teacher)")
    language = primary(str(cells.get("language") or ""))
    if language and not (len(language) == 2 and language.isascii() and language.isalpha()):
        raise ValueError(f"language {cells['language']!r} is not a code like nl")
    return Row(text, label, language or identifier.identify(text), source, stage)


def index(cell: Any, names: Sequence[str], what: str) -> int | None:
    """The place of a cell's name; None where the cell is empty. Raises `ValueError`."""
    given = str(cell if cell is not None else "").strip()
    return place(given, names, what) if given else None


def last_said(rows: Iterable[Row]) -> list[Row]:
    """Each text once: where several rows have it, the last one is what counts."""
    return list({row.text: row for row in rows}.values())


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and labelled ones kept aside: a tenth, the same whatever their order."""
    aside: Collection[str] = ()
    if len(rows) >= FEWEST:
        aside = {row.text for row in rows if row.label is not None and drawn(row.text)}
    train = [row for row in rows if row.text not in aside]
    return train, [row for row in rows if row.text in aside]


def drawn(text: str) -> bool:
    """Whether a text is among the one in `ASIDE` that are kept aside."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4]) % ASIDE == 0
