"""Items that are stored, to be parsed again, and what came of it back through the load path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection as Connection

from umot.post import Post, RawItem
from warehouse import arrow, load
from warehouse.sql import query

BEHIND = "umot_item_of"  # the whole content of a reject whose item stands behind a post


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored item: `key` is its post_id, or the reject_id of one that could not be used.

    `behind` is the post it stands behind, None for an item that never gave one. `item` is None
    where that post has gone.
    """

    key: str
    item: RawItem | None
    behind: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Which items to take: of `source` after the key `after`, not of posts before `since`."""

    source: str
    after: str
    since: datetime | None
    limit: int


def sources(db: Connection) -> dict[str, int]:
    """The sources that have items, with their number."""
    return dict(db.execute(query("stored_sources")).fetchall())


def items(db: Connection, page: Page) -> list[Stored]:
    """Items behind posts, in the order of their post_id."""
    return ask(db, "stored_items", page)


def rejected(db: Connection, page: Page) -> list[Stored]:
    """Items that could not be used, in the order of their reject_id."""
    return ask(db, "rejected_items", page)


def ask(db: Connection, name: str, page: Page) -> list[Stored]:
    """The items that a query finds."""
    values = {
        "source": page.source,
        "after": page.after,
        "since": page.since,
        "limit": page.limit,
    }
    return [
        Stored(key, RawItem(json.loads(payload), at, place) if payload else None, behind)
        for key, place, payload, at, behind in db.execute(query(name), values).fetchall()
    ]


def reject(item: RawItem, post_id: str, reason: str) -> load.Reject:
    """A reject of an item that stands behind a post: it points there and holds no copy.

    So whatever erases the post has the whole of it.
    """
    return load.Reject(RawItem({BEHIND: post_id}, item.fetched_at, item.place), reason)


def known(db: Connection, post_ids: Sequence[str]) -> set[str]:
    """Those of these posts that are stored already."""
    found = db.execute(
        "SELECT post_id FROM posts WHERE post_id IN (SELECT unnest($1::VARCHAR[]))",
        [list(post_ids)],
    )
    return {row[0] for row in found.fetchall()}


@contextmanager
def unedited(db: Connection, posts: Sequence[Post]) -> Iterator[None]:
    """Store `posts` within: a text that only the parser changed was not edited by its writer."""
    unsaid = [post.post_id for post in posts if post.edited_at is None]
    before = db.execute(
        "SELECT post_id, edited_at FROM posts WHERE post_id IN (SELECT unnest($1::VARCHAR[]))",
        [unsaid],
    ).to_arrow_table()
    yield
    with arrow.registered(db, "before_parsing", before):
        load.changes(db, "keep_edited")


def mend_engagement(db: Connection, posts: Sequence[Post]) -> None:
    """Put counts right that were observed when the items were fetched."""
    seen = arrow.engagement(list({post.post_id: post for post in posts}.values()))
    with arrow.registered(db, "incoming_engagement", seen):
        if load.changes(db, "mend_engagement"):
            load.touch(db)


def drop_rejects(db: Connection, reject_ids: Sequence[str]) -> None:
    """Remove rejects that can be used by now, in the caller's transaction."""
    if not reject_ids:
        return
    for table in ("rejects", "private.rejected_items"):
        db.execute(
            f"DELETE FROM {table} WHERE reject_id IN (SELECT unnest($1::VARCHAR[]))",
            [list(reject_ids)],
        )
    load.touch(db)
