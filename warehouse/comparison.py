"""How often the active model and another one differ."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class Agreement:
    """The active model and another one, on the texts that both read."""

    model: str
    other: str
    posts: int
    differ: int
    percent: float


def agreement(db: Connection, model: str, active: str | None) -> list[Agreement]:
    """The active model against `model`; against every other one where that is active itself."""
    values = {"model": None if active == model else model}
    return [Agreement(*row) for row in db.execute(query("model_agreement"), values).fetchall()]
