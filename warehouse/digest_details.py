"""What the digest asks about single posts, words, stars and competitors; see `warehouse.digest`.

Times are UTC, periods exclude their end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from warehouse import arrow
from warehouse.digest import ComplaintRow, QuoteRow, numbers
from warehouse.sql import query

LATE = timedelta(days=28)  # a digest quotes hardly anything older
WAITING = pa.schema([("post_id", pa.string()), ("number", pa.int64()), ("score", pa.float64())])


@dataclass(frozen=True, slots=True)
class TextRow:
    """A post's words and how they read; `writer` stands for who wrote it."""

    post_id: str
    writer: str
    label: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """The sentence of a stage and tone that was felt most."""

    stage: str
    label: str
    post_id: str
    text: str


@dataclass(frozen=True, slots=True)
class RatingRow:
    """Posts with stars, and how many of them read otherwise; `strongest` is one that does."""

    posts: int
    mean: float | None
    low_but_positive: int
    high_but_negative: int
    strongest: str | None


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """Posts about one brand, in the period or before it."""

    brand: str
    own: bool
    in_period: bool
    posts: int
    negative: int
    neutral: int
    positive: int


def texts(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime, *, most: int, length: int
) -> list[TextRow]:
    """Scored posts of customers, at most `most`, the first `length` characters of each."""
    values: dict[str, Any] = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    values |= {"most": most, "length": length}
    return [TextRow(*row) for row in db.execute(query("digest_texts"), values).fetchall()]


def quoted(
    db: Connection, brand: str, posts: Collection[str], ends_at: datetime
) -> dict[str, QuoteRow]:
    """Posts by id, as known at `ends_at`; deleted ones are left out."""
    if not posts:
        return {}
    values: dict[str, Any] = {"brand": brand, "posts": sorted(set(posts)), "ends_at": ends_at}
    values |= asked_numbers(db, values["posts"], ends_at)
    rows = [QuoteRow(*row) for row in db.execute(query("digest_quoted"), values).fetchall()]
    return {row.post_id: row for row in rows}


def asked_numbers(db: Connection, posts: Sequence[str], ends_at: datetime) -> dict[str, Any]:
    """The least and greatest number of these posts, as `first` and `last`.

    They are looked for among the posts `LATE` before `ends_at`; in all only where some are older.
    """
    first, last, found = 0, 0, 0
    for start in (numbers(db, ends_at - LATE, ends_at)["first"], 0):
        values = {"posts": posts, "first": start}
        ((first, last, found),) = db.execute(query("asked_numbers"), values).fetchall()
        if found == len(posts):
            break
    return {"first": first, "last": last}


def answers(
    db: Connection, complaints: Sequence[ComplaintRow], ends_at: datetime, most: int
) -> list[str]:
    """Those of the complaints that have no answer at `ends_at`, those to take up first."""
    rows = [
        (one.post_id, one.number, one.score)
        for one in complaints
        if one.state in ("open", "escalated")
    ]
    values = {"ends_at": ends_at, "most": most}
    with arrow.registered(db, "waiting", arrow.table(rows, WAITING)):
        found = db.execute(query("digest_answers"), values).fetchall()
    return [post_id for (post_id,) in found]


def sentences(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime
) -> list[SentenceRow]:
    """For each stage and tone the sentence that was felt most."""
    values: dict[str, Any] = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    values |= numbers(db, starts_at, ends_at)
    return [SentenceRow(*row) for row in db.execute(query("digest_sentences"), values).fetchall()]


def ratings(db: Connection, brand: str, starts_at: datetime, ends_at: datetime) -> RatingRow:
    """Stars against words."""
    values = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    rows = db.execute(query("digest_ratings"), values).fetchall()
    return RatingRow(*rows[0])


def voices(
    db: Connection, brand: str, since: datetime, starts_at: datetime, ends_at: datetime
) -> list[VoiceRow]:
    """Posts about the brand and its competitors, from `starts_at` on and from `since` before it."""
    values = {"brand": brand, "since": since, "starts_at": starts_at, "ends_at": ends_at}
    return [VoiceRow(*row) for row in db.execute(query("digest_voices"), values).fetchall()]


def reasons(db: Connection, alerts: Sequence[str], language: str) -> dict[str, str]:
    """Why alerts fired, in a language, by id; those whose reason is kept in one only are not."""
    values = {"alerts": list(alerts), "language": language}
    return dict(db.execute(query("alert_reasons"), values).fetchall())
