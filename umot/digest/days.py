"""Local days: when they begin, and the posts of the day and of those it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from umot.digest.facts import DayTally, Tally
from warehouse.digest import PostCount

WEEK = 7  # days before, compared with
MONTH = 28  # days before in which a word is not new, and whose weekdays are compared with


def ago(day: date, days: int, zone: str) -> datetime:
    """When the first of so many days begins, of which `day` is the last."""
    return midnight(day - timedelta(days=days - 1), zone)


def midnight(day: date, zone: str) -> datetime:
    """When a local day begins, in UTC; where clocks skip midnight, the first moment after."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def tally(counts: Sequence[PostCount]) -> Tally:
    """These counts of posts together."""
    read = {"negative": 0, "neutral": 0, "positive": 0}
    for one in counts:
        if one.label is not None:
            read[one.label] += one.posts
    return Tally.of(sum(one.posts for one in counts), **read)


def tallies_by_day(counts: Sequence[PostCount], last: date) -> tuple[DayTally, ...]:
    """The day and the `MONTH` days before it, the empty ones too, oldest first."""
    days = [last - timedelta(days=ago) for ago in range(MONTH, -1, -1)]
    by_day: dict[date, list[PostCount]] = {}
    for one in counts:
        by_day.setdefault(one.day, []).append(one)
    return tuple(DayTally(day, tally(by_day.get(day, []))) for day in days)


def reach(days: Sequence[DayTally]) -> int:
    """How many days before the last one history goes back; 0 where none of them has a post."""
    begun = [place for place, one in enumerate(days[:-1]) if one.tally.total]
    return len(days) - 1 - begun[0] if begun else 0


def earlier(history: Sequence[DayTally]) -> list[Tally]:
    """The days to compare with: the seven before, without those at which history had not begun.

    It begins with the first day shown that has a post; an empty day after it is a quiet day.
    """
    begun = [bool(one.tally.total) for one in history[:-1]]
    first = begun.index(True) if True in begun else len(begun)
    return [one.tally for one in history[max(first, len(begun) - WEEK) : -1]]


def weekdays(days: Sequence[DayTally]) -> list[Tally]:
    """The same weekday of the weeks before, without those at which history had not begun."""
    begun = [place for place, one in enumerate(days) if one.tally.total]
    first = begun[0] if begun else len(days)
    same = range((len(days) - 1) % WEEK, len(days) - 1, WEEK)
    return [days[place].tally for place in same if place >= first]
