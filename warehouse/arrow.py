"""Dataclasses as Arrow tables: the fast way into DuckDB (hundreds of times `executemany`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from umot.post import Moment, Post, RawItem, Sentiment
from warehouse.authors import hashed

TEXT, WHOLE, REAL, TIME = pa.string(), pa.int64(), pa.float64(), pa.timestamp("us", tz="UTC")

POSTS = pa.schema(
    [(name, TEXT) for name in ("post_id", "platform", "kind", "url", "author", "author_role")]
    + [("title", TEXT), ("body", TEXT), ("language", TEXT), ("rating", REAL)]
    + [(name, TIME) for name in ("posted_at", "collected_at", "edited_at", "deleted_at")]
    + [(name, TEXT) for name in ("thread_id", "parent_id", "content_hash", "attributes")]
)
BRANDS = pa.schema([(name, TEXT) for name in ("post_id", "brand", "role", "matched_by")])
RAW_ITEMS = pa.schema([("post_id", TEXT), ("place", TEXT), ("payload", TEXT), ("fetched_at", TIME)])
ENGAGEMENT = pa.schema(
    [("post_id", TEXT), ("observed_at", TIME)]
    + [(name, WHOLE) for name in ("likes", "replies", "shares", "views", "audience")]
)
REJECTS = pa.schema(
    [
        ("reject_id", TEXT),
        ("place", TEXT),
        ("reason", TEXT),
        ("rejected_at", TIME),
        ("payload", TEXT),
    ]
)
SENTIMENTS = pa.schema(
    [(name, TEXT) for name in ("post_id", "model", "content_hash", "status", "language", "label")]
    + [(name, pa.float32()) for name in ("negative", "neutral", "positive", "score")]
)
MOMENTS = pa.schema(
    [(name, TEXT) for name in ("post_id", "model", "map_version", "content_hash")]
    + [("position", pa.int32()), ("field", TEXT), ("start", pa.int32()), ("stop", pa.int32())]
    + [("label", TEXT), ("score", pa.float32()), ("stage", TEXT), ("touchpoint", TEXT)]
    + [("stage_confidence", pa.float32()), ("runner_up", TEXT), ("matched_example", TEXT)]
    + [("is_peak", pa.bool_()), ("is_end", pa.bool_())]
)


@contextmanager
def registered(db: Connection, name: str, table: pa.Table) -> Iterator[None]:
    """`table` under `name` in SQL for the while."""
    db.register(name, table)
    try:
        yield
    finally:
        db.unregister(name)


def table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows of values, in the order of `schema`, as a table."""
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def clean(text: str | None) -> str | None:
    """Text that a database can hold: lone surrogates become the replacement character."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8") if has_surrogate(text) else text


def has_surrogate(text: str) -> bool:
    """Whether a text has half a surrogate pair, as broken JSON escapes leave."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def as_json(value: Any) -> str:
    """JSON that the database accepts: it refuses escapes of half a surrogate pair."""
    return clean(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)) or ""


def posts(found: Sequence[Post], author_key: bytes, now: datetime) -> pa.Table:
    """Posts, their writers hashed. `now` is when they were collected."""
    return table(
        [
            (
                clean(post.post_id),
                post.platform,
                post.kind.value,
                clean(post.url),
                hashed(post.author, post.platform, author_key) if post.author else None,
                post.author_role.value,
                clean(post.title),
                clean(post.body) or "",
                post.language,
                post.rating,
                post.posted_at,
                now,
                post.edited_at,
                post.deleted_at,
                clean(post.thread_id),
                clean(post.parent_id),
                post.content_hash,
                as_json(dict(post.attributes)) if post.attributes else None,
            )
            for post in found
        ],
        POSTS,
    )


def brands(about: Mapping[str, Sequence[tuple[str, str, str]]]) -> pa.Table:
    """Whom posts are about: (brand, role, how it was matched) by post_id."""
    rows = [(clean(post_id), *match) for post_id, found in about.items() for match in found]
    return table([(name, brand, role, clean(by)) for name, brand, role, by in rows], BRANDS)


def raw_items(items: Sequence[RawItem], found: Sequence[Post]) -> pa.Table:
    """The raw item behind each post."""
    return table(
        [
            (clean(post.post_id), clean(item.place), as_json(item.payload), item.fetched_at)
            for item, post in zip(items, found, strict=True)
        ],
        RAW_ITEMS,
    )


def engagement(found: Sequence[Post]) -> pa.Table:
    """The counts of those posts that came with any."""
    rows = []
    for post in found:
        seen = post.engagement
        if seen is None or post.deleted_at is not None:
            continue
        counts = (seen.likes, seen.replies, seen.shares, seen.views)
        if any(count is not None for count in counts):
            rows.append((clean(post.post_id), seen.observed_at, *counts, seen.audience))
    return table(rows, ENGAGEMENT)


def rejects(rows: Sequence[tuple[str, str, str, datetime, str]]) -> pa.Table:
    """Rejected items: key, place, reason, time, content."""
    cleaned = [
        (key, clean(place), clean(reason), at, payload) for key, place, reason, at, payload in rows
    ]
    return table(cleaned, REJECTS)


def sentiments(read: Sequence[Sentiment]) -> pa.Table:
    """How posts read."""
    return table(
        [
            (
                clean(one.post_id),
                one.model,
                one.content_hash,
                one.status.value,
                one.language,
                one.label.value if one.label else None,
                one.negative,
                one.neutral,
                one.positive,
                one.score,
            )
            for one in read
        ],
        SENTIMENTS,
    )


def moments(traced: Sequence[Moment]) -> pa.Table:
    """Moments with their places."""
    return table(
        [
            (
                clean(one.post_id),
                one.model,
                one.map_version,
                one.content_hash,
                one.position,
                one.span.field,
                one.span.start,
                one.span.stop,
                one.label.value,
                one.score,
                one.stage,
                one.touchpoint,
                one.stage_confidence,
                one.runner_up,
                one.matched_example,
                one.is_peak,
                one.is_end,
            )
            for one in traced
        ],
        MOMENTS,
    )
