"""The journey over time as the console draws it: touchpoints by week, stages and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import rows


@dataclass(frozen=True, slots=True)
class Heard:
    """A brand, its role, and the local day and moment (UTC) up to which posts were heard."""

    brand: str
    role: str
    time_zone: str
    day: date | None
    as_of: datetime | None


def heard(db: Connection) -> list[Heard]:
    """Every brand, our own first."""
    return [Heard(**row) for row in rows(db, "console_today")]


def weeks(db: Connection, brand: str, since: date, until: date) -> list[dict[str, Any]]:
    """Moments by stage, touchpoint and week (its Monday), `until` excluded."""
    return rows(db, "console_journey", brand=brand, since=since, until=until)


def days(db: Connection, brand: str, since: date, until: date) -> list[dict[str, Any]]:
    """Posts by local day with their tone, both days included; days without posts have no row."""
    return rows(db, "console_days", brand=brand, since=since, until=until)


def stages(db: Connection, brand: str, since: date, until: date) -> list[dict[str, Any]]:
    """Moments by stage in a period, both days included."""
    return rows(db, "console_stages", brand=brand, since=since, until=until)


def touchpoints(db: Connection) -> list[dict[str, Any]]:
    """The active map's touchpoints in its order: touchpoint, stage, channel and names."""
    return rows(db, "console_touchpoints")


def choices(db: Connection) -> dict[str, list[str]]:
    """Brands (the own one first), sources and languages there are, the most used first."""
    found: dict[str, list[str]] = {"brand": [], "source": [], "language": []}
    for row in rows(db, "console_choices"):
        found[row["kind"]].append(row["value"])
    return found
