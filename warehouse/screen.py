"""Marking what does not count: copies of earlier posts, spam and job adverts, and strays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from umot.post import Post, Role
from umot.relevance import screening
from umot.relevance.likeness import ALIKE, bands, likeness, shingles
from warehouse import arrow
from warehouse.load import changes, touch
from warehouse.sql import query

REMEMBERED = timedelta(days=60)  # how long after a post was stored copies of it are looked for
TEXTS = pa.schema([("post_id", arrow.TEXT), ("content_hash", arrow.TEXT)])
REASONS = pa.schema([("post_id", arrow.TEXT), ("reason", arrow.TEXT)])
BANDS = pa.schema([("post_id", arrow.TEXT), ("band", arrow.WHOLE)])
COPIES = pa.schema([("post_id", arrow.TEXT), ("original", arrow.TEXT), ("likeness", arrow.REAL)])


@dataclass(frozen=True, slots=True)
class Copy:
    """A post that says the same as `original`, and how much of it (0 to 1)."""

    original: str
    likeness: float


def about(db: Connection, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """(brand, role) of those of the posts that are stored; empty for one that is about nobody."""
    found: dict[str, list[tuple[str, str]]] = {}
    for post_id, brand, role in db.execute(query("brands_of_posts"), {"ids": list(ids)}).fetchall():
        found.setdefault(post_id, [])
        if brand is not None:
            found[post_id].append((brand, role))
    return found


def strays(db: Connection, source: str, lost: Sequence[str], found: Sequence[str]) -> None:
    """Mark known posts that match no more, and take the mark from those that do again."""
    marked = changes(db, "set_not_about_us", ids=list(lost), source=source) if lost else 0
    marked += changes(db, "unset_not_about_us", ids=list(found)) if found else 0
    if marked:
        touch(db)


def screen(db: Connection, posts: Sequence[Post], now: datetime) -> int:
    """Look at those of the stored posts whose text is new; returns how many are left out now.

    In the caller's transaction, after the posts were stored.
    """
    latest = {post.post_id: post for post in posts}
    rows = [(arrow.clean(name), post.content_hash) for name, post in latest.items()]
    with arrow.registered(db, "incoming_texts", arrow.table(rows, TEXTS)):
        fresh = {row[0] for row in db.execute(query("unscreened_posts")).fetchall()}
    chosen = {name: post for name, post in latest.items() if arrow.clean(name) in fresh}
    if not chosen:
        return 0
    reasons = {name: screening.reason(post) for name, post in chosen.items()}
    parts = {
        name: shingles(post.title, post.body)
        for name, post in chosen.items()
        # The company's own answers are often the same words, and each is an answer.
        if reasons[name] is None and post.author_role is not Role.BRAND
    }
    rows = [(arrow.clean(name), post.content_hash) for name, post in chosen.items()]
    with arrow.registered(db, "incoming_screened", arrow.table(rows, TEXTS)):
        for name in ("forget_screened", "forget_bands", "forget_duplicates"):
            db.execute(query(name))
        db.execute(
            "INSERT INTO private.screened SELECT post_id, content_hash FROM incoming_screened"
        )
        found = copies(db, parts, now)
    reasons |= dict.fromkeys(found, "duplicate_of")
    named = [(arrow.clean(name), reason) for name, reason in reasons.items()]
    with arrow.registered(db, "incoming_reasons", arrow.table(named, REASONS)):
        if changes(db, "set_reasons"):
            touch(db)
    return sum(reason is not None for reason in reasons.values())


def copies(db: Connection, parts: Mapping[str, frozenset[int]], now: datetime) -> dict[str, Copy]:
    """Find and note which of these posts are copies of one that was stored, or posted, earlier."""
    rows = [(arrow.clean(name), band) for name, one in parts.items() for band in bands(one)]
    with arrow.registered(db, "incoming_bands", arrow.table(rows, BANDS)):
        db.execute("INSERT INTO private.bands SELECT post_id, band, $1 FROM incoming_bands", [now])
    known = {arrow.clean(name): one for name, one in parts.items()}
    found: dict[str, Copy] = {}
    for name, first, title, body in db.execute(query("first_alike")).fetchall():
        if name in found or first == name:
            continue
        share = likeness(known[name], known.get(first) or shingles(title, body))
        if share >= ALIKE:
            original = found[first].original if first in found else first
            if original != name:
                found[name] = Copy(original, share)
    noted = [(name, one.original, one.likeness) for name, one in found.items()]
    with arrow.registered(db, "incoming_copies", arrow.table(noted, COPIES)):
        db.execute(
            "INSERT INTO duplicates SELECT post_id, original, likeness, $1 FROM incoming_copies",
            [now],
        )
        # Only what counts is a likely original: a thousand copies cost no more than one.
        db.execute(
            "DELETE FROM private.bands WHERE post_id IN (SELECT post_id FROM incoming_copies)"
        )
    return found


def tidy(db: Connection, now: datetime) -> None:
    """Let copies whose original was erased count again, and forget what is too old to compare."""
    if changes(db, "orphaned_copies"):
        touch(db)
    db.execute(query("forget_orphaned_copies"))
    db.execute(query("prune_bands"), {"before": now - REMEMBERED})
