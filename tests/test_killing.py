"""Killing the job with SIGKILL at many moments: run again, the warehouse is as after one clean run.

The sample brand is served over real HTTP; the model is a fast one, for it is the storing that is
tried here. Through Prefect: tests/flows/test_killed.py.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import samples
from warehouse import Warehouse

ROOT = Path(__file__).parents[1]
PLUGIN = Path(__file__).parent / "flows" / "plugin"
ANCHOR = datetime(2026, 3, 10, 19, tzinfo=UTC)
# All that is stored but the visits, which differ between runs.
TABLES = (
    "posts",
    "post_brands",
    "sentiments",
    "moment_readings",
    "engagement",
    "rejects",
    "alerts",
    "touchpoints",
    "active",
    "private.raw_items",
    "private.cursors",
    "private.rejected_items",
)


@pytest.fixture(scope="module")
def server() -> Iterator[samples.SampleServer]:
    with samples.SampleServer(ANCHOR) as running:
        yield running


def prepared(home: Path, server: samples.SampleServer) -> Path:
    samples.write_home(home, server.url, ANCHOR, anchor=ANCHOR)
    config = home / "umot.toml"
    # Alerts come easily, for the model knows few bad words and alerts are to be tried too.
    rules = "floor = 1\nratio = 1.01\ntimes = 0.01\nhours = 72"
    more = f'[model]\nname = "test-words"\n[alerts.viral_negative]\n{rules}\n'
    config.write_text(f"{config.read_text('utf-8')}\n{more}", "utf-8")
    os.utime(home / "imports" / "vlotwiel-reviews.csv", (0, 0))  # its age is in the cursor
    (home / "author.key").write_text("a key of 32 characters or more for tests")
    return home


def start(home: Path) -> subprocess.Popen[str]:
    """A pass in a process of its own, past its imports."""
    environment = {
        **os.environ,
        **samples.CREDENTIALS,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(PLUGIN)]),
        "UMOT_HOME": str(home),
    }
    command = [
        sys.executable,
        str(ROOT / "tests" / "driver.py"),
        str(home),
        ANCHOR.isoformat(),
    ]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
    return process


def finish(home: Path) -> float:
    """A whole pass; returns its seconds."""
    process = start(home)
    started = time.monotonic()
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return time.monotonic() - started


def stored(home: Path) -> dict[str, list[tuple[str, ...]]]:
    with Warehouse(home).write("test") as db:
        return {
            table: sorted(
                tuple(str(value).replace(str(home), "HOME") for value in row)
                for row in db.execute(f"SELECT * FROM {table}").fetchall()
            )
            for table in TABLES
        }


def published(home: Path) -> int:
    with Warehouse(home).read() as db:
        row = db.execute("SELECT count(*) FROM mentions").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def clean(
    tmp_path_factory: pytest.TempPathFactory, server: samples.SampleServer
) -> tuple[dict[str, list[tuple[str, ...]]], float]:
    """What one clean run stores, and how long it takes."""
    home = prepared(tmp_path_factory.mktemp("clean"), server)
    seconds = finish(home)
    found = stored(home)
    assert len(found["posts"]) > 150
    assert len(found["sentiments"]) > 150
    assert found["alerts"]
    assert published(home) == len(found["posts"])
    finish(home)
    assert stored(home) == found, "a second run must add nothing"
    return found, seconds


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_killed_at_five_random_points_and_run_again(
    seed: int, tmp_path: Path, server: samples.SampleServer, clean: tuple[Any, float]
) -> None:
    expected, seconds = clean
    chooser = random.Random(seed)
    home = prepared(tmp_path, server)
    for kill in range(5):
        process = start(home)
        time.sleep(chooser.uniform(0, seconds / (kill + 1)))
        process.kill()
        process.communicate()
    finish(home)
    found = stored(home)
    for table, rows in expected.items():
        assert found[table] == rows, table
    assert published(home) == len(expected["posts"])
