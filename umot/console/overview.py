"""The overview: the digest of a day, and how the days before it went."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from umot.console import models
from umot.console.asked import a_day
from umot.console.journey import brand_of
from umot.console.shown import statement
from umot.console.state import Console
from umot.digest import Digest, render, sending
from umot.errors import Fatal
from umot.journey import STAGES
from warehouse import console_journey

PERIOD = 28  # days shown, the day itself included
LONGEST = 366  # days of a period


def digest(console: Console, brand: str | None, day: date | None, language: str) -> Digest:
    """The digest of a day as it was sent, else as it is now; of the last day that was heard."""
    with console.copy.read() as db:
        one = brand_of(console, db, brand)
        wanted = day or one.day
        if wanted is None:
            raise Fatal("no post has a date yet")
        return console.kept(
            ("digest", one.brand, wanted, language),
            lambda: sending.shown(db, console.settings, one.brand, wanted, language),
        )


def overview(
    console: Console,
    brand: str | None,
    day: date | None,
    since: date | None,
    until: date | None,
    language: str,
) -> tuple[models.Overview, Digest]:
    """The digest of `day` and the period around it; without a period, four weeks up to the day."""
    made = digest(console, brand, day or until, language)
    last = until or made.day
    first = since or last - timedelta(days=PERIOD - 1)
    if first > last:
        raise Fatal(f"{first} is after {last}")
    if (last - first).days >= LONGEST:
        raise Fatal(f"the period is longer than {LONGEST} days: choose a shorter one")
    values: dict[str, Any] = {"brand": made.brand, "since": a_day(first), "until": a_day(last)}
    with console.copy.read() as db:
        values["brand"] = brand_of(console, db, brand).brand
        days = {row["day"]: row for row in console_journey.days(db, **values)}
        stages = {row["stage"]: row for row in console_journey.stages(db, **values)}
    count = (last - first).days + 1
    shown = models.Overview(
        brand=values["brand"],
        day=made.day,
        since=first,
        until=last,
        days=[tally(first + timedelta(days=n), days) for n in range(count)],
        days_sql=statement("console_days", values),
        stages=[at_stage(stages[key]) for key in STAGES if key in stages],
        stages_sql=statement("console_stages", values),
        digest=json.loads(render(made, "json")),
    )
    return shown, made


def tally(day: date, found: dict[date, dict[str, Any]]) -> models.Day:
    """A day of the period, an empty one too."""
    row = found.get(day)
    if row is None:
        return models.Day(day=day, posts=0, negative=0, neutral=0, positive=0, net=None)
    return models.Day(**row, net=row["net_sentiment"])


def at_stage(row: dict[str, Any]) -> models.StageTally:
    """A stage in the period."""
    return models.StageTally(**row, net=round(row["net_sentiment"], 1))
