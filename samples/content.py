"""What the customers wrote, read from the TOML files in ``data/``, and the answers for tests."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from samples.timeline import When

REDDIT_FILES = ("reddit_weeks", "reddit_days", "reddit_viral")


@dataclass(frozen=True, slots=True)
class Brand:
    """The invented company and where people write about it."""

    name: str
    time_zone: str
    language: str
    app_store: dict[str, Any]
    forum: dict[str, Any]
    reddit: dict[str, Any]
    export: dict[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        """Where the wall clock of the content hangs."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What every sample post has; ``language``, ``label`` and ``stage`` are never served."""

    id: str
    when: When
    author: str
    body: str
    language: str
    label: str
    stage: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Post):
    """An App Store review; ``votes`` is (sum, count) once it is a few days old."""

    stars: int
    version: str
    votes: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Post):
    """A forum topic; ``replies`` is the number of answers once it is a few days old."""

    category: str
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Post):
    """A row of the webshop's export; ``stars`` is None where the customer gave none."""

    product: str
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of the export that is damaged on purpose."""

    when: When
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """From ``when`` on the post reads ``body``."""

    when: When
    body: str


@dataclass(frozen=True, slots=True)
class Gone:
    """From ``when`` on Reddit shows ``[how]`` instead of the text; ``how``: deleted or removed."""

    when: When
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Post):
    """A Reddit comment; ``parent`` is a comment's id, or None for an answer to the thread."""

    score: int = 1
    parent: str | None = None
    edit: Edit | None = None
    gone: Gone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread(Comment):
    """A Reddit post with its comments.

    ``growth`` rows are (hours since posting, score, comments, shares, views); without them the
    score levels off at ``score``, give or take ``jitter``. ``off_topic`` threads are not about
    the brand: the platform has them, the gold answers do not.
    """

    subreddit: str
    ratio: float = 0.88
    jitter: int = 0
    growth: tuple[tuple[float, ...], ...] = ()
    off_topic: bool = False
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Gold:
    """What umot should make of one post, for tests.

    ``body`` is the text as it stands at the anchor, so after an edit, but before a deletion.
    """

    post_id: str
    label: str
    stage: str
    language: str
    author_role: str
    title: str
    body: str


def read(name: str) -> dict[str, Any]:
    """Return the content of one data file."""
    text = files("samples").joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _when(table: dict[str, Any]) -> When:
    """Return a time from ``{ days_before, at }`` or ``{ hours_before }``."""
    if "hours_before" in table:
        return When(hours=float(table["hours_before"]))
    return When(days=int(table["days_before"]), at=time.fromisoformat(table["at"]))


def _fields(table: dict[str, Any]) -> dict[str, Any]:
    """One table's keys as constructor arguments, with its times and its gold unpacked."""
    fields: dict[str, Any] = dict(table) | table["gold"]
    del fields["gold"]
    fields["when"] = _when(table["when"])
    fields["body"] = table["body"].strip("\n")
    if "edit" in table:
        fields["edit"] = Edit(_when(table["edit"]), table["edit"]["body"])
    if "gone" in table:
        fields["gone"] = Gone(_when(table["gone"]), table["gone"]["how"])
    return fields


def _thread(table: dict[str, Any]) -> Thread:
    """Return a thread with its comments."""
    fields = _fields(table)
    fields["comments"] = tuple(Comment(**_fields(one)) for one in fields.pop("comment", []))
    fields["growth"] = tuple(tuple(row) for row in fields.get("growth", []))
    return Thread(**fields)


@cache
def brand() -> Brand:
    """Return the invented company."""
    return Brand(**read("brand"))


@cache
def reviews() -> tuple[Review, ...]:
    """Return the App Store reviews, oldest first."""
    tables = map(_fields, read("app_store")["post"])
    return tuple(Review(**one | {"votes": tuple(one.get("votes", (0, 0)))}) for one in tables)


@cache
def topics() -> tuple[Topic, ...]:
    """Return the forum topics, oldest first."""
    return tuple(Topic(**_fields(one)) for one in read("forum")["post"])


@cache
def rows() -> tuple[Row, ...]:
    """Return the good rows of the webshop's export, oldest first."""
    return tuple(Row(**_fields(one)) for one in read("export")["post"])


@cache
def bad_rows() -> tuple[BadRow, ...]:
    """Return the damaged rows of the webshop's export."""
    return tuple(BadRow(_when(one["when"]), tuple(one["cells"])) for one in read("export")["bad"])


@cache
def threads() -> tuple[Thread, ...]:
    """Return the Reddit threads, the two that are not about the brand included."""
    return tuple(_thread(one) for name in REDDIT_FILES for one in read(name)["thread"])


def gold() -> list[Gold]:
    """Return the answers for every post that the sample configuration reaches."""
    ours = [thread for thread in threads() if not thread.off_topic]
    return [
        *_gold("app_store:", reviews()),
        *_gold("forum:", topics()),
        *_gold("webshop:", rows()),
        *_gold("reddit:t3_", ours),
        *_gold("reddit:t1_", [comment for thread in ours for comment in thread.comments]),
    ]


def _gold(prefix: str, posts: Iterable[Post]) -> list[Gold]:
    """Return the answers for one platform's posts."""
    company = brand().reddit["company_accounts"]
    return [
        Gold(
            post_id=prefix + post.id,
            label=post.label,
            stage=post.stage,
            language=post.language,
            author_role="brand" if post.author in company else "customer",
            title=post.title,
            body=post.edit.body if isinstance(post, Comment) and post.edit else post.body,
        )
        for post in posts
    ]
