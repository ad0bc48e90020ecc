"""Parsing stored items again, with today's connectors and through the same load path.

A transaction a batch, and each batch may be done again: a killed run is simply run again. Done
twice it changes nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from umot.config import Source
from umot.errors import Fatal, UnknownName
from umot.pipeline.collecting import connector, origin, parse_one
from umot.pipeline.monitor import Monitor, Progress, one_line, silent
from umot.pipeline.relevance import Sieve
from umot.plugins import Connector
from umot.post import Post, RawItem
from warehouse import Connection, imports, load, reprocess

log = logging.getLogger("umot")
AT_ONCE = 2_000  # items of one transaction: other writers wait for the seconds it takes
COMMAND = "umot reprocess"
Pairs = list[tuple[RawItem, Post]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of parsing a source's items again.

    `counts.seen` are the items behind posts; `recovered` are rejects that can be used by now.
    """

    source: str
    counts: load.Counts = load.Counts()  # noqa: RUF009 - it is frozen
    recovered: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One source's items and what they are parsed with."""

    monitor: Monitor
    source: str
    made: Connector
    sieve: Sieve
    since: datetime | None
    now: datetime
    dry_run: bool


def parse_again(
    monitor: Monitor,
    names: Sequence[str] = (),
    *,
    now: datetime,
    since: datetime | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> list[Parsed]:
    """Parse the stored items of every source, or of those named; one's failure stops no other.

    `since`: only those of posts published (rejects: met) from then on. A dry run stores nothing
    and tells the same. What cannot be parsed becomes a reject, its post stays as it is. Raises
    `UnknownName` for a source that nothing came from.
    """
    with monitor.warehouse.write(COMMAND) as db:
        stored, settings = reprocess.sources(db), imports.known(db)
    for name in names:
        if name not in stored:
            raise UnknownName("source with stored items", name, stored)
    known = {name: Source(**values) for name, values in settings.items()}
    known |= {source.name: source for source in monitor.settings.sources}
    done = []
    for name in names or stored:
        try:
            if name not in known:
                raise Fatal(unknown(name, stored[name]))
            task = prepared(monitor, known[name], since, now, dry_run)
            done.append(parse_source(task, stored[name], progress))
        except Exception as error:  # whatever a plug-in raises: the others are parsed all the same
            log.debug("source %s failed", name, exc_info=True)
            done.append(Parsed(name, error=one_line(error)))
    return done


def prepared(
    monitor: Monitor, source: Source, since: datetime | None, now: datetime, dry_run: bool
) -> Task:
    """The task of a source, its connector made as for a visit."""
    sieve = Sieve(monitor, source, origin(monitor, source, now))
    made = connector(source, monitor.home, searches=sieve.matcher.searches)
    return Task(monitor, source.name, made, sieve, since, now, dry_run)


def unknown(name: str, items: int) -> str:
    """Why a source's items cannot be parsed."""
    if name.startswith("import:"):
        return f"how its {items:,} items were imported was not noted then; import the file again"
    return f"its {items:,} items need its settings: it is no longer in umot.toml"


def parse_source(task: Task, total: int, progress: Progress) -> Parsed:
    """Parse one source's items, those behind posts before those that could not be used."""
    done = Parsed(task.source)
    handled = 0
    for find, take in ((reprocess.items, posts_again), (reprocess.rejected, rejects_again)):
        after = ""
        while True:
            page = reprocess.Page(task.source, after, task.since, AT_ONCE)
            with transaction(task) as db:
                found = find(db, page)
                counts, recovered = take(db, task, found) if found else (load.Counts(), 0)
            done = replace(done, counts=done.counts + counts, recovered=done.recovered + recovered)
            handled += len(found)
            progress(task.source, handled, total)
            if len(found) < AT_ONCE:
                break
            after = found[-1].key
    return done


@contextmanager
def transaction(task: Task) -> Iterator[Connection]:
    """A transaction, taken back at the end of a dry run."""
    if not task.dry_run:
        with task.monitor.warehouse.transaction(COMMAND) as db:
            yield db
        return
    with task.monitor.warehouse.write(COMMAND) as db:
        db.begin()
        try:
            yield db
        finally:
            db.rollback()


def posts_again(
    db: Connection, task: Task, found: Sequence[reprocess.Stored]
) -> tuple[load.Counts, int]:
    """Parse items behind posts: each gives its own post, and such as nobody knew of yet.

    An item that gives its post no more, or under another name, would leave it twice: a reject.
    """
    parsed: Pairs = []
    others: Pairs = []
    rejects: list[load.Reject] = []
    for stored in found:
        own, more, reason = parse_stored(task, stored)
        if stored.item is not None and own is None:
            rejects.append(reprocess.reject(stored.item, stored.key, reason))
        parsed += own or []
        others += more if own else []
    parsed += unknown_ones(db, others)
    counts = store(db, task, parsed, rejects)
    return replace(counts, seen=len(found)), 0


def rejects_again(
    db: Connection, task: Task, found: Sequence[reprocess.Stored]
) -> tuple[load.Counts, int]:
    """Parse items that could not be used; one that can be now is a reject no longer.

    The posts of those that stand behind one were stored by `posts_again`.
    """
    parsed: Pairs = []
    usable = []
    for stored in found:
        own, more, _ = parse_stored(task, stored)
        if stored.item is None or own is not None:
            usable.append(stored.key)
        parsed += more if stored.behind is None else []
    # A post that is known by now came in a later item.
    counts = store(db, task, unknown_ones(db, parsed), ())
    reprocess.drop_rejects(db, usable)
    return replace(counts, seen=0), len(usable)


def store(db: Connection, task: Task, parsed: Pairs, rejects: Sequence[load.Reject]) -> load.Counts:
    """Store what parsing gave as a visit would; the source's cursor stays where it is."""
    posts = [post for _, post in parsed]
    with reprocess.unedited(db, posts):
        reprocess.mend_engagement(db, posts)
        return task.sieve.store(db, parsed, rejects, None, task.now)


def parse_stored(task: Task, stored: reprocess.Stored) -> tuple[Pairs | None, Pairs, str]:
    """(the post it stands behind, other posts of it, why it cannot be used).

    The first is None where it cannot be used; an item that stands behind no post has an empty one.
    """
    if stored.item is None:
        return None, [], ""
    posts, reject = parse_one(task.made, stored.item)
    pairs = [(stored.item, post) for post in posts]
    if stored.behind is None:
        return ([] if posts else None), pairs, reject.reason if reject else ""
    own = [pair for pair in pairs if pair[1].post_id == stored.behind][-1:]
    others = [pair for pair in pairs if pair[1].post_id != stored.behind]
    given = ", ".join(post.post_id for post in posts) or "nothing"
    reason = f"parsed again it gives {given} instead of {stored.behind}"
    return own or None, others, reject.reason if reject else reason


def unknown_ones(db: Connection, parsed: Sequence[tuple[RawItem, Post]]) -> Pairs:
    """Those of the posts that are not stored yet."""
    known = reprocess.known(db, [post.post_id for _, post in parsed]) if parsed else set()
    return [(item, post) for item, post in parsed if post.post_id not in known]
