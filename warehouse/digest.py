"""What the daily digest asks of the warehouse; times are UTC, periods exclude their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class PostCount:
    """Customers' posts that agree in all of this; `status` is that of the reading, or why none.

    `status`: scored, unscored_language, empty, failed, deleted (before it was read) or unread.
    """

    day: date
    source: str
    platform: str
    language: str  # '' where it is not known
    status: str
    label: str | None
    posts: int


@dataclass(frozen=True, slots=True)
class MomentCount:
    """Moments of one touchpoint within one stage; names are None off the active map."""

    stage: str
    touchpoint: str
    name_nl: str | None
    name_en: str | None
    place: int
    negative: int
    neutral: int
    positive: int


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A post with its reading and the counts known at the end of the period."""

    label: str | None
    post_id: str
    platform: str
    source: str
    url: str | None
    title: str | None
    body: str
    language: str | None
    rating: float | None
    posted_at: datetime | None
    score: float | None
    likes: int | None
    replies: int | None
    shares: int | None
    peak_stage: str | None
    peak_touchpoint: str | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert that was open at the end of the day; `post` is None where it has none to show."""

    alert_id: str
    kind: str
    severity: str
    raised_at: datetime
    subject: str
    reason: str
    post: QuoteRow | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """How a source was visited; `visits`, `failed`, `error` and `truncated` are of that day.

    `last_success` may be earlier; None where no visit succeeded since the period looked at began.
    """

    source: str
    last_success: datetime | None
    visits: int
    failed: bool
    error: str | None
    truncated: str | None


@dataclass(frozen=True, slots=True)
class ExperienceRow:
    """What one author told in one thread, by what was known at the end of the period.

    Scores are -1 to 1: `mean` of all its moments, `peak_end` of its peak and its end.
    """

    moments: int
    mean: float
    peak_end: float
    peak_touchpoint: str
    end_touchpoint: str


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint and its state at the end of the period; `fresh`: it was made in the period.

    `post_id`, `number` and `score` are those of the post that opened it.
    """

    state: str  # open, answered, resolved or escalated
    fresh: bool
    hours_to_answer: float | None
    post_id: str = ""
    number: int = 0
    score: float = 0.0


def time_zones(db: Connection) -> dict[str, str]:
    """The time zone of each brand."""
    return dict(db.execute("SELECT brand, time_zone FROM brands ORDER BY brand").fetchall())


def touchpoint_names(db: Connection) -> dict[str, tuple[str, str]]:
    """Dutch and English name of each touchpoint on the active map."""
    rows = db.execute(
        "SELECT touchpoint, name_nl, name_en FROM touchpoints "
        "WHERE map_version = (SELECT map_version FROM active)"
    ).fetchall()
    return {touchpoint: (dutch, english) for touchpoint, dutch, english in rows}


def post_counts(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime
) -> list[PostCount]:
    """Customers' posts of a period, counted by all a digest groups them by."""
    values = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    return [PostCount(*row) for row in db.execute(query("digest_posts"), values).fetchall()]


def moment_counts(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime
) -> list[MomentCount]:
    """Moments in customers' posts of a period, in the order of the journey map."""
    values: dict[str, Any] = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    values |= numbers(db, starts_at, ends_at)
    return [MomentCount(*row) for row in db.execute(query("digest_moments"), values).fetchall()]


def numbers(db: Connection, starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    """The least and greatest number of the posts of a period, as `first` and `last`."""
    values = {"starts_at": starts_at, "ends_at": ends_at}
    ((first, last),) = db.execute(query("period_numbers"), values).fetchall()
    return {"first": first, "last": last}


def quotes(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime, examples: int
) -> list[QuoteRow]:
    """The strongest posts of a period, at most `examples` of either label, strongest first."""
    values: dict[str, Any] = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    values |= {"examples": examples, **numbers(db, starts_at, ends_at)}
    return [QuoteRow(*row) for row in db.execute(query("digest_quotes"), values).fetchall()]


def open_alerts(db: Connection, brand: str, ends_at: datetime) -> list[AlertRow]:
    """Alerts that were open at `ends_at`, the gravest first, then the newest."""
    values = {"brand": brand, "ends_at": ends_at}
    return [
        AlertRow(
            key, kind, severity, raised_at, subject, reason, QuoteRow(*post) if found else None
        )
        for key, kind, severity, raised_at, subject, reason, found, *post in db.execute(
            query("digest_alerts"), values
        ).fetchall()
    ]


def visits(
    db: Connection, brand: str, since: datetime, starts_at: datetime, ends_at: datetime
) -> list[VisitRow]:
    """How the brand's sources had been visited at `ends_at`, by visits from `since` on."""
    values = {"brand": brand, "since": since, "starts_at": starts_at, "ends_at": ends_at}
    return [
        VisitRow(
            source,
            last_success,
            count,
            bool(last and last["failed"]),
            last["error"] if last else None,
            truncated,
        )
        for source, last_success, count, last, truncated in db.execute(
            query("digest_visits"), values
        ).fetchall()
    ]


def experiences(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime, first: int
) -> list[ExperienceRow]:
    """The experiences of customers with a post in a period, in an order that does not change.

    `first` is `earliest` of that period, or of a longer one with the same end.
    """
    values: dict[str, Any] = {"brand": brand, "starts_at": starts_at, "ends_at": ends_at}
    values["first"] = first
    return [ExperienceRow(*row) for row in db.execute(query("digest_memory"), values).fetchall()]


def complaints(
    db: Connection, brand: str, since: datetime, starts_at: datetime, ends_at: datetime, first: int
) -> list[ComplaintRow]:
    """The complaints made from `since` on, as they stood at `ends_at`; `first` is `earliest`."""
    values: dict[str, Any] = {"brand": brand, "since": since, "first": first}
    values |= {"starts_at": starts_at, "ends_at": ends_at}
    return [ComplaintRow(*row) for row in db.execute(query("digest_complaints"), values).fetchall()]


def earliest(db: Connection, since: datetime, ends_at: datetime) -> int:
    """The least number of the posts of experiences that had a post in a period."""
    values = {"since": since, "ends_at": ends_at}
    ((first,),) = db.execute(query("digest_first"), values).fetchall()
    return int(first)
