"""The facts that quote posts: stages, alerts, themes, stars; units and escaping as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from umot.digest.pieces import Change, Group, Tally


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
class Stage:
    """One stage of the journey: its moments, and its touchpoints, the most spoken of first.

    `change` is its net sentiment against the seven days before; `quote` the sentence that was
    felt most, of the tone that prevails.
    """

    key: str
    name: str
    about: str
    tally: Tally
    touchpoints: tuple[Group, ...]
    change: Change | None = None
    quote: Quote | None = None


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
class Theme:
    """A word or two that many posts share; see `umot.digest.themes` for the rule.

    `posts` of the day say it, which is `share` of those looked at (the negative ones for a
    complaint, the positive ones for praise, all for what is new); `usual` is the share of the
    posts it is compared with. `odds` is how much more often than by chance, in standard
    errors.
    """

    words: str
    also: tuple[str, ...]  # words that go with it
    posts: int
    share: float
    usual: float
    odds: float
    net: float | None  # of the posts of the day that say it
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Themes:
    """What the day's complaints and praise are about, and what is new.

    `before` counts the posts of the `days` days before that were looked at: 28, or as many as
    there is history of. `new` is None where they are too few to tell what is new.
    """

    days: int
    before: int
    complaints: tuple[Theme, ...]
    praise: tuple[Theme, ...]
    new: tuple[Theme, ...] | None
    more_complaints: tuple[str, ...] = ()  # words of further themes
    more_praise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratings:
    """Stars against words: of the day's posts with stars, how many read otherwise.

    low: 1 or 2 stars. high: 4 or 5.
    """

    posts: int
    mean: float
    low_but_positive: int
    high_but_negative: int
    quote: Quote | None  # the strongest that reads otherwise
