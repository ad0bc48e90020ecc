"""The small facts that a digest is made of: tallies, changes, sources; units as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Measure = Literal["posts", "negative", "neutral", "positive", "net"]
Against = Literal["day_before", "week_before", "weekday_before"]
Verdict = Literal["up", "down", "same", "unknown"]
Reason = Literal["no_history", "few_now", "few_before", "few_days"]
State = Literal["ok", "failed", "late", "unvisited", "imported"]
Recall = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are (posts or moments), how many of them are scored, and how they read."""

    total: int
    scored: int
    negative: int
    neutral: int
    positive: int
    negative_share: float | None  # of the scored ones; None where there are none
    neutral_share: float | None
    positive_share: float | None
    net: float | None

    @classmethod
    def of(cls, total: int, negative: int, neutral: int, positive: int) -> Tally:
        """A tally with its shares (4 decimals) and net sentiment (2 decimals)."""
        scored = negative + neutral + positive
        if not scored:
            return cls(total, 0, 0, 0, 0, None, None, None, None)
        return cls(
            total,
            scored,
            negative,
            neutral,
            positive,
            negative_share=round(negative / scored, 4),
            neutral_share=round(neutral / scored, 4),
            positive_share=round(positive / scored, 4),
            net=round(100 * (positive - negative) / scored, 2),
        )


@dataclass(frozen=True, slots=True)
class Unscored:
    """Posts without a sentiment, by reason."""

    language: int  # in a language that is not read
    empty: int  # without words
    failed: int  # the model failed on them
    deleted: int  # deleted upstream before they were read
    unread: int  # not read yet

    @property
    def total(self) -> int:
        """All of them."""
        return self.language + self.empty + self.failed + self.deleted + self.unread


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of the day against an earlier period; see `umot.digest.change` for the rule.

    Units: posts per day for `posts`, a share for the labels, points for `net`. `low` and `high`
    bound the 95 % interval of the difference. Where no comparison is fair, `verdict` is unknown,
    `reason` says why and `before` to `high` are None.
    """

    measure: Measure
    against: Against
    now: float | None
    before: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class DayTally:
    """The posts of one local day."""

    day: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class Group:
    """Posts of one platform or language, or moments of one touchpoint."""

    key: str
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Health:
    """How well a source was heard, by its visits up to the end of the day.

    failed: its last visit that day failed. late: no visit that day succeeded, or the last one did
    more than 24 hours before the day's end. unvisited: it has posts of the day but no visit in the
    two weeks before, so they were brought in later. imported: a file, read once and never late.
    Visits that were under way at the day's end count as not made. `last_success` reaches back two
    weeks.
    """

    state: State
    last_success: datetime | None
    error: str | None
    truncated: str | None  # what the platform or a cap kept back that day


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its posts of the day and how well it was heard."""

    name: str
    tally: Tally
    health: Health
