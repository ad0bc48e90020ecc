"""The heat map: stages and touchpoints by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from umot.console import models
from umot.console.asked import NotFound
from umot.console.shown import statement
from umot.console.state import Console
from umot.console.words import words
from umot.journey import NONE, STAGES
from warehouse import Connection, console_journey
from warehouse.console_journey import Heard

WEEKS = 12
WEEK = timedelta(days=7)


def brand_of(console: Console, db: Connection, name: str | None) -> Heard:
    """The brand that is asked for, else our own. Raises `NotFound`."""
    found: list[Heard] = console.kept("heard", lambda: console_journey.heard(db))
    own = name or console.settings.brand.name
    for one in found:
        if one.brand == own:
            return one
    if name or not found:
        raise NotFound(f"there are no posts about {own!r} yet: run umot, or import some")
    return found[0]


def journey(
    console: Console, brand: str | None, until: date | None, weeks: int, language: str
) -> models.Journey:
    """The weeks up to and with that of `until`, else of the last day that was heard."""
    with console.copy.read() as db:
        one = brand_of(console, db, brand)
        last = monday(until or one.day or date.today())  # noqa: DTZ011 - a column without posts
        shown = [last - WEEK * ago for ago in range(weeks - 1, -1, -1)]
        values: dict[str, Any] = {"brand": one.brand, "since": shown[0], "until": last + WEEK}
        found = console_journey.weeks(db, **values)
        places = console.kept("touchpoints", lambda: console_journey.touchpoints(db))
    if found:  # nothing is known of the weeks before the first that was heard
        first = min(row["week"] for row in found)
        shown = [week for week in shown if week >= first]
    return models.Journey(
        brand=one.brand,
        weeks=shown,
        rows=rows(found, places, shown, language),
        sql=statement("console_journey", values),
    )


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def rows(
    found: Iterable[Mapping[str, Any]],
    places: Sequence[Mapping[str, Any]],
    weeks: Sequence[date],
    language: str,
) -> list[models.Row]:
    """A line for each stage, and below it for each touchpoint with moments, in the map's order."""
    w = words(language)
    by_place: dict[tuple[str, str | None], dict[date, models.Cell]] = defaultdict(dict)
    for one in found:
        for touchpoint in (None, one["touchpoint"]):
            cells = by_place[one["stage"], touchpoint]
            cells[one["week"]] = sum_of(cells.get(one["week"]), one)
    column = "name_nl" if language == "nl" else "name_en"
    names = {place["touchpoint"]: place[column] for place in places}
    order = {key: number for number, key in enumerate(names)}
    made = []
    for stage in (*STAGES, NONE):
        own = [key for key in by_place if key[0] == stage]
        if not own and stage == NONE:
            continue
        own = [key for key in own if key[1] not in (None, NONE)]
        own.sort(key=lambda key: (order.get(key[1] or "", len(order)), key[1] or ""))
        for key in [(stage, None), *own]:
            at = by_place[key]
            name = names.get(key[1], key[1]) if key[1] else w(f"stage.{stage}")
            made.append(
                models.Row(
                    stage=stage,
                    touchpoint=key[1],
                    name=name,
                    cells=[at.get(week) for week in weeks],
                )
            )
    return made


def sum_of(cell: models.Cell | None, one: Mapping[str, Any]) -> models.Cell:
    """A cell with more moments in it."""
    moments = one["moments"] + (cell.moments if cell else 0)
    negative = one["negative"] + (cell.negative if cell else 0)
    positive = one["positive"] + (cell.positive if cell else 0)
    net = round(100 * (positive - negative) / moments, 1)
    return models.Cell(
        week=one["week"], moments=moments, negative=negative, positive=positive, net=net
    )
