"""The steps of forgetting, in an order in which a kill between any two loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from umot.errors import Retriable, UmotError
from umot.folders import ensure
from umot.forgetting import digests, logs, proof
from umot.forgetting.found import COMMAND, backups, damage, look, unfinished
from umot.forgetting.request import AGE, AUTHOR, POST, RESTORED, URL, Request, pending
from umot.pipeline import Monitor
from warehouse import authors, erasures, files, forget, manifest, tombstones
from warehouse.connect import Connection

log = logging.getLogger("umot")
LOCK = "forgetting.lock"
LATER = "what is left to erase follows with the next umot run or umot forget"


@contextmanager
def alone(home: Path, *, wait: float) -> Iterator[None]:
    """One eraser at a time. Raises `Retriable` where another is at it for over `wait` seconds."""
    folder = ensure(home / "warehouse")
    try:
        with FileLock(folder / LOCK, timeout=wait):
            yield
    except Timeout as error:
        raise Retriable("another umot is erasing; try again when it is done") from error


def asked(
    monitor: Monitor,
    now: datetime,
    *,
    author: str | None = None,
    platform: str | None = None,
    post: str | None = None,
    url: str | None = None,
) -> Request:
    """The request for one of a writer on a platform, a post or an address; nothing is stored."""
    key = authors.key(monitor.home)
    if author is not None and platform is not None:
        made = Request.new(AUTHOR, now)
        made.name, made.platform = author, platform
        made.authors = [authors.hashed(author, platform, key)]
    elif post is not None:
        made = Request.new(POST, now)
        made.posts = [post]
    elif url is not None:
        made = Request.new(URL, now)
        made.urls = [url]
    else:
        raise ValueError("one of author and platform, post and url is needed")
    return made


def carry_out(
    monitor: Monitor,
    request: Request,
    now: datetime,
    step: Callable[[str], None] = lambda name: None,
) -> Path:
    """Erase what the request says, everywhere; returns the proof. Hold `alone` around it.

    `step` is told the name of each step before it begins. Raises what stopped it; the request
    stays and may be carried out again, as a whole. A backup that cannot be opened stops no other.
    """
    home = monitor.home
    step("note")
    request.save(home)
    lay_stones(monitor, request)
    step("look")
    look(monitor, request)
    request.save(home)
    lay_stones(monitor, request)
    gate = tombstones.Gate(home, authors.key(home))
    step("warehouse")
    with monitor.warehouse.transaction(COMMAND) as db:
        tables = erase(db, home, request, gate, now)
    step("rewrite")
    with monitor.warehouse.alone(COMMAND):
        for left in leftovers(monitor):  # first, for they may be what takes up the room
            files.remove(left)
        monitor.warehouse.home.rewrite()
    step("publish")
    monitor.warehouse.publish(COMMAND)
    problems = erase_backups(monitor, request, gate, step)
    step("digests")
    digests.redact(home, request)
    digests.remail(monitor)
    step("logs")
    logs.blot(home, request)
    step("history")
    logs.erase_history(home, request)
    if problems:
        raise type(problems[0])(f"{'; '.join(map(str, problems))}; {LATER}")
    step("proof")
    written = proof.write(home, request, tables, now)
    step("cross out")
    request.path(home).unlink()
    return written


def erase(
    db: Connection, home: Path, request: Request, gate: tombstones.Gate, now: datetime
) -> dict[str, int]:
    """Erase in the warehouse, in the caller's transaction; returns the rows that went, by table."""
    counts = forget.erase(db, request.wanted, gate)
    tables = erasures.note(db, request.erasure_id, request.kind, counts, now)
    if request.kind == RESTORED:
        done_before = {stone.erasure_id for stone in tombstones.read(home)}
        done_before -= {one.erasure_id for one in pending(home)}
        for erasure_id in sorted(done_before - erasures.known(db)):
            erasures.note(db, erasure_id, RESTORED, {}, now)
    return tables


def lay_stones(monitor: Monitor, request: Request) -> None:
    """Leave the tombstones of what is known so far.

    Of addresses only those that were asked for: at one that was merely found others may write,
    as all who review an app do, and nobody of them could come in any more.
    """
    key, erasure_id = authors.key(monitor.home), request.erasure_id
    if request.kind == RESTORED:  # they lie there already
        return
    stones = [tombstones.of_post(post_id, key, erasure_id) for post_id in request.posts]
    stones += [tombstones.of_url(url, key, erasure_id) for url in request.urls]
    if request.name and request.platform:
        stones.append(tombstones.of_author(request.name, request.platform, key, erasure_id))
    tombstones.add(monitor.home, stones)


def leftovers(monitor: Monitor) -> list[Path]:
    """What killed writers left of the warehouse and of backups; hold the writer's lock."""
    folder = monitor.warehouse.folder
    own = [path for pattern in ("*.new", ".*.rewritten") for path in folder.glob(pattern)]
    return own + unfinished(monitor.home)


def erase_backups(
    monitor: Monitor, request: Request, gate: tombstones.Gate, step: Callable[[str], None]
) -> list[UmotError]:
    """Erase in each backup and write it anew; returns what stood in the way of some."""
    problems: list[UmotError] = []
    for path in backups(monitor.home):
        step(f"backup {path.name}")
        try:
            with damage(path), forget.opened(path) as db:
                db.begin()
                counts = forget.erase(db, request.wanted, gate)
                if counts:
                    manifest.reseal(db)
                what = f"backup {path.name}"
                request.went(monitor.home, what, sum(counts.values()))
                db.commit()
            step(f"rewrite {path.name}")
            # Even where no row went: blocks that were freed before the backup hold older texts.
            if request.counts[what] or request.kind != AGE:
                with damage(path):
                    forget.rewrite(path)
        except UmotError as error:
            log.debug("backup %s could not be erased", path.name, exc_info=True)
            problems.append(error)
    return problems
