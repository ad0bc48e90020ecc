"""When a visit to a source is tried again, and after how long."""

from __future__ import annotations

import logging
import os
from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun

from umot.errors import Fatal, Retriable

log = logging.getLogger("umot")

RETRIES = 2
DELAYS = "15,60"  # seconds before each retry
VARIABLE = "UMOT_RETRY_DELAYS"  # another such list
LONGEST = 300.0  # seconds; asked to wait longer, we leave the source to the next run


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
    task.retry_delay_seconds = [max(asked, delay) for delay in delays()]
    log.warning("%s: %s; it will be tried again", run.name, error)
    return True
