"""Labelled files for the commands about models: CSV, JSON Lines or Parquet, a row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umot.cli.common import existing_file
from umot.errors import Fatal
from umot.post import LABELS

if TYPE_CHECKING:
    from models.evaluation import Labelled

LANGUAGE = "language"  # the column of what a text is written in, where there is one
GROUPS = (LANGUAGE, "domain", "source")  # columns that figures are shown by, where there are any


@dataclass(slots=True)
class Skipped:
    """How many rows are left out, and why; `broken` is the first that could not be read."""

    empty: int = 0
    unlabelled: int = 0
    unreadable: int = 0
    broken: str = ""

    def __str__(self) -> str:
        reasons = {
            "without a text": self.empty,
            "without a label": self.unlabelled,
            f"that cannot be read ({self.broken})": self.unreadable,
        }
        return ", ".join(f"{count} {what}" for what, count in reasons.items() if count)


@dataclass(slots=True)
class LabelledFile:
    """A file with a column of texts and one of labels; checked whole before a model starts.

    `by` names the columns to group by; None: those of `GROUPS` that it has. `limit` is the most
    rows taken. Raises `Fatal` naming file, line and what is wrong: a missing column (with those
    that there are), a label that is none, no row of use.
    """

    path: Path
    text: str = "text"
    label: str = "label"
    by: Sequence[str] | None = None
    limit: int | None = None
    columns: tuple[str, ...] = ()
    skipped: Skipped = field(default_factory=Skipped)
    count: int = 0
    said: bool = False  # whether there is a column that says the language

    def __post_init__(self) -> None:
        from connectors._tables import open_table

        wanted = [self.text, self.label, *(self.by or ())]
        there = open_table(existing_file(self.path)).columns([*wanted, *GROUPS])
        if absent := [name for name in wanted if name not in there]:
            has = f"it has the columns {', '.join(there)}" if there else "it is empty"
            raise Fatal(f"{self.path} has no column {', '.join(map(repr, absent))}: {has}")
        groups = [name for name in GROUPS if name in there] if self.by is None else self.by
        self.columns = tuple(groups)
        self.said = LANGUAGE in there
        self.count = sum(1 for _ in self._rows(self.skipped))
        if not self.count:
            reasons = f" ({self.skipped})" if str(self.skipped) else ""
            raise Fatal(f"{self.path} has no row with a text and a label{reasons}")

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Labelled]:
        return self._rows(Skipped())

    def _rows(self, skipped: Skipped) -> Iterator[Labelled]:
        from connectors._tables import open_table
        from models.evaluation import Labelled

        table = open_table(self.path)
        wanted = [self.text, self.label, *self.columns, *([LANGUAGE] if self.said else [])]
        taken = 0
        for row in table.rows(list(dict.fromkeys(wanted))):
            if self.limit is not None and taken == self.limit:
                return
            place = f"{table.unit} {row.number}"
            if row.problem is not None:
                skipped.unreadable += 1
                skipped.broken = skipped.broken or f"{place}: {row.problem}"
                continue
            label = self._label(row.cells, place)
            text = words(row.cells[self.text])
            skipped.empty += not text.strip()
            skipped.unlabelled += label is None and bool(text.strip())
            if label is not None and text.strip():
                taken += 1
                groups = (words(row.cells[name]).strip() or None for name in self.columns)
                said = words(row.cells.get(LANGUAGE)).strip() or None
                yield Labelled(text, label, tuple(groups), said)

    def _label(self, cells: Mapping[str, Any], place: str) -> int | None:
        """The label's index; None where there is none. Raises `Fatal` for any other word."""
        given = words(cells[self.label]).strip()
        if not given:
            return None
        if given.casefold() not in LABELS:
            valid = ", ".join(LABELS)
            raise Fatal(f"{self.path} {place}: the label {given[:40]!r} is not one of {valid}")
        return [str(label) for label in LABELS].index(given.casefold())


def words(cell: object) -> str:
    """A cell as text; nothing where it is missing."""
    return "" if cell is None else str(cell)


def texts_and_labels(files: Sequence[LabelledFile]) -> tuple[list[str], list[int]]:
    """All texts and labels of some files, as a model learns from them."""
    rows = [row for file in files for row in file]
    return [row.text for row in rows], [row.label for row in rows]
