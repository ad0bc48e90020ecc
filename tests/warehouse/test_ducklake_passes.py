"""Two machines that monitor the same brand into one DuckLake: real passes of the job, side by side.

What they store together is what one pass alone stores in a DuckDB file, also where one of them
is killed at random moments.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import samples
from tests.test_killing import ANCHOR, TABLES, prepared, published, start
from tests.warehouse.conftest import MAP
from warehouse import Warehouse

pytestmark = pytest.mark.slow
# What is told of places and visits differs from machine to machine.
PLACES = re.compile(r"/[^\s\"',]*/(?=imports/)")
VISITS = ("private.cursors",)


@pytest.fixture(scope="module")
def server() -> Iterator[samples.SampleServer]:
    with samples.SampleServer(ANCHOR) as running:
        yield running


def stored(home: Path) -> dict[str, list[tuple[str, ...]]]:
    """Every row, by table, the same whichever machine stored it."""
    with Warehouse(home).write("test") as db:
        return {
            table: sorted(
                tuple(PLACES.sub("", str(value)) for value in row)
                for row in db.execute(f"SELECT * FROM {table}").fetchall()
            )
            for table in TABLES
            if table not in VISITS
        }


def wait(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=540)
    assert process.returncode == 0, errors


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, server: samples.SampleServer) -> Any:
    """What one pass stores in a file, and how long it takes."""
    home = prepared(tmp_path_factory.mktemp("alone"), server)
    began = time.monotonic()
    wait(start(home))
    found = stored(home)
    assert len(found["posts"]) > 150
    assert found["alerts"]
    return found, time.monotonic() - began


@pytest.fixture
def machines(
    lake: str, tmp_path: Path, server: samples.SampleServer, monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """Two data folders with the same configuration, on one lake."""
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found.append(prepared(tmp_path / name, server))
        os.utime(found[-1] / "imports" / "vlotwiel-reviews.csv", (0, 0))
    monkeypatch.setenv("UMOT_WAREHOUSE", lake)
    return found


def same(
    found: dict[str, list[tuple[str, ...]]], expected: dict[str, list[tuple[str, ...]]]
) -> None:
    for table, rows in expected.items():
        if table != "active":  # the lake of the tests knows a map of its own besides
            other = Counter(row for row in found[table] if row[0] != MAP.version)
            lost, more = Counter(rows) - other, other - Counter(rows)
            # A few of them: pytest would compare thousands of long texts for minutes.
            few = [str(row)[:200] for part in (lost, more) for row in sorted(part.elements())[:3]]
            assert (lost.total(), more.total()) == (0, 0), (table, few)


def test_two_passes_at_once_store_what_one_does(machines: list[Path], alone: Any) -> None:
    running = [start(home) for home in machines]
    for process in running:
        wait(process)
    same(stored(machines[0]), alone[0])
    for home in machines:
        assert published(home) == len(alone[0]["posts"])


@pytest.mark.parametrize("seed", range(3))
def test_also_where_one_is_killed_at_random_points(
    seed: int, machines: list[Path], alone: Any
) -> None:
    chooser = random.Random(seed)
    expected, seconds = alone
    other = start(machines[0])
    killed = 0
    for _ in range(4):
        process = start(machines[1])
        try:
            process.communicate(timeout=chooser.uniform(0, 2 * seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
    wait(other)
    wait(start(machines[1]))
    print(killed, "killed in the middle")  # pytest -rP shows it
    same(stored(machines[1]), expected)
    for home in machines:
        Warehouse(home).publish()
        assert published(home) == len(expected["posts"])
