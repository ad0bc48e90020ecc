"""Alerts with their history."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from umot.console.models.base import Shape
from umot.console.models.posts import Post


class Event(Shape):
    """Something that happened to an alert."""

    changed_at: datetime
    event: str
    severity: str
    who: str | None
    note: str | None


class Alert(Shape):
    """A warning that needs people; `reason` says why."""

    alert_id: str
    raised_at: datetime
    severity: str
    kind: str
    brand: str
    subject: str
    post_id: str | None
    state: str
    reason: str
    stage: str | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    note: str | None
    history: list[Event]
    post: Post | None
    thread: str | None = Field(
        description="what has come of its post: open, answered, resolved or escalated; "
        "null where it is about none, or one that is no complaint and was not answered"
    )


class Alerts(Shape):
    """One page of alerts, the newest first."""

    alerts: list[Alert]
    next: str | None
