"""Ad-hoc SQL: one reading statement, on the published copy, in a child process that is caged.

DuckDB's own locks are not enough (a huge string runs past its memory limit and its interrupt), so
the statement runs in a process of its own with a limit on its memory and a timer that kills it.
"""

from __future__ import annotations

import json
import mmap
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from umot.errors import Fatal
from warehouse import cage

GRACE = 2.0  # seconds more that a child has which lost its parent
# An absolute path, as far as a message could hold one.
PATH = re.compile(r"(?<![\w./])/(?:[^\s'\"/()]+/)+[^\s'\"/(),;:]*")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may use."""

    seconds: float = 30.0
    memory: int = 1_000_000_000  # bytes, of the statement and of its answer each
    rows: int = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement; `truncated` where there were more than the limit."""

    table: pa.Table
    truncated: bool


def ask(published: Path, statement: str, limits: Limits | None = None) -> Answer:
    """Run one SELECT-like statement; Ctrl-C ends it and is raised again.

    Raises `Fatal` with DuckDB's reason, or that of a limit.
    """
    limits = limits or Limits()
    if not statement.isascii() and statement != statement.encode("utf-8", "replace").decode():
        raise Fatal("the statement is not UTF-8 text")
    if not published.exists():
        raise Fatal("nothing has been published yet; collect or import posts first")
    request = {
        "database": str(published),
        "statement": statement,
        "seconds": limits.seconds + GRACE,
        "memory": limits.memory,
        "rows": limits.rows,
    }
    # The file has no name, so nothing stays behind whoever is killed.
    with tempfile.TemporaryFile(prefix="umot-sql-") as file:
        code = run(request, file, limits)
        if code:
            raise Fatal(reason(code, file, statement, limits))
        # Mapped, not read: a large answer costs memory only where it is looked at.
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    table = pa.ipc.open_stream(pa.py_buffer(mapped)).read_all()
    return Answer(table.slice(0, limits.rows), table.num_rows > limits.rows)


def run(request: dict[str, Any], file: IO[bytes], limits: Limits) -> int:
    """The child's exit code; its rows or its reason are in `file`."""
    command = [sys.executable, "-I", str(Path(cage.__file__))]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the statement is its input
            command,
            input=json.dumps(request).encode("ascii"),
            stdout=file,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            env={},  # no variable of ours reaches the child: some are secrets
            cwd="/",
            start_new_session=True,  # the terminal's Ctrl-C is ours; we end the child ourselves
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    return done.returncode


def reason(code: int, file: IO[bytes], statement: str, limits: Limits) -> str:
    """Why the child ended badly, in words for the person who asked."""
    megabytes = f"{limits.memory / 10**6:,.0f} MB"
    if code == cage.REFUSED:
        file.seek(0)
        told = file.read(4 * cage.MESSAGE).decode("utf-8", "replace").strip()
        return PATH.sub(lambda found: found[0] if found[0] in statement else "…", told)
    if code == -signal.SIGALRM:
        return f"the statement took longer than {limits.seconds:g} s"
    if code == cage.TOO_LARGE:
        return f"the answer is larger than {megabytes}; ask for fewer rows or columns"
    if code == cage.NO_DISK:
        return "there is no room on the disk for the answer"
    if code == cage.MEMORY or code in (-signal.SIGABRT, -signal.SIGKILL):
        return f"the statement needed more than {megabytes} of memory"
    return f"the statement made its process fail (code {code}); nothing else is harmed"
