"""Ad-hoc SQL: one reading statement, on the published copy, in a child process that is caged.

DuckDB's own locks are not enough (a huge string runs past its memory limit and its interrupt), so
the statement runs in a process of its own with a limit on its memory and a timer that kills it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from umot.errors import Fatal


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may use."""

    seconds: float = 30.0
    memory: int = 1_000_000_000  # bytes
    rows: int = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement; `truncated` where there were more than the limit."""

    table: pa.Table
    truncated: bool


def ask(published: Path, statement: str, limits: Limits | None = None) -> Answer:
    """Run one SELECT-like statement. Raises `Fatal` with DuckDB's reason, or that of a limit."""
    limits = limits or Limits()
    if not published.exists():
        raise Fatal("nothing has been published yet; collect or import posts first")
    with tempfile.TemporaryDirectory(prefix="umot-sql-") as folder:
        target = Path(folder) / "answer.arrow"
        request = {
            "database": str(published),
            "statement": statement,
            "target": str(target),
            "memory": limits.memory,
            "rows": limits.rows,
        }
        # No variable of ours reaches the child: the environment may hold secrets.
        clean = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        command = [sys.executable, "-I", str(Path(__file__).with_name("cage.py"))]
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the statement is its input
                command,
                input=json.dumps(request),
                capture_output=True,
                text=True,
                timeout=limits.seconds,
                env=clean,
                cwd=folder,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Fatal(f"the statement took longer than {limits.seconds:g} s") from error
        if done.returncode:
            raise Fatal(
                reason(done.returncode, done.stderr, limits).replace(str(published), "umot")
            )
        with pa.OSFile(str(target)) as file:
            table = pa.ipc.open_file(file).read_all()
    return Answer(table.slice(0, limits.rows), table.num_rows > limits.rows)


def reason(code: int, stderr: str, limits: Limits) -> str:
    """Why the child ended badly, in words for the person who asked."""
    lines = stderr.strip().splitlines()
    if code == 3 and lines:
        return "\n".join(lines)
    if code < 0 or "MemoryError" in stderr or "bad_alloc" in stderr:
        return f"the statement needed more than {limits.memory // 10**6} MB of memory"
    return f"the statement failed: {lines[-1] if lines else f'exit code {code}'}"
