"""Posts as they are shown: moments, reach over time, what was put right."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from umot.console.models.base import Shape


class Moment(Shape):
    """A span of a text, traced to the journey; why it was placed there."""

    position: int
    field: str = Field(description="title or body")
    start: int = Field(description="first character in that field, from 0")
    stop: int = Field(description="character after the last")
    stage: str
    touchpoint: str
    touchpoint_name: str | None
    stage_confidence: float = Field(description="0 to 1; 1 where somebody put it right")
    label: str
    score: float = Field(description="-1 to 1")
    is_peak: bool
    is_end: bool
    runner_up: str | None = Field(description="the touchpoint that came second")
    runner_up_name: str | None
    matched_example: str | None = Field(description="the map's example it resembles most")
    corrected: bool


class Post(Shape):
    """A post; times are UTC, `text` may be cut (`length` is that of the whole)."""

    post_id: str
    content_hash: str
    platform: str
    kind: str
    brand: str
    source: str
    url: str | None
    author_role: str
    title: str | None
    text: str
    length: int
    language: str | None
    rating: float | None
    posted_at: datetime | None
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    thread_id: str | None
    parent_id: str | None
    status: str | None
    label: str | None
    score: float | None
    likes: int | None
    replies: int | None
    shares: int | None
    views: int | None
    moments: list[Moment]


class Posts(Shape):
    """One page of posts; `next` goes into `after` for the next one, null at the end."""

    posts: list[Post]
    next: str | None
    sql: str


class Observation(Shape):
    """Counts of a post at one time (UTC)."""

    observed_at: datetime
    likes: int | None
    replies: int | None
    shares: int | None
    views: int | None


class Correction(Shape):
    """What somebody put right; `new` is null where earlier ones were taken back."""

    field: str
    start: int | None
    stop: int | None
    what: str
    old: str | None
    new: str | None
    by: str
    at: datetime
    note: str | None


class WholePost(Shape):
    """A post with all there is about it."""

    post: Post
    engagement: list[Observation]
    engagement_sql: str
    thread: list[Post]
    thread_next: str | None
    corrections: list[Correction]
