"""The heat map, and the overview of a day and a period."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from umot.console.models.base import Shape


class Cell(Shape):
    """Moments of one touchpoint (or a whole stage) in one week; net is -100 to 100."""

    week: date
    moments: int
    negative: int
    positive: int
    net: float


class Row(Shape):
    """A line of the heat map; `touchpoint` is null for the stage as a whole."""

    stage: str
    touchpoint: str | None
    name: str
    cells: list[Cell | None]


class Journey(Shape):
    """The heat map: a cell for each week (its Monday), null where nothing was said."""

    brand: str
    weeks: list[date]
    rows: list[Row]
    sql: str


class Day(Shape):
    """Posts by customers on one local day."""

    day: date
    posts: int
    negative: int
    neutral: int
    positive: int
    net: float | None


class StageTally(Shape):
    """Moments at a stage in the period."""

    stage: str
    moments: int
    negative: int
    neutral: int
    positive: int
    net: float


class Overview(Shape):
    """A day's digest and the period around it."""

    brand: str
    day: date
    since: date
    until: date
    days: list[Day]
    days_sql: str
    stages: list[StageTally]
    stages_sql: str
    digest: dict[str, Any] = Field(description="the digest of the day, as umot digest writes it")
