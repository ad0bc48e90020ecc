"""Work on many sources at the same time: what is tried again, and after how long."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture

from umot import pipeline
from umot.config import Source
from umot.errors import Fatal, Retriable
from umot.pipeline import Monitor

log = logging.getLogger("umot")

RETRIES = 2
DELAYS = "15,60"  # seconds before each retry
VARIABLE = "UMOT_RETRY_DELAYS"  # another such list
LONGEST = 300.0  # seconds; asked to wait longer, we leave the source to the next run
T = TypeVar("T")


def each_source(
    work: Task[[Monitor, Source, datetime], T],
    monitor: Monitor,
    sources: Sequence[Source],
    now: datetime,
    failed: Callable[[str, str], T],
) -> list[T]:
    """Do `work` for the sources at the same time; returns what came of each, in their order.

    A failure stops no other: it becomes what `failed` makes of the source's name and the error.
    """
    pauses = delays()
    # Imported here, by one thread: libraries that import each other's parts while they are still
    # being loaded by another thread find them half made.
    pipeline.import_connectors(sources)
    futures: list[PrefectFuture[T]] = [
        # A copy for each source: the one asked to wait must not slow down the others.
        work.with_options(
            retries=RETRIES,
            retry_delay_seconds=pauses,
            retry_condition_fn=worth_retrying,
        ).submit(monitor, source, now)
        for source in sources
    ]
    done = []
    for source, future in zip(sources, futures, strict=True):
        came = future.result(raise_on_failure=False)
        if isinstance(came, BaseException):
            came = failed(source.name, pipeline.one_line(came))
        done.append(came)
    return done


def delays() -> list[float]:
    """Seconds before each retry. Raises `Fatal` for a list that is none."""
    text = os.environ.get(VARIABLE) or DELAYS
    try:
        return [max(0.0, float(part)) for part in text.split(",")]
    except ValueError as error:
        raise Fatal(f"{VARIABLE}={text!r} is not a list of seconds, e.g. {DELAYS}") from error


def worth_retrying(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Only for `Retriable`, and not before the other side wants to be asked again.

    `task` has to be a copy of its own for each source: its delays are set here.
    """
    error = state.result(raise_on_failure=False)
    if not isinstance(error, Retriable):
        return False
    asked = error.retry_after or 0.0
    if asked > LONGEST:
        return False
    pauses = [max(asked, delay) for delay in delays()]
    task.retry_delay_seconds = pauses
    pause = pauses[min(run.run_count, len(pauses)) - 1]  # the last one stays for all further ones
    again = f"in {pause:.0f} s (attempt {run.run_count + 1} of {RETRIES + 1})"
    log.warning("%s: %s; it will be tried again %s", run.name, error, again)
    return True
