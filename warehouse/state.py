"""Questions the pipeline asks of the writer's own file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query

PendingPost = tuple[str, str, str | None, str, float | None, str | None]


def cursor(db: Connection, source: str) -> dict[str, Any] | None:
    """How far a source has been read; None for not at all."""
    row = db.execute("SELECT cursor FROM private.cursors WHERE source = $1", [source]).fetchone()
    return json.loads(row[0]) if row else None


def pending(
    db: Connection,
    model: str,
    map_version: str,
    languages: Sequence[str],
    *,
    after: str = "",
    limit: int = 1000,
) -> list[PendingPost]:
    """Posts to read after the post_id `after`, in its order.

    Each is (post_id, content_hash, title, body, rating, language).
    """
    values = pending_values(model, map_version, languages, after, limit)
    return db.execute(query("pending_posts"), values).fetchall()


def count_pending(db: Connection, model: str, map_version: str, languages: Sequence[str]) -> int:
    """How many posts there are to read."""
    values = pending_values(model, map_version, languages, "", None)
    counted = f"SELECT count(*) FROM (\n{query('pending_posts')}\n)"
    row = db.execute(counted, values).fetchone()
    return int(row[0]) if row else 0


def pending_values(
    model: str, map_version: str, languages: Sequence[str], after: str, limit: int | None
) -> dict[str, Any]:
    """The parameters of the query for posts to read."""
    return {
        "model": model,
        "map_version": map_version,
        "languages": list(languages),
        "after": after,
        "limit": limit,
    }


def latest_rejects(db: Connection, limit: int) -> list[tuple[str, str]]:
    """(place, reason) of the rejects that came last."""
    return db.execute(
        "SELECT place, reason FROM rejects ORDER BY rejected_at DESC, place LIMIT $1", [limit]
    ).fetchall()


def count_posts(db: Connection) -> int:
    """How many posts there are."""
    row = db.execute("SELECT count(*) FROM posts").fetchone()
    return int(row[0]) if row else 0
