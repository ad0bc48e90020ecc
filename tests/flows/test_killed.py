"""`kill -9` in the middle of a run through Prefect, without a server of one's own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .conftest import NOW, Answer, Platform, for_processes, posts

pytestmark = pytest.mark.slow
RUN = f"""
import sys
from datetime import datetime
from pathlib import Path
from flows.environment import prepare
home = Path(sys.argv[1])
prepare(home)
from flows.monitor import run_monitor
report = run_monitor(home, [], datetime.fromisoformat("{NOW.isoformat()}"))
sys.exit(len(report.failures))
"""


def command(home: Path) -> list[str]:
    return [sys.executable, "-c", RUN, str(home)]


def content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that readers see of posts and readings, but for the order in which they came."""
    with duckdb.connect(str(home / "warehouse" / "published.duckdb"), read_only=True) as db:
        return {
            table: db.execute(
                f"SELECT COLUMNS(name -> name <> 'number') FROM {table} ORDER BY ALL"
            ).fetchall()
            for table in ("posts", "post_brands", "sentiments", "moments")
        }


def kill_when(condition: Callable[[], bool], home: Path, **variables: str) -> None:
    """Start a run and kill it as soon as it is where it should be."""
    run = subprocess.Popen(command(home), env=for_processes(**variables))
    ends = time.monotonic() + 150
    while not condition():
        assert run.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL


def classifying(home: Path) -> bool:
    """Whether the warehouse is being classified."""
    try:
        holder = json.loads((home / "warehouse" / "writer.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(holder["command"] == "umot classify")


def test_killed_twice_it_ends_as_a_clean_run(
    home: Path,
    sources: Callable[..., None],
    platform: Platform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UMOT_AUTHOR_KEY", "the same for both folders")
    slow = Answer(posts=posts("b"), seconds=60)
    sources(quick=[Answer(posts=posts("a"))], slow=[slow, Answer(posts=posts("b"))])

    kill_when(lambda: "/slow" in platform.asked, home)  # while a source is being read
    kill_when(lambda: classifying(home), home, UMOT_TEST_READING="60")
    started = time.monotonic()
    subprocess.run(command(home), env=for_processes(), check=True, timeout=200)
    # The killed runs' slot did not have to time out, and no server of theirs is left.
    assert time.monotonic() - started < 150
    assert not [path for path in Path("/proc").glob("[0-9]*") if serves(path, home)]

    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "umot.toml").write_bytes((home / "umot.toml").read_bytes())
    subprocess.run(command(clean), env=for_processes(), check=True, timeout=200)
    assert content(home) == content(clean)
    assert len(content(home)["posts"]) == 4


def serves(process: Path, home: Path) -> bool:
    """Whether a process is a Prefect server of this folder."""
    try:
        return f"PREFECT_HOME={home}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False
