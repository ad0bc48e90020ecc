"""The posts as the console lists them: filtered, in order, a page at a time.

Of the published copy alone: what is asked here needs places of rows, which views do not have.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query, rows

Sort = Literal["time", "reach", "negative", "positive"]
EXCERPT = 2_000  # characters of a text that a list holds at most
# How far back the newest posts are looked for at first: most pages are full long before the end.
STEPS = tuple(timedelta(days=days) for days in (1, 8, 60, 400))
MOST = 2**62  # more than any number of a post
WITHOUT_STEPS = frozenset({"reach", "negative", "positive"})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts are wanted; None lets everything through. Times are UTC, `until` is excluded.

    `tone` is that of the moment at `stage`, `label` that of the whole post (or unread).
    """

    brand: str
    words: str | None = None
    label: str | None = None
    stage: str | None = None
    touchpoint: str | None = None
    tone: str | None = None
    source: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = "time"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order a page ends: the key of its last post."""

    rank: float
    post_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """Numbers of posts in order, and where the next page begins; None at the end."""

    numbers: list[int]
    next: Place | None


def search(db: Connection, wanted: Filter, after: Place | None, size: int) -> Page:
    """One page of at most `size` posts after a place in the order."""
    asked = words(wanted.words, is_indexed(db))
    steps = "indexed" not in asked  # the index is asked once for all times
    for values in tries(db, wanted, after, steps=steps):
        values |= bounds(db, wanted, values["since"])
        found = db.execute(query(name_of(asked)), {**values, **asked, "size": size + 1}).fetchall()
        if len(found) > size:
            break
    more = found[size:]
    shown = found[:size]
    ends = Place(shown[-1][2], shown[-1][1]) if more else None
    return Page([row[0] for row in shown], ends)


def shown_sql(
    db: Connection, wanted: Filter, size: int, after: Place | None = None
) -> tuple[str, dict[str, Any]]:
    """The query and the values by which it is asked, for people to read."""
    asked = words(wanted.words, is_indexed(db))
    everything = {"first": 0, "last": MOST}
    return name_of(asked), {**values_of(wanted, after), **everything, **asked, "size": size}


def is_indexed(db: Connection) -> bool:
    """Whether the copy has an index of words."""
    return bool(db.execute("SELECT count(*) FROM search.built").fetchall()[0][0])


def bounds(db: Connection, wanted: Filter, since: datetime | None) -> dict[str, int]:
    """Between which numbers the posts lie, where moments or words of them must be looked for."""
    if wanted.stage is None and not wanted.words:
        return {"first": 0, "last": MOST}
    values = {"since": since, "until": wanted.until}
    ((first, last),) = db.execute(query("console_bounds"), values).fetchall()
    return {"first": first, "last": last}


def around(numbers: Sequence[int]) -> dict[str, int]:
    """The bounds of some numbers."""
    return {"first": min(numbers, default=0), "last": max(numbers, default=0)}


def values_of(wanted: Filter, after: Place | None) -> dict[str, Any]:
    """The parameters of the query but for the words and the size."""
    values = asdict(wanted)
    del values["words"]
    place = {"rank": after.rank, "post_id": after.post_id} if after else dict.fromkeys(
        ("rank", "post_id")
    )  # fmt: skip
    return values | place


def tries(
    db: Connection, wanted: Filter, after: Place | None, *, steps: bool = True
) -> Iterable[dict[str, Any]]:
    """The parameters to ask with, one after the other until a page is full: ever longer periods."""
    values = values_of(wanted, after)
    newest = wanted.until
    if steps and wanted.sort not in WITHOUT_STEPS:
        if after is not None:
            newest = datetime.fromtimestamp(after.rank / 1e6, tz=UTC) + timedelta(seconds=1)
        elif newest is None:
            newest = latest(db)
        for since in [newest - step for step in STEPS] if newest else ():
            if wanted.since is not None and since <= wanted.since:
                break
            yield {**values, "since": since}
    yield values


def latest(db: Connection) -> datetime | None:
    """When the newest post was published; None where there is none."""
    row = db.execute("SELECT max(told_at) FROM mention_facts").fetchone()
    return row[0] if row else None


def words(text: str | None, indexed: bool) -> dict[str, str | None]:
    """How words are looked for: by the index where there is one, else as letters in the text."""
    if not text or not text.strip():
        return {"letters": None}
    if indexed and any(one.isalnum() for one in text):
        return {"indexed": text}
    bare = unicodedata.normalize("NFD", text.strip().lower())
    return {"letters": "".join(one for one in bare if not unicodedata.combining(one))}


def name_of(asked: dict[str, str | None]) -> str:
    """The query that looks for words in this way."""
    return "console_found" if "indexed" in asked else "console_posts"


def numbers(db: Connection, posts: Sequence[str]) -> dict[str, int]:
    """By which numbers the tables know these posts; those that are not there are left out."""
    found = db.execute(query("console_numbers"), {"posts": list(posts)}).fetchall()
    return {str(post_id): int(number) for post_id, number in found}


def details(
    db: Connection, posts: Sequence[int], brand: str | None, letters: int = EXCERPT
) -> list[dict[str, Any]]:
    """What is shown of these posts, in their order; of several brands `brand` or the own one."""
    by_number: dict[int, dict[str, Any]] = {}
    for row in rows(db, "console_page", numbers=list(posts), letters=letters, **around(posts)):
        number = row.pop("number")
        if number not in by_number or row["brand"] == brand:
            by_number[number] = row
    return [by_number[number] for number in posts if number in by_number]


def moments(db: Connection, posts: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """The moments of these posts in order, by post_id."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, "console_moments", numbers=list(posts), **around(posts)):
        found[row.pop("post_id")].append(row)
    return found


def thread(
    db: Connection, thread_id: str, brand: str, after: tuple[datetime, str] | None, size: int
) -> list[int]:
    """Posts of a thread about a brand in time order, at most `size` after a place."""
    at, post_id = after or (None, None)
    values = {"thread_id": thread_id, "brand": brand, "at": at, "post_id": post_id, "size": size}
    return [int(row[0]) for row in db.execute(query("console_thread"), values).fetchall()]
