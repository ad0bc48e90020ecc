"""What the journey map has no good place for: asked of the published copy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query

AT_ONCE = 1000  # rows held at a time


def unplaced(
    db: Connection, since: datetime, *, below: float, limit: int
) -> Iterator[tuple[str, str, str | None]]:
    """(post_id, text, language) of moments of no stage, or one less sure than `below` (0 to 1).

    Those of posts since `since`, the latest first, at most `limit`.
    """
    found = db.execute(query("unplaced_moments"), {"since": since, "below": below, "limit": limit})
    while rows := found.fetchmany(AT_ONCE):
        yield from rows


def active_map(db: Connection) -> str | None:
    """The version of the journey map that the stored moments were traced on; None: none yet."""
    row = db.execute("SELECT map_version FROM active").fetchone()
    return row[0] if row else None
