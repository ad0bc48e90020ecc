"""What a request would erase: looked up before anything is touched."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from umot.errors import UmotError
from umot.forgetting.request import AGE, RESTORED, Request
from umot.pipeline import Monitor
from warehouse import authors, forget, manifest, restore, tombstones
from warehouse.connect import Connection

COMMAND = "umot forget"  # as who waits for the warehouse is told; without a name
BACKUPS = "backups"
UNFINISHED = {".part", ".rewritten"}  # backups, hidden, on their way to their place


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
        select(db, monitor.home, request)
        found.tables = forget.count(db)
        if request.name:
            found.mentions = forget.mentions(db, request.name)
    sound = []
    for path in backups(monitor.home):
        try:
            with damage(path), forget.opened(path, read_only=True) as db:
                select(db, monitor.home, request)
                found.backups[path.name] = sum(forget.count(db).values())
            sound.append(path)
        except UmotError as error:
            found.problems.append(error)
    leave_shared(monitor, request, sound)
    return found


def select(db: Connection, home: Path, request: Request) -> None:
    """Select in one file what belongs to the request, and add it to that."""
    if request.kind == RESTORED:
        again = tombstones.returned(db, tombstones.read(home), authors.key(home))
        request.posts = list(dict.fromkeys([*request.posts, *again]))
    forget.select(db, request.wanted)
    remember(request, forget.words(db))


def leave_shared(monitor: Monitor, request: Request, sound: list[Path]) -> None:
    """Drop addresses that posts which stay have too, in the warehouse or a backup.

    They are nobody's own: the reviews of an app have one, and so has a company's answer.
    """
    if not request.addresses:
        return
    with monitor.warehouse.write(COMMAND) as db:
        shared = forget.shared(db, request.addresses, request.posts)
    for path in sound:
        # One that is damaged where this looks is told of when it is erased in.
        with suppress(UmotError), damage(path), forget.opened(path, read_only=True) as db:
            shared |= forget.shared(db, request.addresses, request.posts)
    request.addresses = [url for url in request.addresses if url not in shared]


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
        urls = [one.url for one in words if one.url and one.url not in request.urls]
        request.texts = list(dict.fromkeys([*request.texts, *texts]))
        request.addresses = list(dict.fromkeys([*request.addresses, *urls]))


def backups(home: Path) -> list[Path]:
    """The DuckDB files among the backups, and a damaged warehouse that a restore laid aside."""
    laid_aside = (home / "warehouse").glob("*.damaged.duckdb")
    among = (path for path in (home / BACKUPS).rglob("*") if is_backup(path))
    return sorted([*among, *laid_aside])


def is_backup(path: Path) -> bool:
    """Whether it is a DuckDB file, or is called like one: `umot backup FILE` takes any name."""
    if (path.suffix in UNFINISHED and path.name.startswith(".")) or not path.is_file():
        return False
    try:
        return path.suffix == ".duckdb" or restore.is_database(path)
    except FileNotFoundError:  # removed since
        return False
    except OSError:  # it may be one: then the request has to say that it could not be erased
        return True


def unfinished(home: Path) -> list[Path]:
    """Files among the backups that a killed backup or erasing left; hold `alone` and the turn."""
    hidden = (home / BACKUPS).rglob(".*")
    return [path for path in hidden if UNFINISHED & set(path.suffixes) and path.is_file()]
