"""What a day leaves behind: how it is remembered against how it was, and its complaints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median

from umot.digest import quotes
from umot.digest.asked import Names
from umot.digest.change import MIN_POSTS, Z
from umot.digest.facts import Cause, Complaints, Memory, Recall
from umot.digest.phrases import TOPIC
from umot.digest.text import plain
from umot.digest.words import Words
from umot.journey import NONE
from warehouse.digest import ComplaintRow, ExperienceRow

MIN_ANSWERS = 3  # below this a median says nothing


def memory(rows: Sequence[ExperienceRow], names: Names, w: Words) -> Memory | None:
    """The peak-end picture; None where fewer than `MIN_POSTS` tell of more than one moment.

    Peak, end and mean of a single moment are one number, so only the others tell them apart.
    """
    several = sum(1 for row in rows if row.moments > 1)
    if several < MIN_POSTS:
        return None
    remembered = fmean(row.peak_end for row in rows)
    moments = sum(row.moments for row in rows)
    experienced = math.fsum(row.mean * row.moments for row in rows) / moments
    gap, margin = remembered - experienced, interval(rows, remembered, experienced, moments)
    verdict: Recall = "worse" if gap < -margin else "better" if gap > margin else "same"
    return Memory(
        len(rows),
        several,
        remembered=round(100 * remembered, 2),
        experienced=round(100 * experienced, 2),
        low=round(100 * (gap - margin), 2),
        high=round(100 * (gap + margin), 2),
        verdict=verdict,
        peak=cause([row.peak_touchpoint for row in rows], names, w),
        end=cause([row.end_touchpoint for row in rows], names, w),
    )


def interval(
    rows: Sequence[ExperienceRow], remembered: float, experienced: float, moments: int
) -> float:
    """Half the 95 % interval of `remembered` - `experienced`.

    Both are means over the same experiences, the second one a ratio (scores by moments), so the
    variance is that of each experience's own part in the difference.
    """
    usual = moments / len(rows)
    parts = [
        row.peak_end - remembered - row.moments * (row.mean - experienced) / usual for row in rows
    ]
    spread = math.fsum(part * part for part in parts) / (len(rows) - 1)
    return Z * math.sqrt(spread / len(rows))


def cause(touchpoints: Sequence[str], names: Names, w: Words) -> Cause | None:
    """The commonest touchpoint; None where two are as common or none is common."""
    counts = Counter(key for key in touchpoints if key != NONE)
    (key, count), *rest = counts.most_common(2) or [(NONE, 0)]
    if count < TOPIC or (rest and rest[0][1] == count):
        return None
    return Cause(plain(key), plain(quotes.named(*names.get(key, (key, key)), w)), count)


def complaints(rows: Sequence[ComplaintRow], days: int) -> Complaints | None:
    """How the complaints of the last `days` days stand; None where there were none."""
    if not rows:
        return None
    states = Counter(row.state for row in rows)
    hours = [row.hours_to_answer for row in rows if row.hours_to_answer is not None]
    return Complaints(
        days,
        sum(1 for row in rows if row.fresh),
        len(rows),
        states["open"],
        states["answered"],
        states["resolved"],
        states["escalated"],
        round(median(hours), 2) if len(hours) >= MIN_ANSWERS else None,
    )
