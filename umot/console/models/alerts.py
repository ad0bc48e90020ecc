"""Alerts with their history."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field
from pydantic.dataclasses import dataclass

from umot.console.models.base import Shape
from umot.console.models.posts import Post
from warehouse.alert_list import Listed


class Event(Shape):
    """Something that happened to an alert."""

    changed_at: datetime
    event: str
    severity: str
    who: str | None
    note: str | None


@dataclass(frozen=True)
class Alert(Listed):
    """A warning that needs people; `reason` says why."""

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
