"""The erasures that a warehouse has been through, with the rows that went."""

from __future__ import annotations

import json
from datetime import datetime

from duckdb import DuckDBPyConnection as Connection

from warehouse.load import touch
from warehouse.sql import query


def known(db: Connection) -> set[str]:
    """The erasures that this file has been through."""
    return {row[0] for row in db.execute("SELECT erasure_id FROM private.erasures").fetchall()}


def note(
    db: Connection, erasure_id: str, kind: str, counts: dict[str, int], now: datetime
) -> dict[str, int]:
    """Note an erasure in the caller's transaction; returns the counts as noted at first.

    An erasure that was killed after its commit is done again and finds nothing more to delete.
    """
    row = db.execute(
        "SELECT counts FROM private.erasures WHERE erasure_id = $1", [erasure_id]
    ).fetchone()
    before: dict[str, int] = json.loads(row[0]) if row else {}
    merged = {
        name: before.get(name, 0) + counts.get(name, 0) for name in before.keys() | counts.keys()
    }
    db.execute(
        query("save_erasure"),
        {
            "erasure_id": erasure_id,
            "kind": kind,
            "erased_at": now,
            "counts": json.dumps(merged, sort_keys=True),
        },
    )
    touch(db)
    return merged
