"""The steps of forgetting, in an order in which a kill between any two loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from umot.errors import Retriable, UmotError
from umot.folders import ensure
from umot.forgetting import digests, logs, proof
from umot.forgetting.found import COMMAND, backups, damage, look
from umot.forgetting.request import AGE, AUTHOR, POST, RESTORED, URL, Request, pending
from umot.pipeline import Monitor, one_line
from warehouse import authors, erasures, files, forget, manifest, retention, tombstones

log = logging.getLogger("umot")
LOCK = "forgetting.lock"
PAUSE = timedelta(days=1)  # between two attempts at what could not be finished
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


def retention_due(monitor: Monitor, now: datetime) -> Request | None:
    """The request that retention makes now; None where nothing is due."""
    rules = [
        retention.Rule(source.name, retention.limit(source.retention_days, now))
        for source in monitor.settings.sources
        if source.retention_days
    ]
    if not rules or not monitor.warehouse.exists():
        return None
    with monitor.warehouse.write(COMMAND) as db:
        rules = retention.due(db, rules)
    if not rules:
        return None
    made = Request.new(AGE, now)
    made.rules = [(rule.source, rule.before.isoformat()) for rule in rules]
    return made


def restored(monitor: Monitor, now: datetime) -> Request | None:
    """The request to erase again what a restored warehouse may have brought back, if any."""
    stones = tombstones.read(monitor.home)
    if not stones or not monitor.warehouse.exists():
        return None
    with monitor.warehouse.write(COMMAND) as db:
        missing = {stone.erasure_id for stone in stones} - erasures.known(db)
        missing -= {request.erasure_id for request in pending(monitor.home)}
        if not missing:
            return None
        key = authors.key(monitor.home)
        hashes = {(stone.kind, stone.hash) for stone in stones}
        made = Request.new(RESTORED, now)
        made.authors = [stone.hash for stone in stones if stone.kind == "author"]
        for post_id, url in db.execute("SELECT post_id, url FROM posts").fetchall():
            if ("post", tombstones.of_post(post_id, key, "").hash) in hashes or (
                url and ("url", tombstones.of_url(url, key, "").hash) in hashes
            ):
                made.posts.append(post_id)
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
        counts = forget.erase(db, request.wanted, gate)
        tables = erasures.note(db, request.erasure_id, request.kind, counts, now)
        if request.kind == RESTORED:
            done_before = {stone.erasure_id for stone in tombstones.read(home)}
            for erasure_id in sorted(done_before - erasures.known(db)):
                erasures.note(db, erasure_id, RESTORED, {}, now)
    step("rewrite")
    with monitor.warehouse.alone(COMMAND):
        monitor.warehouse.home.rewrite()
        for left in leftovers(monitor):
            files.remove(left)
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


def lay_stones(monitor: Monitor, request: Request) -> None:
    """Leave the tombstones of what is known so far."""
    key, erasure_id = authors.key(monitor.home), request.erasure_id
    if request.kind == RESTORED:  # they lie there already
        return
    stones = [tombstones.of_post(post_id, key, erasure_id) for post_id in request.posts]
    stones += [tombstones.of_url(url, key, erasure_id) for url in request.urls]
    if request.name and request.platform:
        stones.append(tombstones.of_author(request.name, request.platform, key, erasure_id))
    tombstones.add(monitor.home, stones)


def leftovers(monitor: Monitor) -> list[Path]:
    """What killed writers may have left in the warehouse's folder; hold the writer's lock."""
    folder = monitor.warehouse.folder
    return [path for pattern in ("*.new", ".*.rewritten") for path in folder.glob(pattern)]


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


def settle(monitor: Monitor, now: datetime) -> list[Path]:
    """The end of every run: finish what was begun, erase what is due; returns the proofs.

    Cheap where there is nothing to do, and left to whoever else is at it now. What stands in the
    way of one is said and stops neither the others nor the run; it is tried again a day later.
    """
    if not monitor.warehouse.exists():
        return []
    done = []
    try:
        with alone(monitor.home, wait=0):
            for request in due(monitor, now):
                try:
                    done.append(carry_out(monitor, request, now))
                except (UmotError, OSError) as error:
                    log.warning("erasing is not finished: %s", one_line(error))
                    request.failed_at = now.isoformat()
                    request.save(monitor.home)
    except Retriable as error:
        log.warning("%s", error)
    return done


def due(monitor: Monitor, now: datetime) -> list[Request]:
    """What is to be erased now: requests not finished, and those that age or a restore make."""
    left = pending(monitor.home)
    found = [request for request in left if not request.failed_within(PAUSE, now)]
    if again := restored(monitor, now):
        found.append(again)
    if old := retention_due(monitor, now):
        # One that could not be finished takes the new ones up, or there would be one more a day.
        stuck = next((request for request in left if request.kind == AGE), None)
        if stuck is None:
            found.append(old)
        else:
            stuck.rules = sorted({**dict(stuck.rules), **dict(old.rules)}.items())
            found = [request for request in found if request is not stuck] + [stuck]
    return found
