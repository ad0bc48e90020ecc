"""What the pages and their JSON twins show: shapes, units, and what is null."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Label = Literal["negative", "neutral", "positive"]
StageKey = Literal["zero", "definitive", "peak", "end", "ultimate", "none"]
SortKey = Literal["time", "reach", "negative", "positive"]
AlertState = Literal["open", "acknowledged", "snoozed", "closed", "all"]


class Shape(BaseModel):
    """A shape of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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


class Cell(Shape):
    """Moments of one touchpoint (or a whole stage) in one week; net is -100 to 100."""

    week: date
    moments: int
    negative: int
    positive: int
    net: float


class Row(Shape):
    """A line of the heat map; `touchpoint` is null for the stage as a whole."""

    stage: str
    touchpoint: str | None
    name: str
    cells: list[Cell | None]


class Journey(Shape):
    """The heat map: a cell for each week (its Monday), null where nothing was said."""

    brand: str
    weeks: list[date]
    rows: list[Row]
    sql: str


class Event(Shape):
    """Something that happened to an alert."""

    changed_at: datetime
    event: str
    severity: str
    who: str | None
    note: str | None


class Alert(Shape):
    """A warning that needs people; `reason` says why."""

    alert_id: str
    raised_at: datetime
    severity: str
    kind: str
    brand: str
    subject: str
    post_id: str | None
    state: str
    reason: str
    stage: str | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    note: str | None
    history: list[Event]
    post: Post | None


class Alerts(Shape):
    """One page of alerts, the newest first."""

    alerts: list[Alert]
    next: str | None


class Source(Shape):
    """How well a source is heard."""

    source: str
    healthy: bool | None
    last_started: datetime | None
    last_success: datetime | None
    last_failure: datetime | None
    last_error: str | None
    last_truncated: str | None
    seen: int
    new: int
    rejected: int
    visits: int


class Run(Shape):
    """A visit to a source; `finished_at` is null for one under way or killed."""

    run_id: str
    source: str
    started_at: datetime
    finished_at: datetime | None
    seen: int
    new: int
    changed: int
    deleted: int
    rejected: int
    truncated: str | None
    error_kind: str | None
    error: str | None


class Reject(Shape):
    """An item that could not be used."""

    source: str
    place: str
    reason: str
    rejected_at: datetime


class Runs(Shape):
    """One page of visits, the latest first."""

    runs: list[Run]
    next: str | None


class Rejects(Shape):
    """One page of items that could not be used, the latest first."""

    rejects: list[Reject]
    next: str | None


class Sources(Shape):
    """Every source, those in trouble first."""

    sources: list[Source]
    sql: str


class Day(Shape):
    """Posts by customers on one local day."""

    day: date
    posts: int
    negative: int
    neutral: int
    positive: int
    net: float | None


class StageTally(Shape):
    """Moments at a stage in the period."""

    stage: str
    moments: int
    negative: int
    neutral: int
    positive: int
    net: float


class Overview(Shape):
    """A day's digest and the period around it."""

    brand: str
    day: date
    since: date
    until: date
    days: list[Day]
    days_sql: str
    stages: list[StageTally]
    stages_sql: str
    digest: dict[str, Any] = Field(description="the digest of the day, as umot digest writes it")


class Statement(Shape):
    """One SELECT-like statement."""

    sql: str = Field(max_length=100_000)


class Answer(Shape):
    """Rows in the order of `columns`; `truncated` where there were more."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool


class Wish(Shape):
    """What is to be put right: of a moment (field, start, stop) or, without these, of the post."""

    post_id: str
    content_hash: str
    field: Literal["title", "body", "post"] = "post"
    start: int | None = Field(default=None, ge=0, le=2**31 - 1)
    stop: int | None = Field(default=None, ge=0, le=2**31 - 1)
    label: Label | None = None
    stage: StageKey | None = None
    touchpoint: str | None = None
    withdraw: bool = False
    note: str | None = None


class AlertWish(Shape):
    """What is to be done with an alert."""

    action: Literal["acknowledge", "snooze", "close"]
    hours: float = Field(default=24, gt=0, le=24 * 366, description="for snooze")
    note: str | None = None


class Corrections(Shape):
    """Rows that were added."""

    corrections: list[Correction]


class Who(Shape):
    """Who is signed in; `csrf` goes into the header X-CSRF-Token of writes."""

    name: str
    csrf: str
