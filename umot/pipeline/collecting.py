"""Visiting sources: fetch, parse, and store batch after batch with the source's cursor."""

from __future__ import annotations

import inspect
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from umot import plugins
from umot.config import Source
from umot.errors import Fatal, Retriable, Skippable, UmotError, UnknownName
from umot.pipeline.monitor import Monitor, Progress, one_line, silent
from umot.pipeline.relevance import Sieve, matcher_of
from umot.post import Post, RawItem
from umot.relevance.about import Matcher
from warehouse import authors, imports, load, retention, state, tombstones

log = logging.getLogger("umot")
GIVEN = ("home", "query")  # parameters of connectors that are no settings


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one visit to a source."""

    source: str
    counts: load.Counts = field(default_factory=load.Counts)
    truncated: str | None = None
    error: str | None = None


def import_connectors(sources: Iterable[Source]) -> None:
    """Import the code of the sources' connectors; what fails here fails again in its visit."""
    for source in sources:
        try:
            plugins.load(plugins.CONNECTORS, source.connector)
        except Exception:  # whatever a plug-in raises on import: its own visit reports it
            log.debug("connector %s failed to import", source.connector, exc_info=True)


def connector(
    source: Source, home: Path, *, searches: Sequence[str] = (), days: float | None = None
) -> plugins.Connector:
    """Make the connector of a source. Raises `Fatal` for settings that it does not have.

    `searches` is what it may look for in place of all there is, `days` how far back it goes:
    where it can be told these (`query`, `history_days`).
    """
    factory = plugins.load(plugins.CONNECTORS, source.connector)
    parameters = inspect.signature(factory).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    for name in source.settings:
        if name not in parameters and not takes_any:
            valid = [known for known in parameters if known not in GIVEN]
            where = f"setting of source {source.name!r} ({source.connector})"
            raise UnknownName(where, name, valid)
    missing = [
        name
        for name, one in parameters.items()
        if one.default is one.empty
        and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        and name not in source.settings
        and name != "home"
    ]
    if missing:
        raise Fatal(f"source {source.name!r} ({source.connector}) needs: {', '.join(missing)}")
    given = {"home": home, "query": tuple(searches), "history_days": days}
    extra = {name: value for name, value in given.items() if name in parameters and value}
    made: plugins.Connector = factory(**(source.settings | extra))
    return made


def goes_back(source: Source) -> bool:
    """Whether its connector can be told how far back to read. Raises `Fatal` for no connector."""
    factory = plugins.load(plugins.CONNECTORS, source.connector)
    return "history_days" in inspect.signature(factory).parameters


def collect(
    monitor: Monitor,
    source: Source,
    *,
    now: datetime,
    progress: Progress = silent,
    since: datetime | None = None,
) -> Visit:
    """Visit one source and store what is new, a batch and its cursor at a time.

    `since` has it read again from that time on, as far back as the platform gives.
    The visit is noted in `source_runs`, also when it fails; then the error is raised again
    (`Retriable` where a later visit may succeed). Batches stored before the failure stay.
    """
    run_id = uuid.uuid4().hex
    command = f"umot collect {source.name}"
    with monitor.warehouse.transaction(command) as db:
        load.start_run(db, run_id, source.name, now)
    visit = Visit(source.name)
    try:
        for done in batches(monitor, source, now, since):
            visit = Visit(
                source.name, visit.counts + done.counts, done.truncated or visit.truncated
            )
            progress(source.name, visit.counts.seen, None)
    except Exception as error:  # whatever it was, the visit's record says so before it goes on
        kind = "retriable" if isinstance(error, Retriable) else "fatal"
        line = one_line(error)
        finish(monitor, run_id, visit, now, kind, line)
        raise
    finish(monitor, run_id, visit, now, None, None)
    return visit


def batches(
    monitor: Monitor, source: Source, now: datetime, since: datetime | None = None
) -> Iterable[Visit]:
    """Fetch, parse and store batch after batch; yields what each changed."""
    days = max((now - since).total_seconds() / 86_400, 0.01) if since else None
    sieve = Sieve(monitor, source, origin(monitor, source, now))
    made, _ = prepared(monitor, source, days)
    command = f"umot collect {source.name}"
    with monitor.warehouse.transaction(command) as db:
        sieve.open(db, now)
        if source.name not in {one.name for one in monitor.settings.sources}:
            # An import: nothing else says how to parse its rows again.
            imports.note(db, source.name, source.model_dump(mode="json"), now)
        cursor = None if since else state.cursor(db, source.name)
    for batch in made.fetch(cursor, now=now):
        parsed, rejects = parse(made, batch.items)
        with monitor.warehouse.transaction(command) as db:
            counts = sieve.store(db, parsed, rejects, batch.cursor, now)
        yield Visit(source.name, counts, batch.truncated)


def prepared(
    monitor: Monitor, source: Source, days: float | None = None
) -> tuple[plugins.Connector, Matcher]:
    """The connector of a source, told what to look for, and what tells whom a post is about."""
    matcher = matcher_of(monitor, source)
    return connector(source, monitor.home, searches=matcher.searches, days=days), matcher


def origin(monitor: Monitor, source: Source, now: datetime) -> load.Origin:
    """Whom a source is about, and what may not be stored from it."""
    key = authors.key(monitor.home)
    since = retention.limit(source.retention_days, now) if source.retention_days else None
    gate = tombstones.Gate(monitor.home, key, since)
    name = source.brand or monitor.settings.brand.name
    return load.Origin(source.name, name, source.role, key, gate)


def parse(
    made: plugins.Connector, items: Iterable[RawItem]
) -> tuple[list[tuple[RawItem, Post]], list[load.Reject]]:
    """Posts with the items they came in, and the items that could not be used."""
    parsed: list[tuple[RawItem, Post]] = []
    rejects: list[load.Reject] = []
    for item in items:
        posts, reject = parse_one(made, item)
        parsed += [(item, post) for post in posts]
        rejects += [reject] if reject else []
    return parsed, rejects


def parse_one(made: plugins.Connector, item: RawItem) -> tuple[list[Post], load.Reject | None]:
    """The posts of an item, or why it cannot be used."""
    try:
        return list(made.parse(item)), None
    except Skippable as error:
        return [], load.Reject(item, str(error).removeprefix(f"{item.place}: "))
    except UmotError:
        raise
    except Exception as error:  # a fault in a plug-in: kept aside and shown, others go on
        log.exception("%s could not be parsed", item.place or "an item")
        return [], load.Reject(item, f"unexpected {one_line(error)}")


def finish(
    monitor: Monitor,
    run_id: str,
    visit: Visit,
    now: datetime,
    kind: str | None,
    error: str | None,
) -> None:
    """Note how a visit ended."""
    with monitor.warehouse.transaction(f"umot collect {visit.source}") as db:
        load.finish_run(db, run_id, now, visit.counts, visit.truncated, kind, error)


def attempt(
    monitor: Monitor,
    source: Source,
    *,
    now: datetime,
    progress: Progress,
    since: datetime | None = None,
) -> Visit:
    """Visit a source; its failure becomes the visit's error."""
    try:
        return collect(monitor, source, now=now, progress=progress, since=since)
    except Exception as error:  # already noted in source_runs; shown by whoever asked for the run
        log.debug("source %s failed", source.name, exc_info=True)
        return Visit(source.name, error=one_line(error))
