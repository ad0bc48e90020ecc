"""What a request would erase: looked up before anything is touched."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from umot.errors import UmotError
from umot.forgetting.request import AGE, Request
from umot.pipeline import Monitor
from warehouse import forget, manifest

COMMAND = "umot forget"  # as who waits for the warehouse is told; without a name
BACKUPS = "backups"


@dataclass(slots=True)
class Found:
    """What a request would erase: rows of the warehouse by table, rows of each backup.

    `mentions` is how many posts of others have the writer's name in their words; they stay.
    """

    tables: dict[str, int] = field(default_factory=dict)
    backups: dict[str, int] = field(default_factory=dict)
    mentions: int = 0
    problems: list[UmotError] = field(default_factory=list)  # backups that cannot be read


def look(monitor: Monitor, request: Request) -> Found:
    """Find what belongs to the request, in the warehouse and every backup; erases nothing.

    What was found is added to the request: backups hold older texts, and posts whose writer was
    since lost. Of what is merely too old no list is kept: there may be millions.
    """
    found = Found()
    with monitor.warehouse.write(COMMAND) as db:
        forget.select(db, request.wanted)
        found.tables = forget.count(db)
        if request.name:
            found.mentions = forget.mentions(db, request.name)
        remember(request, forget.words(db))
    for path in backups(monitor.home):
        try:
            with damage(path), forget.opened(path, read_only=True) as db:
                forget.select(db, request.wanted)
                found.backups[path.name] = sum(forget.count(db).values())
                remember(request, forget.words(db))
        except UmotError as error:
            found.problems.append(error)
    return found


def damage(path: Path) -> AbstractContextManager[None]:
    """Make a failure of our kind of what goes wrong with a backup: it may be damaged anywhere."""
    return manifest.told(f"{path.name} could not be read or written")


def remember(request: Request, words: list[forget.Words]) -> None:
    """Add the posts and their words to the request."""
    undated = [one for one in words if not one.dated]
    mine = undated if request.kind == AGE else words
    request.posts = list(dict.fromkeys([*request.posts, *(one.post_id for one in mine)]))
    if request.kind != AGE:
        texts = [text for one in words for text in (one.title, one.body) if text]
        urls = [one.url for one in words if one.url]
        request.texts = list(dict.fromkeys([*request.texts, *texts]))
        request.urls = list(dict.fromkeys([*request.urls, *urls]))


def backups(home: Path) -> list[Path]:
    """The DuckDB files among the backups, and a damaged warehouse that a restore laid aside."""
    laid_aside = (home / "warehouse").glob("*.damaged.duckdb")
    return sorted([*(home / BACKUPS).rglob("*.duckdb"), *laid_aside])
