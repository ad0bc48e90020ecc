"""The rules for alerts, as questions to the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query

BASELINE = timedelta(days=28)  # what a source's usual growth is taken from


@dataclass(frozen=True, slots=True)
class Rising:
    """A negative post that grows: counts are likes, replies and shares together."""

    brand: str
    post_id: str
    source: str
    growth: int
    usual_growth: float
    total: int
    observations: int
    score: float


def rising(
    db: Connection, *, now: datetime, hours: float, floor: int, ratio: float
) -> list[Rising]:
    """Negative posts whose reach grew by `floor` and by `ratio` times the usual in `hours`."""
    values = {
        "now": now,
        "window_start": now - timedelta(hours=hours),
        "baseline_start": now - BASELINE,
        "floor": floor,
        "ratio": ratio,
    }
    return [Rising(*row) for row in db.execute(query("viral_candidates"), values).fetchall()]
