"""What is known of posts that may be looked at again, and when each was looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from duckdb import DuckDBPyConnection as Connection

from umot.post import RawItem
from warehouse import state
from warehouse.sql import query

RECENT = timedelta(hours=6)  # growth is measured over these


@dataclass(frozen=True, slots=True)
class Young:
    """A post by its number: its counts at its last observation, at its first, and `RECENT` ago.

    `earlier` is None where it was not observed so long ago. `last_seen` is when something of it
    was last seen to be new.
    """

    number: int
    posted_at: datetime
    last_seen: datetime
    total: int
    first_total: int
    earlier: int | None


@dataclass(frozen=True, slots=True)
class Looks:
    """When each post was last looked at, by its number; `until`: when the source may be asked."""

    at: Mapping[int, datetime] = field(default_factory=dict)
    until: datetime | None = None


def young(db: Connection, source: str, since: datetime, now: datetime) -> list[Young]:
    """The posts of a source that were written since then and can have reactions."""
    values = {"source": source, "since": since, "now": now, "before": now - RECENT}
    return [Young(*row) for row in db.execute(query("watched_posts"), values).fetchall()]


def items(db: Connection, source: str, numbers: Sequence[int]) -> dict[int, RawItem]:
    """The stored items of posts, by number."""
    values = {"source": source, "numbers": list(numbers)}
    found = db.execute(query("watched_items"), values).fetchall()
    return {number: RawItem(json.loads(payload), at, place) for number, place, payload, at in found}


def looks(db: Connection, source: str) -> Looks:
    """When posts of a source were looked at."""
    known = state.cursor(db, key(source)) or {}
    at = {int(number): moment(seconds) for number, seconds in known.get("at", {}).items()}
    until = known.get("until")
    return Looks(at, moment(until) if until is not None else None)


def save(db: Connection, source: str, found: Looks, now: datetime) -> None:
    """Note it, in the transaction of what was seen; nothing of it is published."""
    known: dict[str, object] = {
        "at": {str(number): round(at.timestamp()) for number, at in found.at.items()}
    }
    if found.until is not None:
        known["until"] = round(found.until.timestamp())
    values = {"source": key(source), "cursor": json.dumps(known), "saved_at": now}
    db.execute(query("save_cursor"), values)


def key(source: str) -> str:
    """Where it stands among the cursors: no source is named with a tab in it."""
    return f"{source}\twatch"


def moment(seconds: float) -> datetime:
    """A time from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
