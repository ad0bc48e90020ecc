"""What can be asked: the tables and views of the published copy, as it describes itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.adhoc import ask
from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view."""

    name: str
    comment: str
    columns: tuple[Column, ...]


def catalogue(published: Path) -> dict[str, Relation]:
    """The relations of a published copy by name. Raises `Fatal` as `ask` does."""
    return {
        row["name"]: Relation(
            row["name"],
            row["about"] or "",
            tuple(Column(c["name"], c["type"], c["comment"] or "") for c in row["columns"]),
        )
        for row in ask(published, query("catalogue")).table.to_pylist()
    }
