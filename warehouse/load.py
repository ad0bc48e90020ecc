"""Every write of data: posts with their source's cursor, readings, runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from duckdb import DuckDBPyConnection as Connection

from umot.post import Moment, Post, RawItem, Sentiment
from warehouse import arrow, batches
from warehouse.batches import changes as changes
from warehouse.sql import query

if TYPE_CHECKING:
    from umot.journey import JourneyMap
    from warehouse.tombstones import Gate

# By post_id: (brand, role, how it was matched).
About: TypeAlias = Mapping[str, Sequence[tuple[str, str, str]]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch came from and whom it is about."""

    source: str
    brand: str
    role: str
    author_key: bytes
    gate: Gate | None = None  # keeps out what was erased or is too old; None lets all in


@dataclass(frozen=True, slots=True)
class Reject:
    """An item that could not be used, with its reason."""

    item: RawItem
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch changed."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    rejected: int = 0
    observed: int = 0
    passed_over: int = 0  # about nobody, erased before, or older than the source may keep

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.seen + other.seen,
            self.new + other.new,
            self.changed + other.changed,
            self.deleted + other.deleted,
            self.rejected + other.rejected,
            self.observed + other.observed,
            self.passed_over + other.passed_over,
        )


def store_batch(
    db: Connection,
    origin: Origin,
    parsed: Sequence[tuple[RawItem, Post]],
    rejects: Sequence[Reject],
    cursor: Mapping[str, Any] | None,
    now: datetime,
    about: About | None = None,
) -> Counts:
    """Store posts, what came with them and the source's cursor, in the caller's transaction.

    A post that occurs twice in a batch counts once, as it came last. What `origin.gate` keeps
    out is passed over. `about` says whom each post is about and why; None: all are about the
    brand of `origin`.
    """
    given = len(parsed) + len(rejects)
    kept = parsed
    if origin.gate is not None:
        parsed, kept, rejects = origin.gate.admit(parsed, rejects)
    posts = list({post.post_id: post for _, post in parsed}.values())
    latest = {post.post_id: (raw, post) for raw, post in kept}
    items, known = [raw for raw, _ in latest.values()], [post for _, post in latest.values()]
    stored = batches.Stored()
    if posts:
        if about is None:
            about = {post.post_id: [(origin.brand, origin.role, "source")] for post in posts}
        with (
            arrow.registered(db, "incoming", arrow.posts(posts, origin.author_key, now)),
            arrow.registered(db, "incoming_raw", arrow.raw_items(items, known)),
            arrow.registered(db, "incoming_engagement", arrow.engagement(posts)),
            arrow.registered(db, "incoming_brands", arrow.brands(about)),
        ):
            stored = batches.store(db, origin.source)
    rejected = store_rejects(db, origin.source, rejects, now) if rejects else 0
    if cursor is not None:
        text = json.dumps(cursor, sort_keys=True)
        db.execute(query("save_cursor"), {"source": origin.source, "cursor": text, "saved_at": now})
    if stored or rejected:
        touch(db)
    passed = given - len(parsed) - len(rejects)
    return Counts(
        given,
        stored.new,
        stored.changed,
        stored.deleted,
        len(rejects),
        stored.observed,
        passed,
    )


def store_rejects(db: Connection, source: str, rejects: Sequence[Reject], now: datetime) -> int:
    """Keep rejected items aside; returns how many were not known yet."""
    rows = {}
    for reject in rejects:
        payload = arrow.as_json(reject.item.payload)
        text = f"{source}\0{reject.item.place}\0{payload}".encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(text, digest_size=16).hexdigest()
        rows[key] = (key, reject.item.place, reject.reason, now, payload)
    with arrow.registered(db, "incoming_rejects", arrow.rejects(list(rows.values()))):
        stored = changes(db, "insert_rejects", source=source)
        changes(db, "insert_rejected_items")
    return stored


def store_readings(
    db: Connection, sentiments: Sequence[Sentiment], moments: Sequence[Moment], now: datetime
) -> int:
    """Store what a model read, in the caller's transaction; returns the new sentiments."""
    with (
        arrow.registered(db, "incoming_sentiments", arrow.sentiments(sentiments)),
        arrow.registered(db, "incoming_moments", arrow.moments(moments)),
    ):
        db.execute(query("read_posts"))
        db.execute(query("other_read_posts"))
        changes(db, "replace_sentiments")
        stored = changes(db, "insert_sentiments", now=now)
        changes(db, "set_languages")
        traced = changes(db, "insert_moments")
    if stored or traced:
        touch(db)
    return stored


def activate(db: Connection, model: str, journey: JourneyMap) -> None:
    """Make the views follow this model and map."""
    known = db.execute("SELECT model, map_version FROM active").fetchone()
    if known == (model, journey.version):
        return
    db.execute("UPDATE active SET model = $1, map_version = $2", [model, journey.version])
    db.execute("DELETE FROM touchpoints WHERE map_version = $1", [journey.version])
    for place, touchpoint in enumerate(journey.touchpoints):
        db.execute(
            "INSERT INTO touchpoints VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                journey.version,
                touchpoint.key,
                touchpoint.stage,
                touchpoint.channel,
                touchpoint.name_nl,
                touchpoint.name_en,
                place,
            ],
        )
    touch(db)


def save_brand(db: Connection, brand: str, time_zone: str, language: str) -> None:
    """Note in which days and language a brand counts."""
    values = {"brand": brand, "time_zone": time_zone, "language": language}
    known = db.execute(
        "SELECT time_zone, language FROM brands WHERE brand = $1", [brand]
    ).fetchone()
    if known != (time_zone, language):
        db.execute(query("save_brand"), values)
        touch(db)


def start_run(db: Connection, run_id: str, source: str, started_at: datetime) -> None:
    """Note that a source is being visited."""
    db.execute(
        "INSERT INTO source_runs (run_id, source, started_at, seen, new, changed, deleted, "
        "rejected) VALUES ($1, $2, $3, 0, 0, 0, 0, 0)",
        [run_id, source, started_at],
    )
    touch(db)


def finish_run(
    db: Connection,
    run_id: str,
    finished_at: datetime,
    counts: Counts,
    truncated: str | None,
    error_kind: str | None,
    error: str | None,
) -> None:
    """Note how the visit ended."""
    db.execute(
        "UPDATE source_runs SET finished_at = $2, seen = $3, new = $4, changed = $5, "
        "deleted = $6, rejected = $7, truncated = $8, error_kind = $9, error = $10 "
        "WHERE run_id = $1",
        [
            run_id,
            finished_at,
            counts.seen,
            counts.new,
            counts.changed,
            counts.deleted,
            counts.rejected,
            truncated,
            error_kind,
            error,
        ],
    )
    touch(db)


def touch(db: Connection) -> None:
    """Count a change of what is published."""
    db.execute("UPDATE private.changes SET change = change + 1")
