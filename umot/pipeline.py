"""The main job as plain functions: collect, classify and trace, alert, publish.

Each step stores what it has in short transactions, so it may die at any line and be run again.
"""

from __future__ import annotations

import inspect
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from models.reader import Reader
from umot import alerts, config, journey, notify, plugins
from umot.config import Settings, Source
from umot.errors import Fatal, Retriable, Skippable, UmotError, UnknownName
from umot.notify.deliver import Deliveries, utc_now
from umot.post import Alert, Post, RawItem, Status
from warehouse import Warehouse, alert_states, authors, load, retention, state, tombstones
from warehouse.alert_states import Life

log = logging.getLogger("umot")
READ_AT_ONCE = 256  # posts read between two writes: a killed run loses at most these readings

# Called with what is done, how far, and of how many (None: not known).
Progress = Callable[[str, int, int | None], None]


def silent(what: str, done: int, total: int | None) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One brand's data folder, opened: what every step of the job needs."""

    home: Path
    settings: Settings
    journey: journey.JourneyMap
    warehouse: Warehouse

    @classmethod
    def open(cls, home: Path) -> Monitor:
        """Read the configuration and journey map below `home`. Raises `Fatal`."""
        settings = config.load(home)
        path = home / "journey.toml"
        mapped = journey.load(path) if path.is_file() else journey.default()
        return cls(home, settings, mapped, Warehouse(home, notice=log.warning))

    def sources(self, names: Sequence[str] = ()) -> list[Source]:
        """The configured sources, or those named. Raises `UnknownName`."""
        known = {source.name: source for source in self.settings.sources}
        for name in names:
            if name not in known:
                raise UnknownName("source", name, known)
        return [known[name] for name in names] if names else list(known.values())


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one visit to a source."""

    source: str
    counts: load.Counts = field(default_factory=load.Counts)
    truncated: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """How many posts were read, by what came of it."""

    scored: int = 0
    unscored: int = 0
    failed: int = 0
    moments: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole pass did."""

    visits: tuple[Visit, ...]
    classified: Classified
    alerts: tuple[Alert, ...]  # those raised by this pass
    published: bool
    delivered: Deliveries = field(default_factory=Deliveries)

    @property
    def failures(self) -> list[str]:
        """A line for each source that failed."""
        return [f"{visit.source}: {visit.error}" for visit in self.visits if visit.error]


def import_connectors(sources: Iterable[Source]) -> None:
    """Import the code of the sources' connectors; what fails here fails again in its visit."""
    for source in sources:
        try:
            plugins.load(plugins.CONNECTORS, source.connector)
        except Exception:  # whatever a plug-in raises on import: its own visit reports it
            log.debug("connector %s failed to import", source.connector, exc_info=True)


def connector(source: Source, home: Path) -> plugins.Connector:
    """Make the connector of a source. Raises `Fatal` for settings that it does not have."""
    factory = plugins.load(plugins.CONNECTORS, source.connector)
    parameters = inspect.signature(factory).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    for name in source.settings:
        if name not in parameters and not takes_any:
            valid = [known for known in parameters if known != "home"]
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
    extra = {"home": home} if "home" in parameters else {}
    made: plugins.Connector = factory(**source.settings, **extra)
    return made


def collect(
    monitor: Monitor, source: Source, *, now: datetime, progress: Progress = silent
) -> Visit:
    """Visit one source and store what is new, a batch and its cursor at a time.

    The visit is noted in `source_runs`, also when it fails; then the error is raised again
    (`Retriable` where a later visit may succeed). Batches stored before the failure stay.
    """
    run_id = uuid.uuid4().hex
    command = f"umot collect {source.name}"
    with monitor.warehouse.transaction(command) as db:
        load.start_run(db, run_id, source.name, now)
    visit = Visit(source.name)
    try:
        for done in batches(monitor, source, now):
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


def batches(monitor: Monitor, source: Source, now: datetime) -> Iterable[Visit]:
    """Fetch, parse and store batch after batch; yields what each changed."""
    made = connector(source, monitor.home)
    brand = monitor.settings.brand
    name = source.brand or brand.name
    key = authors.key(monitor.home)
    since = retention.limit(source.retention_days, now) if source.retention_days else None
    gate = tombstones.Gate(monitor.home, key, since)
    origin = load.Origin(source.name, name, source.role, key, gate)
    command = f"umot collect {source.name}"
    with monitor.warehouse.transaction(command) as db:
        load.save_brand(db, name, brand.time_zone, brand.language)
        cursor = state.cursor(db, source.name)
    for batch in made.fetch(cursor, now=now):
        parsed, rejects = parse(made, batch.items)
        with monitor.warehouse.transaction(command) as db:
            counts = load.store_batch(db, origin, parsed, rejects, batch.cursor, now)
        yield Visit(source.name, counts, batch.truncated)


def parse(
    made: plugins.Connector, items: Iterable[RawItem]
) -> tuple[list[tuple[RawItem, Post]], list[load.Reject]]:
    """Posts with the items they came in, and the items that could not be used."""
    parsed: list[tuple[RawItem, Post]] = []
    rejects: list[load.Reject] = []
    for item in items:
        try:
            parsed += [(item, post) for post in made.parse(item)]
        except Skippable as error:
            reason = str(error).removeprefix(f"{item.place}: ")
            rejects.append(load.Reject(item, reason))
        except UmotError:
            raise
        except Exception as error:  # a fault in a plug-in: kept aside and shown, others go on
            log.exception("%s could not be parsed", item.place or "an item")
            rejects.append(load.Reject(item, f"unexpected {one_line(error)}"))
    return parsed, rejects


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


def classify(
    monitor: Monitor, reader: Reader, *, now: datetime, progress: Progress = silent
) -> Classified:
    """Read every post that today's model has not read in its present text, and trace it.

    A retry, a back-fill and a new model are this one code path.
    """
    key = (reader.model, reader.map_version, reader.languages)
    with monitor.warehouse.transaction("umot classify") as db:
        load.activate(db, reader.model, monitor.journey)
        total = state.count_pending(db, *key)
    done, after = 0, ""
    counts = dict.fromkeys(Status, 0)
    moments = 0
    while done < total or not after:
        with monitor.warehouse.write("umot classify") as db:
            pending = state.pending(db, *key, after=after, limit=READ_AT_ONCE)
        if not pending:
            break
        sentiments, traced = reader.read_posts(pending)
        with monitor.warehouse.transaction("umot classify") as db:
            load.store_readings(db, sentiments, traced, now)
        for one in sentiments:
            counts[one.status] += 1
        moments += len(traced)
        done, after = done + len(pending), pending[-1][0]
        progress("read", done, total)
    unscored = counts[Status.UNSCORED_LANGUAGE] + counts[Status.EMPTY]
    return Classified(counts[Status.SCORED], unscored, counts[Status.FAILED], moments)


def raise_alerts(monitor: Monitor, *, now: datetime) -> list[Alert]:
    """Bring the alerts up to date and write down what is to be sent, all or nothing.

    Returns those that people should hear of: new, graver, back again, or on after a snooze.
    """
    settings = monitor.settings
    life = Life(
        timedelta(hours=settings.alerts.calm_hours), timedelta(hours=settings.alerts.cooldown_hours)
    )
    with monitor.warehouse.transaction("umot alerts") as db:
        due = alerts.due(db, settings, now)
        changes = alert_states.follow(db, due, now=now, life=life)
        notify.queue(db, settings, changes, now)
    return [change.alert for change in changes]


def deliver(monitor: Monitor, *, clock: Callable[[], datetime] = utc_now) -> Deliveries:
    """Send the messages that are due; never raises, for a pass is not to fail by it.

    `clock` is the real one, also where the pass makes a past moment again: it is now that the
    channels are spoken to.
    """
    try:
        return notify.deliver(monitor.warehouse, monitor.settings, clock=clock)
    except Exception as error:  # what was not sent is still in the outbox; the next pass goes on
        log.debug("sending stopped", exc_info=True)
        return Deliveries(failures=(f"alerts not delivered: {one_line(error)}",))


def run(
    monitor: Monitor,
    reader: Callable[[], Reader],
    names: Sequence[str] = (),
    *,
    now: datetime,
    progress: Progress = silent,
) -> Report:
    """One pass: every source (one's failure stops no other), classify, alert, send, publish."""
    visits = [
        attempt(monitor, source, now=now, progress=progress) for source in monitor.sources(names)
    ]
    classified = classify(monitor, reader(), now=now, progress=progress)
    raised = raise_alerts(monitor, now=now)
    delivered = deliver(monitor)
    published = monitor.warehouse.publish("umot run")
    return Report(tuple(visits), classified, tuple(raised), published, delivered)


def attempt(monitor: Monitor, source: Source, *, now: datetime, progress: Progress) -> Visit:
    """Visit a source; its failure becomes the visit's error."""
    try:
        return collect(monitor, source, now=now, progress=progress)
    except Exception as error:  # already noted in source_runs; shown by whoever asked for the run
        log.debug("source %s failed", source.name, exc_info=True)
        return Visit(source.name, error=one_line(error))


def one_line(error: BaseException) -> str:
    """An error as a line for people; our own need no class name."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if isinstance(error, UmotError) else f"{type(error).__name__}: {text}"
