"""The sources as the console shows them: health, visits and what could not be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import rows

After = tuple[datetime, str] | None  # time and key of the last row of the page before


def health(db: Connection) -> list[dict[str, Any]]:
    """Every source, those in trouble first."""
    return rows(db, "console_sources")


def runs(
    db: Connection, *, source: str | None, failed: bool, after: After, size: int
) -> list[dict[str, Any]]:
    """Visits, the latest first; only those that failed where `failed`."""
    at, key = after or (None, None)
    return rows(db, "console_runs", source=source, failed=failed, at=at, key=key, size=size)


def rejects(db: Connection, *, source: str | None, after: After, size: int) -> list[dict[str, Any]]:
    """Items that could not be used, the latest first."""
    at, key = after or (None, None)
    return rows(db, "console_rejects", source=source, at=at, key=key, size=size)


def engagement(db: Connection, number: int) -> list[dict[str, Any]]:
    """The counts of a post over time, at most a thousand observations."""
    return rows(db, "console_engagement", number=number)
