"""What is to be erased without anybody asking now: before a pass, after it, and at a restore."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from umot.errors import Retriable, UmotError
from umot.forgetting.found import COMMAND, select
from umot.forgetting.job import alone, carry_out, erase
from umot.forgetting.request import AGE, RESTORED, Request, pending
from umot.pipeline import Monitor, one_line
from warehouse import authors, erasures, forget, retention, tombstones
from warehouse.connect import Connection

log = logging.getLogger("umot")
PAUSE = timedelta(days=1)  # between two attempts at what could not be finished
PATIENCE = 600.0  # seconds to wait for who erases now


def catch_up(monitor: Monitor, now: datetime) -> list[Path]:
    """The beginning of a pass: erase what the warehouse has not been through; returns the proofs.

    Where an earlier copy of it was put in place by hand, nobody is told of what that brought
    back. Raises what kept it in the warehouse; what stands in the way elsewhere is said only.
    """
    if not missed(monitor, now):
        return []
    done = []
    with alone(monitor.home, wait=PATIENCE):
        for request in missed(monitor, now):  # another may have been at it
            try:
                done.append(carry_out(monitor, request, now))
            except (UmotError, OSError) as error:
                fail(monitor, request, error, now)
                with monitor.warehouse.write(COMMAND) as db:
                    if request.erasure_id not in erasures.known(db):
                        raise
    return done


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
                    fail(monitor, request, error, now)
    except Retriable as error:
        log.warning("%s", error)
    return done


def fail(monitor: Monitor, request: Request, error: Exception, now: datetime) -> None:
    """Say that a request could not be finished, and note when."""
    log.warning("erasing is not finished: %s", one_line(error))
    request.failed(monitor.home, now)


def cleanse(monitor: Monitor, path: Path, now: datetime) -> None:
    """Erase in a warehouse, before it is put in place, all that must not come back with it.

    So no kill and no other command can show it to readers. The requests are written down first,
    for backups, digests and logs follow when it is in place. Hold `alone` and the writer's turn.
    """
    home = monitor.home
    gate = tombstones.Gate(home, authors.key(home))
    with forget.opened(path) as db:
        requests = to_do(db, monitor, now)
        for request in requests:
            select(db, home, request)
            request.save(home)
            db.begin()
            erase(db, home, request, gate, now)
            db.commit()
    if requests:
        forget.rewrite(path)


def due(monitor: Monitor, now: datetime, pause: timedelta = PAUSE) -> list[Request]:
    """What is to be erased now: requests not finished, and those that age or a restore make.

    Without those that failed less than `pause` ago, unless the warehouse still has what they are
    about. What was brought back goes first, for each of them publishes.
    """
    if not (begun(monitor.home) or any(one.retention_days for one in monitor.settings.sources)):
        return []
    with monitor.warehouse.write(COMMAND) as db:
        return to_do(db, monitor, now, pause)


def begun(home: Path) -> bool:
    """Whether anything was ever erased here, or is being: else there is no need to look."""
    return bool(pending(home) or tombstones.read(home))


def to_do(
    db: Connection, monitor: Monitor, now: datetime, pause: timedelta = timedelta()
) -> list[Request]:
    """What is `due` for one file of the warehouse."""
    left = pending(monitor.home)
    known = erasures.known(db)
    found = [
        request
        for request in left
        if request.erasure_id not in known or not request.failed_within(pause, now)
    ]
    found = after_restored(db, monitor.home, left, found, now)
    if old := too_old(db, monitor, now):
        # One that could not be finished takes the new ones up, or there would be one more a day.
        stuck = next((request for request in left if request.kind == AGE), None)
        if stuck is None:
            found.append(old)
        else:
            stuck.rules = sorted({**dict(stuck.rules), **dict(old.rules)}.items())
            found = [request for request in found if request is not stuck] + [stuck]
    return found


def missed(monitor: Monitor, now: datetime) -> list[Request]:
    """Requests that the warehouse has not been through, with what a restored one brought back."""
    home = monitor.home
    if not (begun(home) and monitor.warehouse.exists()):
        return []
    left = pending(home)
    with monitor.warehouse.write(COMMAND) as db:
        known = erasures.known(db)
        found = [request for request in left if request.erasure_id not in known]
        return after_restored(db, home, left, found, now)


def after_restored(
    db: Connection, home: Path, left: Sequence[Request], found: Sequence[Request], now: datetime
) -> list[Request]:
    """The requests `found` among those `left`, behind that for what a restore brought back."""
    again = brought_back(db, home, left, now)
    rest = [request for request in found if request is not again]
    return rest if again is None else [again, *rest]


def restored(monitor: Monitor, now: datetime) -> Request | None:
    """The request to erase again what a restored warehouse may have brought back, if any."""
    if not monitor.warehouse.exists():
        return None
    with monitor.warehouse.write(COMMAND) as db:
        return brought_back(db, monitor.home, pending(monitor.home), now)


def brought_back(
    db: Connection, home: Path, left: Sequence[Request], now: datetime
) -> Request | None:
    """That request for one file of the warehouse; one of those `left` where it was begun."""
    stones = tombstones.read(home)
    missing = {stone.erasure_id for stone in stones} - erasures.known(db)
    missing -= {request.erasure_id for request in left}  # these are finished themselves
    if not missing:
        return None
    made = next((one for one in left if one.kind == RESTORED), Request.new(RESTORED, now))
    made.authors = [stone.hash for stone in stones if stone.kind == "author"]
    made.posts = tombstones.returned(db, stones, authors.key(home))
    return made


def retention_due(monitor: Monitor, now: datetime) -> Request | None:
    """The request that retention makes now; None where nothing is due."""
    if not monitor.warehouse.exists():
        return None
    with monitor.warehouse.write(COMMAND) as db:
        return too_old(db, monitor, now)


def too_old(db: Connection, monitor: Monitor, now: datetime) -> Request | None:
    """That request for one file of the warehouse."""
    rules = [
        retention.Rule(source.name, retention.limit(source.retention_days, now))
        for source in monitor.settings.sources
        if source.retention_days
    ]
    rules = retention.due(db, rules) if rules else []
    if not rules:
        return None
    made = Request.new(AGE, now)
    made.rules = [(rule.source, rule.before.isoformat()) for rule in rules]
    return made
