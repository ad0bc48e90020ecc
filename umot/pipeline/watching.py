"""Looking at young and growing posts again, within a budget of requests for each source.

What was seen is stored in one transaction with when it was looked at: a pass may die at any line
and be run again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from umot.config import Source
from umot.errors import Retriable
from umot.notify.deliver import Deliveries
from umot.pipeline.alerting import deliver, raise_alerts
from umot.pipeline.collecting import origin, parse, prepared
from umot.pipeline.cooling import due
from umot.pipeline.monitor import Monitor, one_line
from umot.pipeline.relevance import Sieve
from umot.plugins import Observer
from umot.post import Alert, Batch, RawItem
from warehouse import load, watching
from warehouse.watching import Looks

log = logging.getLogger("umot")
TRIES = 3  # at a source, in one pass
PATIENCE = 60.0  # seconds a pass waits for a source that asks for it; else the next one asks
LONGEST = 300.0  # seconds; who asks to be left alone for longer is, by the passes after it too
AT_ONCE = 50  # posts of one transaction, at least
Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at the posts of a source again.

    `asked` posts were asked for, `left` had to wait for the budget. `skipped` says why none was.
    """

    source: str
    asked: int = 0
    left: int = 0
    counts: load.Counts = field(default_factory=load.Counts)
    note: str | None = None
    skipped: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What a whole pass did."""

    looks: tuple[Look, ...]
    alerts: tuple[Alert, ...]  # those raised by this pass
    published: bool
    delivered: Deliveries = field(default_factory=Deliveries)

    @property
    def failures(self) -> list[str]:
        """A line for each source that failed."""
        return [f"{look.source}: {look.error}" for look in self.looks if look.error]


def watch(
    monitor: Monitor,
    names: Sequence[str] = (),
    *,
    now: datetime,
    pause: Pause = time.sleep,
) -> Watched:
    """One pass over the sources (all, or those named): look again, alert, send, publish."""
    looks = [attempt(monitor, one, now=now, pause=pause) for one in monitor.sources(names)]
    raised = raise_alerts(monitor, now=now)
    delivered = deliver(monitor)
    return Watched(tuple(looks), tuple(raised), monitor.warehouse.publish("umot watch"), delivered)


def attempt(monitor: Monitor, source: Source, *, now: datetime, pause: Pause) -> Look:
    """Look at a source's posts, waiting where it asks for that; a failure becomes the error."""
    for left in reversed(range(TRIES)):
        try:
            return look(monitor, source, now=now)
        except Exception as error:  # told by whoever asked for the pass
            log.debug("watching %s failed", source.name, exc_info=True)
            wait = error.retry_after if isinstance(error, Retriable) else None
            if not left or wait is None or wait > PATIENCE:
                return Look(source.name, error=one_line(error))
            pause(wait)
    raise AssertionError("unreachable")


def look(monitor: Monitor, source: Source, *, now: datetime) -> Look:
    """Look at the posts of one source whose time has come, as far as its budget goes.

    Raises what the connector does; what was seen before that stays stored, and is not asked for
    again by a later call of the same `now`.
    """
    now = now.replace(microsecond=0)  # as it is kept, so that it is the same in a later call
    made, _ = prepared(monitor, source)
    if not isinstance(made, Observer):
        return Look(source.name, skipped=f"{source.connector} cannot ask for single posts")
    settings = monitor.settings.watch
    since = now - timedelta(days=settings.days)
    with monitor.warehouse.write(command(source)) as db:
        known = watching.looks(db, source.name)
        posts = watching.young(db, source.name, since, now)
        if known.until and known.until > now:
            return Look(source.name, skipped=f"to be left alone until {known.until:%H:%M}Z")
        # What has cooled or gone needs no memory.
        at = {post.number: known.at[post.number] for post in posts if post.number in known.at}
        waiting = [post.number for post in due(posts, at, now)]
        most = min(settings.requests, made.observed_requests) * made.observed_at_once
        most -= sum(seen == now for seen in at.values())
        items = watching.items(db, source.name, waiting[: max(most, 0)])
    chosen = {number: items[number] for number in waiting if number in items}
    task = Task(monitor, source, made, now, dict(at))
    done = task.all(chosen)
    return replace(done, left=len(waiting) - len(chosen))


def command(source: Source) -> str:
    """What others who wait for the warehouse are told."""
    return f"umot watch {source.name}"


@dataclass(slots=True)
class Task:
    """A source's posts being looked at; `at` is when each was last."""

    monitor: Monitor
    source: Source
    made: Observer
    now: datetime
    at: dict[int, datetime]

    def all(self, chosen: Mapping[int, RawItem]) -> Look:
        """Ask for these posts, storing what comes of it some at a time."""
        sieve = Sieve(self.monitor, self.source, origin(self.monitor, self.source, self.now))
        done = Look(self.source.name)
        asked: list[tuple[tuple[int, ...], Batch]] = []
        try:
            for part in self.requests(chosen):
                asked.append(part)
                if sum(len(numbers) for numbers, _ in asked) >= AT_ONCE:
                    done, asked = self.store(sieve, done, asked), []
        except Retriable as error:
            self.store(sieve, done, asked, error.retry_after)
            raise
        except Exception:
            self.store(sieve, done, asked)
            raise
        return self.store(sieve, done, asked) if asked else done

    def requests(self, chosen: Mapping[int, RawItem]) -> Iterator[tuple[tuple[int, ...], Batch]]:
        """The posts of each request with what it gave."""
        if not chosen:
            return
        numbers, size = list(chosen), self.made.observed_at_once
        groups = (tuple(numbers[at : at + size]) for at in range(0, len(numbers), size))
        given = self.made.observe(list(chosen.values()), now=self.now)
        yield from zip(groups, given, strict=True)

    def store(
        self,
        sieve: Sieve,
        done: Look,
        asked: Sequence[tuple[tuple[int, ...], Batch]],
        wait: float | None = None,
    ) -> Look:
        """Store what these requests gave and that they were made, in one transaction."""
        numbers = [number for group, _ in asked for number in group]
        parsed, rejects = parse(self.made, [item for _, batch in asked for item in batch.items])
        self.at |= dict.fromkeys(numbers, self.now)
        until = self.now + timedelta(seconds=wait) if wait and wait > LONGEST else None
        with self.monitor.warehouse.transaction(command(self.source)) as db:
            sieve.open(db, self.now)
            counts = sieve.store(db, parsed, rejects, None, self.now)
            watching.save(db, self.source.name, Looks(self.at, until), self.now)
        notes = {batch.truncated for _, batch in asked if batch.truncated}
        return replace(
            done,
            asked=done.asked + len(numbers),
            counts=done.counts + counts,
            note="; ".join(sorted(notes)) or done.note,
        )
