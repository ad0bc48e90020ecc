"""The vocabulary shared by everything: what a post is and what is known about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of public item a post is."""

    REVIEW = "review"
    POST = "post"
    COMMENT = "comment"


class Role(StrEnum):
    """Who wrote a post."""

    CUSTOMER = "customer"
    BRAND = "brand"
    UNKNOWN = "unknown"


class Label(StrEnum):
    """The three classes of sentiment, in the order of every probability array."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


LABELS: tuple[Label, ...] = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


class Status(StrEnum):
    """What came of reading a post with a model: every post gets one per model and text."""

    SCORED = "scored"
    UNSCORED_LANGUAGE = "unscored_language"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Engagement:
    """Counts of one post at one time; None where the platform does not say.

    `observed_at` is None for an import that does not tell when its counts were taken.
    `audience` is how many could see it: followers, subscribers, views of the channel.
    """

    observed_at: datetime | None
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    audience: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One public item, as its platform shows it.

    Times are UTC-aware. `author` is the platform's name or id of the writer; the warehouse keeps
    only a keyed hash of it. `rating` is on the scale 1 to 5. `thread_id` and `parent_id` are
    post ids (``platform:native id``). A post with `deleted_at` has lost its text upstream.
    """

    platform: str
    native_id: str
    body: str
    kind: Kind = Kind.POST
    title: str | None = None
    url: str | None = None
    author: str | None = None
    author_role: Role = Role.UNKNOWN
    language: str | None = None
    rating: float | None = None
    posted_at: datetime | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    thread_id: str | None = None
    parent_id: str | None = None
    engagement: Engagement | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def post_id(self) -> str:
        """The key of the post, the same by whichever way it came: ``platform:native id``."""
        return f"{self.platform}:{self.native_id}"

    @property
    def content_hash(self) -> str:
        """16 hexadecimal digits that change when the text changes."""
        text = f"{self.title or ''}\0{self.body}"
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class RawItem:
    """One item as the platform gave it: `payload` is JSON-able, `place` says where it stood.

    `place` is for people ("line 12", an address); `fetched_at` is UTC.
    """

    payload: Mapping[str, Any]
    fetched_at: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a connector hands over at a time, stored in one transaction with its cursor.

    `cursor` None leaves the stored cursor as it is. `truncated` says in a sentence what the
    platform or a cap kept back, where it did.
    """

    items: tuple[RawItem, ...]
    cursor: Mapping[str, Any] | None = None
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a post reads: probabilities sum to 1; `score` is p(positive) - p(negative), -1 to 1."""

    post_id: str
    content_hash: str
    model: str
    status: Status
    language: str | None
    label: Label | None = None
    negative: float | None = None
    neutral: float | None = None
    positive: float | None = None

    @property
    def score(self) -> float | None:
        """p(positive) - p(negative)."""
        if self.positive is None or self.negative is None:
            return None
        return self.positive - self.negative


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a post: characters `start` to `stop` (exclusive) of its `field`."""

    field: str  # title or body
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A span of a post traced back to the journey. `stage` and `touchpoint` are 'none' for none."""

    post_id: str
    content_hash: str
    model: str
    map_version: str
    position: int
    span: Span
    label: Label
    score: float
    stage: str
    touchpoint: str
    stage_confidence: float
    runner_up: str | None = None
    matched_example: str | None = None
    is_peak: bool = False
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning that needs people. `kind` is the rule; `subject` what it is about.

    `reason` is in the brand's language, `reasons` the same by language, for channels that speak
    another. `stage` is that of its series; for one about a post it is found when it is stored.
    """

    alert_id: str
    kind: str
    brand: str
    subject: str
    post_id: str | None
    severity: str
    reason: str
    raised_at: datetime
    reasons: Mapping[str, str] = field(default_factory=dict, hash=False)
    stage: str | None = None
