"""A team reads while one writes, and whatever is killed or finds no room leaves all whole.

The short forms take seconds; the long ones are what the issue asks for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")  # SIGKILL is the same there, and no other program's disk is waited for


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder, in memory where that can be had."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder) / "home"


def treadmill(what: str, home: Path, *numbers: int) -> dict[str, Any]:
    """What the processes say in the end."""
    command = [sys.executable, str(Path(__file__).parent / "treadmill.py"), what, str(home)]
    done = subprocess.run(
        [*command, *map(str, numbers)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("readers", "seconds"), [(2, 3), pytest.param(8, 300, marks=pytest.mark.slow)]
)
def test_readers_never_wait_and_see_whole_copies_only(
    home: Path, readers: int, seconds: int
) -> None:
    told = treadmill("endure", home, readers, seconds)
    assert told["failed"] == 0
    assert told["writer"]["stored"] == told["writer"]["published"] > 0
    for number in range(readers):
        assert told[f"reader{number}"]["reads"] > 0


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_a_writer_killed_at_random_points_loses_and_doubles_nothing(home: Path, kills: int) -> None:
    told = treadmill("kill", home, kills, 7)
    assert told["storing"] + told["publishing"] + told["idle"] == kills
    if kills >= 200:
        assert told["storing"] > 20
        assert told["publishing"] > 20
    assert not [name for name in told["left"] if ".new" in name]


def test_a_full_disk_is_said_and_leaves_the_last_good_copy(home: Path) -> None:
    told = treadmill("full", home)
    for name in ("store-4096", "publish-0", "publish-300000"):
        assert told[name].startswith("Retriable: the disk is full"), told
        assert "Make room" in told[name]
