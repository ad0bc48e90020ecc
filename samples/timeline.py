"""When things happen: every time in the sample content is relative to an anchor the caller gives.

All functions are pure: the same anchor and the same moment always give the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

PASS_HOURS = (48, 18, 12, 7, 3, 0)
"""Hours before the anchor of the demo's passes: the spreading threads are 20 hours old at the end,
so five of the six see them."""

JITTER_SECONDS = 1800
"""How long a wandering score stands still: two reads within one half hour agree."""


@dataclass(frozen=True, slots=True)
class When:
    """A time relative to an anchor: a wall clock some days earlier, or a number of hours earlier.

    Wall-clock times need ``days >= 1``, so that they lie before the anchor at whatever hour that
    is; what happens today is told in hours.
    """

    days: int = 0
    at: time | None = None
    hours: float = 0.0

    def moment(self, anchor: datetime, zone: ZoneInfo) -> datetime:
        """Return the UTC time this means for an anchor; ``zone`` is where the wall clock hangs."""
        if self.at is None:
            return (aware(anchor) - timedelta(hours=self.hours)).replace(microsecond=0)
        day = aware(anchor).astimezone(zone).date() - timedelta(days=self.days)
        return datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)


def passes(anchor: datetime) -> tuple[datetime, ...]:
    """Return the moments at which the demo collects, oldest first; the last is the anchor."""
    return tuple(aware(anchor) - timedelta(hours=hours) for hours in PASS_HOURS)


def aware(moment: datetime) -> datetime:
    """Return the same moment in UTC; raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"the sample needs a time with a zone, got {moment.isoformat()!r}")
    return moment.astimezone(UTC)


def grown(final: float, hours: float, pace: float, start: float = 0.0) -> int:
    """Return a count that rises to ``final``; after ``pace`` hours two thirds are there."""
    return round(start + (final - start) * (1 - math.exp(-max(hours, 0.0) / pace)))


def along(rows: Sequence[Sequence[float]], hours: float) -> tuple[int, ...]:
    """Return the counts at an age, on straight lines between rows of (hours, count, …)."""
    earlier = rows[0]
    for later in rows:
        if hours <= later[0]:
            span = later[0] - earlier[0]
            share = max(hours - earlier[0], 0.0) / span if span else 0.0
            return tuple(
                round(a + (b - a) * share) for a, b in zip(earlier[1:], later[1:], strict=True)
            )
        earlier = later
    return tuple(round(count) for count in rows[-1][1:])


def wander(key: str, now: datetime, width: int) -> int:
    """Return -``width`` to ``width``, depending only on the key and the half hour."""
    step = int(now.timestamp()) // JITTER_SECONDS
    digest = blake2b(f"{key}:{step}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % (2 * width + 1) - width
