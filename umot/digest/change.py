"""When is a change a change? No arrow on noise: minimum counts and a 95 % interval decide."""

from __future__ import annotations

import math
from collections.abc import Sequence

from umot.digest.facts import Against, Change, Measure, Reason, Tally, Verdict

MIN_POSTS = 10  # below this, on either side, tone is not compared: the interval would not hold
MIN_DAYS = 4  # of the seven days before, as many must have posts to stand for a usual week
MIN_WEEKDAYS = 2  # of the four same weekdays before, as many
Z = 1.959964  # the normal quantile that leaves 2.5 % on either side

Interval = tuple[float, float]


def compare(
    today: Tally, before: Sequence[Tally], weekdays: Sequence[Tally] = ()
) -> tuple[Change, ...]:
    """Each measure against the day before, the seven days before and the same weekdays before.

    `before` holds those seven days, oldest first, `weekdays` the same weekday of the four weeks
    before; fewer where history is shorter. Their posts are taken together, so a day with three
    posts does not weigh as much as one with a hundred; the number of posts is their mean per day.
    """
    week = total(before)
    yesterday = before[-1] if before else week
    same = total(weekdays)
    days, weeks = max(len(before), 1), max(len(weekdays), 1)
    return tuple(
        change
        for measure in MEASURES
        for change in (
            against(measure, "day_before", today, yesterday, 1, None),
            against(measure, "week_before", today, week, days, busy(before, MIN_DAYS)),
            against(measure, "weekday_before", today, same, weeks, busy(weekdays, MIN_WEEKDAYS)),
        )
    )


def busy(tallies: Sequence[Tally], least: int) -> bool:
    """Whether enough of these days have posts to stand for usual ones."""
    return sum(1 for tally in tallies if tally.total) >= least


MEASURES: tuple[Measure, ...] = ("posts", "negative", "neutral", "positive", "net")


def against(
    measure: Measure, period: Against, today: Tally, past: Tally, length: int, usual: bool | None
) -> Change:
    """One measure against `past`, the posts of `length` days; `usual`: enough of them had any."""
    now = value(measure, today, 1)
    reason = unfair(measure, today, past, usual)
    before = value(measure, past, length)
    if reason is not None or now is None or before is None:
        now = None if now is None else round(now, 4)
        return Change(measure, period, now, None, None, None, None, "unknown", reason)
    low, high = interval(measure, today, past, length)
    verdict: Verdict = "up" if low > 0 else "down" if high < 0 else "same"
    numbers = {
        "now": now,
        "before": before,
        "difference": now - before,
        "low": low,
        "high": high,
    }
    shown = {name: round(number, 4) for name, number in numbers.items()}
    return Change(measure, period, **shown, verdict=verdict, reason=None)


def unfair(measure: Measure, today: Tally, past: Tally, usual: bool | None) -> Reason | None:
    """Why the two cannot be compared, None where they can.

    Tone needs `MIN_POSTS` scored posts on both sides; the number of posts needs as many on both
    sides together. An earlier period without a single post is no history: it may as well not
    have been listened to.
    """
    if past.total == 0:
        return "no_history"
    if usual is False:
        return "few_days"
    if measure == "posts":
        return "few_before" if today.total + past.total < MIN_POSTS else None
    if today.scored < MIN_POSTS:
        return "few_now"
    return "few_before" if past.scored < MIN_POSTS else None


def value(measure: Measure, tally: Tally, days: int) -> float | None:
    """A measure of a tally over so many days; None where nothing is scored."""
    if measure == "posts":
        return tally.total / days
    if not tally.scored:
        return None
    if measure == "net":
        return 100 * (tally.positive - tally.negative) / tally.scored
    return hits(measure, tally) / tally.scored


def interval(measure: Measure, today: Tally, past: Tally, days: int) -> Interval:
    """The 95 % interval of the difference between today and `past`, in the measure's unit."""
    if measure == "posts":
        return counts(today.total, past.total, days)
    if measure == "net":
        return nets(today, past)
    return proportions(hits(measure, today), today.scored, hits(measure, past), past.scored)


def counts(now: int, before: int, days: int) -> Interval:
    """95 % interval of `now` - `before` / `days`, two Poisson counts of posts.

    The variance is that of equal rates, so that a day without any post does not look certain.
    Posts that answer one another come in bursts, which makes the true interval wider.
    """
    rate = (now + before) / (1 + days)
    spread = Z * math.sqrt(rate * (1 + 1 / days))
    difference = now - before / days
    return difference - spread, difference + spread


def proportions(hits_now: int, now: int, hits_before: int, before: int) -> Interval:
    """95 % interval of the difference of two proportions, by Agresti and Caffo.

    One hit and one miss are added to either side, which keeps the interval honest at ten posts
    and where all or none are hits. Source: The American Statistician 54 (2000), p. 280-288.
    """
    return means(*bernoulli(hits_now + 1, now + 2), *bernoulli(hits_before + 1, before + 2))


def nets(now: Tally, before: Tally) -> Interval:
    """95 % interval of the difference of two net sentiments, in points.

    Net sentiment is the mean of +1, 0 and -1 per post, so this is the interval of two means; as
    with proportions, one positive and one negative post are added to either side.
    """
    low, high = means(*votes(now), *votes(before))
    return 100 * low, 100 * high


def means(mean: float, error: float, mean_before: float, error_before: float) -> Interval:
    """95 % interval of the difference of two means, given their squared standard errors."""
    spread = Z * math.sqrt(error + error_before)
    return mean - mean_before - spread, mean - mean_before + spread


def bernoulli(hit: int, trials: int) -> tuple[float, float]:
    """A proportion and its squared standard error."""
    share = hit / trials
    return share, share * (1 - share) / trials


def votes(tally: Tally) -> tuple[float, float]:
    """The mean of a tally's +1, 0 and -1, with two posts added, and its squared error."""
    posts = tally.scored + 2
    mean = (tally.positive - tally.negative) / posts
    variance = (tally.positive + tally.negative + 2) / posts - mean**2
    return mean, variance / posts


def hits(measure: Measure, tally: Tally) -> int:
    """How many scored posts have the label `measure`."""
    counted: int = getattr(tally, measure)
    return counted


def total(tallies: Sequence[Tally]) -> Tally:
    """All of them together."""
    return Tally.of(
        sum(one.total for one in tallies),
        sum(one.negative for one in tallies),
        sum(one.neutral for one in tallies),
        sum(one.positive for one in tallies),
    )
