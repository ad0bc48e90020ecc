"""Which posts are asked for, in an address of a page or of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from umot.console.asked import FIRST, a_day, begins, ends, one_of
from umot.console.journey import brand_of
from umot.console.posts import places
from umot.console.state import Console
from umot.errors import Fatal
from umot.journey import NONE, STAGES
from warehouse.console_posts import Filter, Sort
from warehouse.corrections import LABELS

SORTS = ("time", "reach", "negative", "positive")
NAMES = (
    "q", "label", "stage", "touchpoint", "tone", "source", "language", "since", "until", "brand",
    "sort",
)  # fmt: skip
DAYS = 90  # in which the most negative posts, and the like, are looked for
LONGEST = 300  # characters of the words that are looked for


def filter_of(console: Console, given: Mapping[str, Any]) -> Filter:
    """The filter of these parameters, what is empty or missing lets all through.

    `since` and `until` are local days of the brand, both included. Raises `Fatal` for what cannot
    be, and `NotFound` for a brand without posts.
    """
    given = completed(console, given)
    words = (given.get("q") or "").strip()
    if len(words) > LONGEST:
        raise Fatal(f"give at most {LONGEST} characters to look for")
    since, until = a_day(given.get("since")), a_day(given.get("until"))
    with console.copy.read() as db:
        brand = brand_of(console, db, given.get("brand") or None)
    touchpoint = given.get("touchpoint") or None
    stage = one_of("stage", given.get("stage"), (*STAGES, NONE))
    if touchpoint and not stage:
        with console.copy.read() as db:
            stage = stage_of(places(console, db), touchpoint)
    return Filter(
        brand=brand.brand,
        words=words or None,
        label=one_of("label", given.get("label"), (*LABELS, "unread")),
        stage=stage,
        touchpoint=touchpoint,
        tone=one_of("tone", given.get("tone"), LABELS) if stage else None,
        source=given.get("source") or None,
        language=given.get("language") or None,
        since=begins(since, brand.time_zone) if since else None,
        until=ends(until, brand.time_zone) if until else None,
        sort=cast(Sort, one_of("sort", given.get("sort"), SORTS) or "time"),
    )


def completed(console: Console, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with what holds where nothing is said: the days of a list in order.

    What stands out is looked for in the last 90 days, or in as many up to `until`, unless a first
    day is given. Raises as `filter_of` does.
    """
    made = dict(given)
    if made.get("since") or made.get("sort") in (None, "", "time"):
        return made
    until = a_day(made.get("until"))
    if until is None:
        with console.copy.read() as db:
            until = brand_of(console, db, made.get("brand") or None).day
    if until is not None:
        made["since"] = max(FIRST, until - timedelta(days=DAYS - 1)).isoformat()
    return made


def stage_of(found: list[dict[str, Any]], touchpoint: str) -> str:
    """The stage of a touchpoint. Raises `Fatal` for one that the active map does not have."""
    for row in found:
        if row["touchpoint"] == touchpoint:
            return str(row["stage"])
    raise Fatal(f"the journey map has no touchpoint {touchpoint!r}")
