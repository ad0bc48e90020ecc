"""An erasure in a process of its own, to be killed.

It is forked from a server that has no threads: a child of a process with threads may wait for ever
for a lock that one of them held.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import datetime
from pathlib import Path

from umot import forgetting
from umot.forgetting import Request
from umot.pipeline import Monitor
from warehouse import forget

LONGEST = 60  # seconds


def killed(home: Path, request: Request, now: datetime, at: str, within: bool) -> int | None:
    """Carry out until the step `at`, or until it replaces a file; returns the exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=carry_out, args=(home, request, now, at, within))
    child.start()
    child.join(LONGEST)
    child.kill()
    return child.exitcode


def carry_out(home: Path, request: Request, now: datetime, at: str, within: bool) -> None:
    """What the child does."""

    def step(name: str) -> None:
        if name == at:
            if not within:
                die()
            forget.secure = die  # type: ignore[assignment]

    with forgetting.alone(home, wait=5):
        forgetting.carry_out(Monitor.open(home), request, now, step)


def die(*_: object) -> None:
    """Be killed."""
    os.kill(os.getpid(), signal.SIGKILL)
