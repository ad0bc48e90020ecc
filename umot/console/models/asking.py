"""Statements and their answers; what people ask to have changed; who is there."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from umot.console.models.base import Label, Shape, StageKey
from umot.console.models.posts import Correction


class Statement(Shape):
    """One SELECT-like statement."""

    sql: str = Field(max_length=100_000)


class Answer(Shape):
    """Rows in the order of `columns`; `truncated` where there were more."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool


class Wish(Shape):
    """What is to be put right: of a moment (field, start, stop) or, without these, of the post."""

    post_id: str
    content_hash: str
    field: Literal["title", "body", "post"] = "post"
    start: int | None = Field(default=None, ge=0, le=2**31 - 1)
    stop: int | None = Field(default=None, ge=0, le=2**31 - 1)
    label: Label | None = None
    stage: StageKey | None = None
    touchpoint: str | None = None
    withdraw: bool = False
    note: str | None = None


class AlertWish(Shape):
    """What is to be done with an alert."""

    action: Literal["acknowledge", "snooze", "close"]
    hours: float = Field(default=24, gt=0, le=24 * 366, description="for snooze")
    note: str | None = None


class Corrections(Shape):
    """Rows that were added."""

    corrections: list[Correction]


class Who(Shape):
    """Who is signed in; `csrf` goes into the header X-CSRF-Token of writes."""

    name: str
    csrf: str
