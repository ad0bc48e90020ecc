"""Sources, the visits to them and what could not be used."""

from __future__ import annotations

from datetime import datetime

from umot.console.models.base import Shape


class Source(Shape):
    """How well a source is heard."""

    source: str
    healthy: bool | None
    last_started: datetime | None
    last_success: datetime | None
    last_failure: datetime | None
    last_error: str | None
    last_truncated: str | None
    seen: int
    new: int
    rejected: int
    visits: int


class Run(Shape):
    """A visit to a source; `finished_at` is null for one under way or killed."""

    run_id: str
    source: str
    started_at: datetime
    finished_at: datetime | None
    seen: int
    new: int
    changed: int
    deleted: int
    rejected: int
    truncated: str | None
    error_kind: str | None
    error: str | None


class Reject(Shape):
    """An item that could not be used."""

    source: str
    place: str
    reason: str
    rejected_at: datetime


class Runs(Shape):
    """One page of visits, the latest first."""

    runs: list[Run]
    next: str | None


class Rejects(Shape):
    """One page of items that could not be used, the latest first."""

    rejects: list[Reject]
    next: str | None


class Sources(Shape):
    """Every source, those in trouble first."""

    sources: list[Source]
    sql: str
