"""Questions the pipeline asks of the writer's own file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query

PendingPost = tuple[str, str, str | None, str, float | None, str | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which posts are meant: those of these sources (none: of all), posted `since` then."""

    sources: tuple[str, ...] = ()
    since: datetime | None = None


ALL = Chosen()


def cursor(db: Connection, source: str) -> dict[str, Any] | None:
    """How far a source has been read; None for not at all."""
    row = db.execute("SELECT cursor FROM private.cursors WHERE source = $1", [source]).fetchone()
    return json.loads(row[0]) if row else None


def pending(
    db: Connection,
    model: str,
    map_version: str,
    languages: Sequence[str],
    chosen: Chosen = ALL,
    *,
    after: str = "",
    limit: int = 1000,
) -> list[PendingPost]:
    """Posts to read after the post_id `after`, in its order.

    Each is (post_id, content_hash, title, body, rating, language).
    """
    text, values = unread(db, model, map_version, languages, chosen, after, limit)
    return db.execute(text, values).fetchall()


def count_pending(
    db: Connection,
    model: str,
    map_version: str,
    languages: Sequence[str],
    chosen: Chosen = ALL,
) -> int:
    """How many posts there are to read."""
    text, values = unread(db, model, map_version, languages, chosen, "", None)
    row = db.execute(f"SELECT count(*) FROM (\n{text}\n)", values).fetchone()
    return int(row[0]) if row else 0


def settle(db: Connection, model: str, map_version: str, languages: Sequence[str]) -> None:
    """Note which posts this reader may have to read, in the caller's transaction.

    Where it is the reader that this was noted for last, only those that came or changed since are
    looked at; else all posts are. Nothing but time depends on it.
    """
    values: dict[str, Any] = {"model": model, "map_version": map_version}
    values |= {"languages": list(languages), "after": "", "limit": None}
    key = reader_key(model, map_version, languages)
    if db.execute("SELECT * FROM private.unread_by").fetchall() == [key]:
        text = query("pending_unread")
        db.execute(
            f"DELETE FROM private.unread WHERE post_id NOT IN (SELECT post_id FROM (\n{text}\n))",
            values,
        )
        return
    db.execute("DELETE FROM private.unread")
    db.execute("DELETE FROM private.unread_by")
    text = query("pending_posts")
    db.execute(
        "INSERT INTO private.unread SELECT number, post_id FROM posts WHERE post_id IN "
        f"(SELECT post_id FROM (\n{text}\n))",
        {**values, "sources": [], "since": None},
    )
    db.execute("INSERT INTO private.unread_by VALUES ($1, $2, $3)", list(key))


def reader_key(model: str, map_version: str, languages: Sequence[str]) -> tuple[str, str, str]:
    """The row of `private.unread_by` that stands for a reader."""
    return model, map_version, " ".join(sorted(languages))


def unread(
    db: Connection,
    model: str,
    map_version: str,
    languages: Sequence[str],
    chosen: Chosen,
    after: str,
    limit: int | None,
) -> tuple[str, dict[str, Any]]:
    """The query for posts to read, with its parameters: the cheap one where it gives the same."""
    values = pending_values(model, map_version, languages, chosen, after, limit)
    known = db.execute("SELECT * FROM private.unread_by").fetchall()
    if chosen != ALL or known != [reader_key(model, map_version, languages)]:
        return query("pending_posts"), values
    del values["sources"], values["since"]
    return query("pending_unread"), values


def pending_values(
    model: str,
    map_version: str,
    languages: Sequence[str],
    chosen: Chosen,
    after: str,
    limit: int | None,
) -> dict[str, Any]:
    """The parameters of the query for posts to read."""
    return {
        "model": model,
        "map_version": map_version,
        "languages": list(languages),
        "sources": list(chosen.sources),
        "since": chosen.since,
        "after": after,
        "limit": limit,
    }


def active_model(db: Connection) -> str | None:
    """The model that the views follow; None before anything was read."""
    row = db.execute("SELECT model FROM active").fetchone()
    return row[0] if row else None


def latest_rejects(db: Connection, limit: int) -> list[tuple[str, str]]:
    """(place, reason) of the rejects that came last."""
    return db.execute(
        "SELECT place, reason FROM rejects ORDER BY rejected_at DESC, place LIMIT $1", [limit]
    ).fetchall()


def count_posts(db: Connection) -> int:
    """How many posts there are."""
    row = db.execute("SELECT count(*) FROM posts").fetchone()
    return int(row[0]) if row else 0
