"""Child processes that log to files and end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from umot.errors import Fatal
from umot.folders import ensure

PATIENCE = 20.0  # seconds a child has to end by itself
LARGEST = 10_000_000  # bytes of a log that is put aside before a new one is begun


@dataclass(frozen=True, slots=True)
class Child:
    """A running program."""

    name: str
    process: subprocess.Popen[Any]
    log: Path

    @property
    def ended(self) -> bool:
        """Whether it is no longer running."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Return the last line of its log that says something, for people."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        said = [line.strip(" │╭╮╰╯─") for line in lines]
        return next((line for line in reversed(said) if line), "it said nothing")


def start(name: str, arguments: Sequence[str], environment: Mapping[str, str], logs: Path) -> Child:
    """Start ``python -m arguments…``; what it says goes to ``logs/name.log``."""
    ensure(logs)
    path = logs / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            # -P: a folder of the user's called models, say, is not ours.
            [sys.executable, "-P", "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            # A group of its own: Ctrl-C at the terminal reaches only us, and we stop it in order.
            start_new_session=True,
        )
    return Child(name, process, path)


def stop(child: Child, patience: float = PATIENCE) -> None:
    """Ask it to end, then make it, with whatever it started itself."""
    if not child.ended:
        child.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(patience)
    with suppress(ProcessLookupError):  # nobody is left
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def finish(child: Child, stopping: Event, patience: float) -> None:
    """Wait until a child has done its work. Raises `Fatal` if it cannot, or takes too long."""
    ends = time.monotonic() + patience
    while not child.ended:
        if stopping.wait(0.1):
            stop(child)
            return
        if time.monotonic() > ends:
            stop(child)
            raise Fatal(f"{child.name} took over {patience:.0f} seconds; see {child.log}")
    if child.process.returncode:
        raise Fatal(f"{child.name} failed: {child.last_words()} (all of it in {child.log})")
