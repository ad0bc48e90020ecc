"""What people put right by hand: rows that are only added, the latest of which wins in the views.

A correction names characters of one text, never the number of a moment: another model may cut the
text elsewhere. It holds for every moment of which it covers half or more, or that covers half of
it, as long as the text stays the same (`content_hash`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal, UnknownName
from umot.journey_rules import NONE, STAGES
from warehouse.load import touch
from warehouse.sql import query

LABELS = ("negative", "neutral", "positive")
WHOLE = "post"  # the field of a correction of the whole post
NOTE = 2_000  # characters of a note


@dataclass(frozen=True, slots=True)
class Place:
    """The text that is judged: characters `start` to `stop` of a field, or all of the post."""

    field: str = WHOLE
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of the table; `new` is None where earlier ones are taken back."""

    post_id: str
    content_hash: str
    field: str
    start: int | None
    stop: int | None
    what: str
    old: str | None
    new: str | None
    by: str
    at: datetime
    note: str | None

    def holds_for(self, place: Place) -> bool:
        """Whether it is about this text; the rule of the views `moments` and `readings`."""
        if self.field != place.field:
            return False
        if self.start is None or self.stop is None or place.start is None or place.stop is None:
            return self.field == WHOLE
        shared = min(place.stop, self.stop) - max(place.start, self.start)
        return 2 * shared >= min(place.stop - place.start, self.stop - self.start)


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants: a label, a stage with or without its touchpoint, or both.

    `withdraw` takes back what was put right there before, of either kind.
    """

    label: str | None = None
    stage: str | None = None
    touchpoint: str | None = None
    withdraw: bool = False
    note: str | None = None


def made(db: Connection, posts: Sequence[str]) -> list[Correction]:
    """What people put right in these posts, the latest first."""
    found = db.execute(query("console_corrections"), {"posts": list(posts)}).fetchall()
    return [Correction(*row) for row in found]


def in_force(rows: Iterable[Correction], place: Place) -> dict[str, str]:
    """What these corrections of one text, the latest first, make of a place: by what it is.

    The latest counts, and one that takes earlier ones back leaves what the model read.
    """
    found: dict[str, str | None] = {}
    for row in rows:
        if row.holds_for(place):
            found.setdefault(row.what, row.new)
    return {what: new for what, new in found.items() if new is not None}


def correct(
    db: Connection,
    post_id: str,
    content_hash: str,
    place: Place,
    change: Change,
    *,
    by: str,
    now: datetime,
) -> list[Correction]:
    """Store what somebody puts right, in the caller's transaction; the rows that were added.

    Nothing is added where it says what stands there already, or takes back what nobody put right.
    Raises `Fatal` for a post whose text
    has changed since `content_hash`, or a place that is no moment of it; `UnknownName` for a label,
    stage or touchpoint that does not exist.
    """
    before = present(db, post_id, content_hash, place)
    if change.withdraw:
        rows = [row for row in made(db, [post_id]) if row.content_hash == content_hash]
        wanted: dict[str, str | None] = dict.fromkeys(in_force(rows, place))
    else:
        wanted = values(db, place, change, before)
    added = [
        Correction(
            post_id, content_hash, place.field, place.start, place.stop, what,
            before.get(what), new, by, now, (change.note or "").strip()[:NOTE] or None,
        )
        for what, new in wanted.items()
    ]  # fmt: skip
    for row in added:
        db.execute(
            "INSERT INTO corrections VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            list(astuple(row)),
        )
    if added:
        touch(db)
    return added


def values(
    db: Connection, place: Place, change: Change, before: dict[str, str]
) -> dict[str, str | None]:
    """What is to be new, by what it is."""
    wanted: dict[str, str | None] = {}
    if change.label is not None:
        known("label", change.label, LABELS)
        wanted["label"] = change.label
    if change.stage is not None:
        if place.field == WHOLE:
            raise Fatal("a stage belongs to a moment, not to a whole post")
        known("stage", change.stage, (*STAGES, NONE))
        touchpoint = change.touchpoint or NONE
        known("touchpoint", touchpoint, touchpoints(db, change.stage))
        wanted |= {"stage": change.stage, "touchpoint": touchpoint}
        if all(before.get(what) == wanted[what] for what in ("stage", "touchpoint")):
            del wanted["stage"], wanted["touchpoint"]
    if wanted.get("label") == before.get("label"):
        wanted.pop("label", None)
    return wanted


def known(what: str, given: str, valid: Iterable[str]) -> None:
    """Refuse a name that does not exist."""
    names = list(valid)
    if given not in names:
        raise UnknownName(what, given, names)


def touchpoints(db: Connection, stage: str) -> list[str]:
    """The touchpoints of a stage on the active map, and none."""
    found = db.execute(
        "SELECT t.touchpoint FROM touchpoints AS t JOIN active AS a ON a.map_version = "
        "t.map_version WHERE t.stage = $1 ORDER BY t.position",
        [stage],
    ).fetchall()
    return [NONE, *(str(row[0]) for row in found)]


def present(db: Connection, post_id: str, content_hash: str, place: Place) -> dict[str, str]:
    """What stands at a place now: label, and of a moment stage and touchpoint. Raises `Fatal`."""
    post = db.execute(
        "SELECT number, content_hash FROM posts "
        "WHERE fingerprint = md5_number_lower($1) AND post_id = $1",
        [post_id],
    ).fetchone()
    if post is None:
        raise Fatal(f"there is no post {post_id!r} any more")
    number = post[0]
    if post[1] != content_hash:
        raise Fatal("the text of this post has changed since: look at it again")
    names: tuple[str, ...]
    row: tuple[Any, ...] | None
    if place.field == WHOLE:
        names = ("label",)
        row = db.execute(
            "SELECT label FROM readings WHERE number = $1 AND content_hash = $2",
            [number, content_hash],
        ).fetchone()
    else:
        names = ("label", "stage", "touchpoint")
        row = db.execute(
            "SELECT label, stage, touchpoint FROM moments WHERE number = $1 AND field = $2 "
            "AND start = $3 AND stop = $4",
            [number, place.field, place.start, place.stop],
        ).fetchone()
    if row is None:
        raise Fatal("there is nothing here to put right: it has not been read yet, or read again")
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
