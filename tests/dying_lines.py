"""Passes that are killed with SIGKILL at one line of some modules after another.

A child process imports everything once and forks for every line, for starting Python is what takes
long. Each fork has a tracer that kills it at its line.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]


def child(code: str, *arguments: str) -> None:
    """Run Python code in a process of its own, which has to end well."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def forked(work: Callable[[], object]) -> int:
    """A process that does `work` and ends with 0, or with 1 and a traceback; its number."""
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def fork(work: Callable[[], object], *, killed: bool) -> None:
    """Do it in a fork, which has to be killed or else to end well."""
    _, status = os.waitpid(forked(work), 0)
    assert (os.WTERMSIG(status) == signal.SIGKILL) if killed else status == 0, (killed, status)


@contextmanager
def dying(modules: Iterable[ModuleType], kill: int) -> Iterator[list[str]]:
    """Be killed at so many different lines of these modules; 0 is never.

    Yields those lines as ``function:number``, in the order in which they are first run.
    """
    ours = {module.__file__ for module in modules}
    seen: set[tuple[str, int]] = set()
    lines: list[str] = []

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in ours:
            return None
        if event == "line":
            place = (frame.f_code.co_filename, frame.f_lineno)
            if place not in seen:
                seen.add(place)
                lines.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
                if len(seen) == kill:
                    os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(None)
