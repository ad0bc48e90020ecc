"""How long posts of a source are kept: which are due to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class Rule:
    """Posts of `source` from before `before` (UTC) go; those without a date by when they came."""

    source: str
    before: datetime


def limit(days: int, now: datetime) -> datetime:
    """The midnight (UTC) before which posts go: it moves once a day, and so does the work."""
    day = now.astimezone(UTC).date() - timedelta(days=days)
    return datetime.combine(day, time(), UTC)


def due(db: Connection, rules: list[Rule]) -> list[Rule]:
    """Those of the rules by which a post or a rejected item has to go now."""
    values = {
        "sources": [rule.source for rule in rules],
        "limits": [rule.before for rule in rules],
    }
    found = {row[0] for row in db.execute(query("due_sources"), values).fetchall()}
    return [rule for rule in rules if rule.source in found]
