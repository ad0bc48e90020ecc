"""Storing a batch that stands in Arrow tables: all posts are looked through once, for known ones.

What else belongs to a post is found by its number, so a batch costs as much in a warehouse of ten
million posts as in one of a million, but for that one look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class Stored:
    """How many posts a batch brought, changed, found deleted and saw with other counts."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    observed: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.deleted or self.observed)


def store(db: Connection, source: str) -> Stored:
    """Store the tables registered as `incoming…` (posts, raw, engagement, brands).

    In the caller's transaction.
    """
    db.execute(query("known_posts"))
    deleted = changes(db, "delete_posts")
    db.execute(query("forget_deleted_raw"))
    changed = changes(db, "update_posts")
    new = insert_posts(db)
    if new or changed:
        db.execute(query("note_unread"))
    changes(db, "insert_post_brands", source=source)
    observed = changes(db, "insert_engagement")
    changes(db, "replace_raw_items", source=source)
    changes(db, "insert_raw_items", source=source)
    return Stored(new, changed, deleted, observed)


def insert_posts(db: Connection) -> int:
    """Number and store the posts of a batch that are new; returns how many."""
    ((last,),) = db.execute("SELECT coalesce(max(number), 0) FROM posts").fetchall()
    new = changes(db, "insert_posts", last=last)
    if new:
        db.execute(query("new_posts"), {"last": last})
    return new


def changes(db: Connection, name: str, **values: Any) -> int:
    """Run a writing query by name; returns the number of rows it changed."""
    row = db.execute(query(name), values or None).fetchone()
    return int(row[0]) if row else 0
