"""Posts: lists of them, and one with all there is about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from umot.console import models
from umot.console.asked import NotFound, packed, unpacked
from umot.console.overlay import place_of
from umot.console.shown import statement
from umot.console.state import Console
from warehouse import Connection, console_journey, console_posts, console_sources, corrections
from warehouse.console_posts import Filter, Place
from warehouse.corrections import Correction

EXCERPT = 1_500  # characters of a text that a list gives
WHOLE = 20_000  # characters of a text that its page shows until all of it is asked for
ALL = 50_000_000  # more than any text has
THREAD = 20  # posts of a thread on a page


def search(
    console: Console, wanted: Filter, after: str | None, size: int, language: str
) -> models.Posts:
    """One page of posts."""
    place = unpacked(after, float, str)
    with console.copy.read() as db:
        page = console_posts.search(db, wanted, Place(*place) if place else None, size)
        found = shapes(console, db, page.numbers, wanted.brand, language)
        shown = console_posts.shown_sql(db, wanted, size, Place(*place) if place else None)
    return models.Posts(
        posts=found,
        next=packed(page.next.rank, page.next.post_id) if page.next else None,
        sql=statement(*shown),
    )


def shapes(
    console: Console,
    db: Connection,
    posts: Sequence[int],
    brand: str | None,
    language: str,
    letters: int = EXCERPT,
) -> list[models.Post]:
    """These posts in their order, with what was just put right here."""
    if not posts:
        return []
    names = touchpoint_names(console, db, language)
    moments = console_posts.moments(db, posts)
    rows = console_posts.details(db, posts, brand, letters)
    put_right = corrections.made(db, [row["post_id"] for row in rows])
    made = []
    for row in rows:
        own = moments.get(row["post_id"], [])
        console.overlay.mend(row, own)
        fixed = [
            one for one in console.overlay.corrections(row["post_id"]) + put_right
            if one.post_id == row["post_id"] and one.content_hash == row["content_hash"]
        ]  # fmt: skip
        shown = [moment(one, names, language, fixed) for one in own]
        made.append(models.Post(**row, text=row["body"], moments=shown))
    return made


def touchpoint_names(console: Console, db: Connection, language: str) -> dict[str, str]:
    """Names of the active map's touchpoints in a language the map has, else English."""
    column = "name_nl" if language == "nl" else "name_en"
    return {row["touchpoint"]: row[column] for row in places(console, db)}


def places(console: Console, db: Connection) -> list[dict[str, Any]]:
    """The active map's touchpoints in its order."""
    return console.kept("touchpoints", lambda: console_journey.touchpoints(db))


def moment(
    row: dict[str, Any], names: Mapping[str, str], language: str, fixed: Sequence[Correction]
) -> models.Moment:
    """A moment with the names of its touchpoints."""
    name = "name_nl" if language == "nl" else "name_en"
    second = "runner_up_nl" if language == "nl" else "runner_up_en"
    return models.Moment(
        **row,
        touchpoint_name=row[name] or names.get(row["touchpoint"]),
        runner_up_name=row[second] or names.get(row["runner_up"] or ""),
        corrected=bool(corrections.in_force(fixed, place_of(row))),
    )


def one(
    console: Console, post_id: str, language: str, *, whole: bool = False, thread: str | None = None
) -> models.WholePost:
    """A post with its reach over time, its thread and what was put right. Raises `NotFound`."""
    after = unpacked(thread, datetime, str)
    with console.copy.read() as db:
        numbers = list(console_posts.numbers(db, [post_id]).values())
        found = shapes(console, db, numbers, None, language, ALL if whole else WHOLE)
        if not found:
            raise NotFound(f"there is no post {post_id!r}")
        post = found[0]
        root = post.thread_id or post.post_id
        place = (after[0], after[1]) if after else None
        ids = console_posts.thread(db, root, post.brand, place, THREAD + 1)
        others = shapes(console, db, ids[:THREAD], post.brand, language)
        observed = console_sources.engagement(db, numbers[0])
        fixed = [*console.overlay.corrections(post_id), *corrections.made(db, [post_id])]
    last = others[-1] if others and len(ids) > THREAD else None
    return models.WholePost(
        post=post,
        engagement=[models.Observation(**row) for row in observed],
        engagement_sql=statement("console_engagement", {"number": numbers[0]}),
        thread=others,
        thread_next=packed(last.posted_at or last.collected_at, last.post_id) if last else None,
        corrections=[correction(row) for row in fixed],
    )


def correction(row: Correction) -> models.Correction:
    """A correction as it is shown."""
    return models.Correction(**asdict(row))
