"""The `monitor` flow: every source, then reading, alerts and the copy for readers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, TypeVar, cast

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import summary
from flows.patience import each_source
from flows.secret_blocks import load_secrets
from flows.turn import turn
from umot import config, forgetting, pipeline
from umot.config import Source
from umot.errors import UmotError
from umot.notify import Deliveries
from umot.pipeline import Classified, Monitor, Progress, Report, Visit
from umot.pipeline.together import AT_ONCE
from umot.post import Alert

if TYPE_CHECKING:
    from models.reader import Reader

ARTIFACT = "umot-monitor"
T = TypeVar("T")


class SourcesFailed(UmotError):
    """A pass that went on to its end without some of its sources; `report` is all it did."""

    def __init__(self, report: Report) -> None:
        super().__init__(summary.line(report))
        self.report = report


def configured_reader(monitor: Monitor) -> Reader:
    """Make the model that the settings name, on the brand's journey map."""
    from models.reader import make

    settings = monitor.settings
    return make(settings.model, monitor.journey, fallback=settings.brand.language)


@dataclass(frozen=True, slots=True)
class Caller:
    """What a caller in this process may bring along: no parameter that Prefect could store."""

    progress: Progress = pipeline.silent
    reader: Callable[[Monitor], Reader] = configured_reader


CALLER: ContextVar[Caller] = ContextVar("caller", default=Caller())  # noqa: B039 - it is frozen


@task(task_run_name="collect {source.name}", cache_policy=NO_CACHE, persist_result=False)
def collect(monitor: Monitor, source: Source, now: datetime) -> Visit:
    """Visit one source and store what is new."""
    visit = pipeline.collect(monitor, source, now=now, progress=CALLER.get().progress)
    get_run_logger().info("%s: %d seen, %d new", source.name, visit.counts.seen, visit.counts.new)
    return visit


@task(cache_policy=NO_CACHE, persist_result=False)
def classify(monitor: Monitor, now: datetime) -> Classified:
    """Read and trace what has no reading by today's model."""
    caller = CALLER.get()
    return pipeline.classify(monitor, caller.reader(monitor), now=now, progress=caller.progress)


@task(name="alert", cache_policy=NO_CACHE, persist_result=False)
def raise_alerts(monitor: Monitor, now: datetime) -> list[Alert]:
    """Bring the alerts up to date, with the messages about them."""
    return pipeline.raise_alerts(monitor, now=now)


@task(cache_policy=NO_CACHE, persist_result=False)
def deliver(monitor: Monitor) -> Deliveries:
    """Send the messages that are due; what fails is tried again at a later pass."""
    done = pipeline.deliver(monitor)
    for line in done.failures:
        get_run_logger().warning(line)
    return done


@task(cache_policy=NO_CACHE, persist_result=False)
def publish(monitor: Monitor) -> bool:
    """Give readers a fresh copy; whether anything had changed."""
    return monitor.warehouse.publish("umot run")


@task(cache_policy=NO_CACHE, persist_result=False)
def forget(monitor: Monitor, now: datetime) -> int:
    """Erase what is older than is kept, and finish what was begun; how many erasures."""
    return len(forgetting.settle(monitor, now))


@flow(
    name="monitor",
    task_runner=ThreadPoolTaskRunner(max_workers=AT_ONCE),  # type: ignore[arg-type] # invariant
    persist_result=False,
)
def monitor(
    home: str | None = None, sources: list[str] | None = None, now: datetime | None = None
) -> Report:
    """One pass over the sources (all, or those named) of the brand in the folder `home`.

    A source that fails stops nothing else: the run fails only after everything is done, and
    names it. `now` is for making a past moment again; without a time zone it is UTC.
    """
    watch, wanted = opened(home, sources)
    with turn(watch.home):
        at = as_utc(now)  # here, for a turn may be waited for
        forgetting.catch_up(watch, at)
        visits = visit_all(watch, wanted, at)
        classified = classify(watch, at)
        alerts = raise_alerts(watch, at)
        delivered = deliver(watch)
        published = publish(watch)
        forget(watch, at)
    report = Report(tuple(visits), classified, tuple(alerts), published, delivered)
    message = summary.line(report)
    create_markdown_artifact(summary.page(report), key=ARTIFACT, description=message)
    # Prefect makes a returned state the run's own, and hands its data to the caller.
    if report.failures:
        return cast(Report, Failed(message=message, data=SourcesFailed(report)))
    return cast(Report, Completed(message=message, data=report))


def opened(home: str | None, names: Sequence[str] | None) -> tuple[Monitor, list[Source]]:
    """The monitor of a data folder, its secrets known, and its sources (all, or those named)."""
    load_secrets()
    made = Monitor.open(config.home(Path(home) if home else None))
    return made, made.sources(names or ())


def visit_all(watch: Monitor, sources: Sequence[Source], now: datetime) -> list[Visit]:
    """Visit the sources; a failure becomes the error of its visit."""
    return each_source(
        collect, watch, sources, now, failed=lambda name, error: Visit(name, error=error)
    )


def as_utc(now: datetime | None) -> datetime:
    """Return the moment of the pass; this one where none is given."""
    if now is None:
        return datetime.now(UTC)
    return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)


def run_monitor(
    home: Path,
    names: Sequence[str] = (),
    now: datetime | None = None,
    progress: Progress = pipeline.silent,
    reader: Callable[[Monitor], Reader] = configured_reader,
) -> Report:
    """Run the flow in this process; returns what it did, failed sources included.

    `progress` is called from several threads. Raises what stopped the whole pass, if anything
    did, and KeyboardInterrupt at once: end the process with `flows.leftovers.leave` then, for
    Prefect would wait for every thread. Call `flows.environment.prepare` before importing this.
    """
    quiet()
    token = CALLER.set(Caller(progress, reader))
    try:
        state: State[Report] = interruptible(
            lambda: monitor(str(home), list(names) or None, now, return_state=True)
        )
    finally:
        CALLER.reset(token)
    came = state.result(raise_on_failure=False)
    if isinstance(came, SourcesFailed):
        return came.report
    if isinstance(came, BaseException):
        raise came
    return came


def interruptible(call: Callable[[], T]) -> T:
    """Call in a thread of its own, so that Ctrl-C and SIGTERM are not waited out by Prefect."""
    came: Future[T] = Future()
    context = copy_context()

    def work() -> None:
        try:
            came.set_result(context.run(call))
        except BaseException as error:
            came.set_exception(error)

    Thread(target=work, name="umot-run", daemon=True).start()
    if current_thread() is not main_thread():
        return came.result()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return came.result()
    finally:
        signal.signal(signal.SIGTERM, before)


def quiet() -> None:
    """Keep Prefect's own lines off a terminal, unless it shows everything; the run has them.

    For good, as Prefect also has something to say when the process ends.
    """
    prefect = logging.getLogger("prefect")
    if prefect.propagate and not logging.getLogger().isEnabledFor(logging.DEBUG):
        prefect.addHandler(logging.NullHandler())
        prefect.propagate = False
