"""What a digest holds: facts and the few sentences made of them, ready for every format.

Text that came from outside is already plain here (see `umot.digest.text.plain`), but not escaped:
each renderer escapes for its own format. Shares are 0 to 1, scores -1 to 1, net sentiment is
100 x (positive - negative) / scored, -100 to 100. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

SCHEMA = 1  # raised when a field changes its meaning or goes

Measure = Literal["posts", "negative", "neutral", "positive", "net"]
Against = Literal["day_before", "week_before"]
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


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the journey: its moments, and its touchpoints, the most spoken of first."""

    key: str
    name: str
    about: str
    tally: Tally
    touchpoints: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """The touchpoint where most peaks, or ends, of the day's experiences are."""

    key: str
    name: str
    experiences: int


@dataclass(frozen=True, slots=True)
class Memory:
    """How the day is remembered (mean of peak and end) against how it was (mean of all moments).

    Both are -100 to 100. An experience is what one author wrote in one thread, up to the end of
    the day. `low` and `high` bound the 95 % interval of `remembered` - `experienced`; `verdict`
    says whether it is more than noise.
    """

    experiences: int
    several: int  # of these, with more than one moment
    remembered: float
    experienced: float
    low: float
    high: float
    verdict: Recall
    peak: Cause | None  # None where no touchpoint stands out
    end: Cause | None


@dataclass(frozen=True, slots=True)
class Complaints:
    """The complaints of the last `days` days by their state at the end of the day."""

    days: int
    made: int  # on the day itself
    total: int
    open: int
    answered: int
    resolved: int
    escalated: int
    hours: float | None  # median from complaint to first answer; None where few were answered


@dataclass(frozen=True, slots=True)
class Quote:
    """A post as the digest shows it; counts are those known at the end of the day."""

    post_id: str
    platform: str
    source: str
    url: str | None
    title: str | None
    text: str
    language: str | None
    rating: float | None
    posted_at: datetime | None
    label: str | None
    score: float | None
    likes: int | None
    replies: int | None
    shares: int | None
    stage: str | None  # of its emotional peak; None where it could not be traced
    stage_name: str | None
    touchpoint_name: str | None


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that nobody had acknowledged at the end of the day."""

    alert_id: str
    kind: str
    severity: str
    raised_at: datetime
    subject: str
    reason: str
    post: Quote | None  # None where it is about no post, or the post is gone


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was heard and read, so that silence is never mistaken for calm.

    `complete` says that every source was visited without failure, lateness or truncation; it is
    False where no source was. `lines` say the same in sentences.
    """

    complete: bool
    visited: int  # sources with a visit in the two weeks up to the end of the day
    failed: tuple[str, ...]
    late: tuple[str, ...]
    truncated: tuple[str, ...]
    unvisited: tuple[str, ...]
    imported: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One brand's day: from `starts_at` up to but not including `ends_at`."""

    schema: int
    brand: str
    day: date
    language: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    headline: str
    coverage: Coverage
    posts: Tally
    unscored: Unscored
    changes: tuple[Change, ...]
    history: tuple[DayTally, ...]  # 14 days, oldest first, the day itself last
    alerts: tuple[OpenAlert, ...]
    stages: tuple[Stage, ...]
    untraced: int  # moments that belong to no stage
    negative: tuple[Quote, ...]
    positive: tuple[Quote, ...]
    sources: tuple[Source, ...]
    platforms: tuple[Group, ...]
    languages: tuple[Group, ...]
    memory: Memory | None = None  # None where too few experiences have more than one moment
    complaints: Complaints | None = None  # None where there were none
