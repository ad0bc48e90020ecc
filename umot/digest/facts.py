"""What a digest holds: facts and the few sentences made of them, ready for every format.

Text that came from outside is already plain here (see `umot.digest.text.plain`), but not escaped:
each renderer escapes for its own format. Shares are 0 to 1, scores -1 to 1, net sentiment is
100 x (positive - negative) / scored, -100 to 100. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from umot.digest.pieces import (
    Against,
    Change,
    DayTally,
    Group,
    Health,
    Measure,
    Reason,
    Recall,
    Source,
    State,
    Tally,
    Unscored,
    Verdict,
)
from umot.digest.quoted import OpenAlert, Quote, Ratings, Stage, Theme, Themes

__all__ = [
    "SCHEMA",
    "Against",
    "Cause",
    "Change",
    "Complaints",
    "Coverage",
    "DayTally",
    "Digest",
    "Group",
    "Health",
    "Measure",
    "Memory",
    "OpenAlert",
    "Quote",
    "Ratings",
    "Reason",
    "Recall",
    "Source",
    "Stage",
    "State",
    "Tally",
    "Theme",
    "Themes",
    "Unscored",
    "Verdict",
    "Voice",
]

SCHEMA = 1  # raised when a field changes its meaning or goes


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
class Voice:
    """How much of what is said about the brand and its competitors is said about one of them.

    `before` is its share in the seven days before; `verdict` says whether the difference is more
    than noise.
    """

    brand: str
    own: bool
    tally: Tally
    share: float
    before: float | None
    verdict: Verdict


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
    answers: tuple[Quote, ...] = ()  # complaints that wait for an answer, those to take up first
    themes: Themes | None = None  # None where no post was scored
    ratings: Ratings | None = None  # None where few posts have stars
    voices: tuple[Voice, ...] = ()  # the brand and its competitors; empty where it has none
