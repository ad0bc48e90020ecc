"""One writer at a time in a DuckLake, on whichever machine it is; what happens to one that dies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.lake_writer import NOW, SIZE, batch
from tests.warehouse.lakes import Postgres
from umot.errors import Retriable
from warehouse import Connection, Warehouse, load, state
from warehouse.homes import LakeHome

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).parent / "lake_writer.py"
BATCHES = 8
ORIGIN = load.Origin("forum", "Vlotte Fiets", "own", b"key")
DOUBLES = """
SELECT 'posts', post_id FROM posts GROUP BY ALL HAVING count(*) > 1 UNION ALL
SELECT 'brands', post_id FROM post_brands GROUP BY post_id, brand HAVING count(*) > 1 UNION ALL
SELECT 'raw', post_id FROM private.raw_items GROUP BY source, post_id HAVING count(*) > 1 UNION ALL
SELECT 'cursors', source FROM private.cursors GROUP BY source HAVING count(*) > 1 UNION ALL
SELECT 'engagement', post_id FROM engagement GROUP BY post_id HAVING count(*) > 1
"""


@pytest.fixture
def machines(lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two data folders on the same lake, with the same key."""
    monkeypatch.setenv("UMOT_WAREHOUSE", lake)
    monkeypatch.setenv("UMOT_AUTHOR_KEY", "a key of 32 characters or more for tests")
    return [tmp_path / "one", tmp_path / "two"]


def process(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def writer(home: Path, seed: int) -> subprocess.Popen[str]:
    started = process(str(WRITER), str(home), str(seed), str(BATCHES))
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n", started.stderr and started.stderr.read()
    return started


def finished(started: subprocess.Popen[str]) -> None:
    _, errors = started.communicate(timeout=300)
    assert started.returncode == 0, errors


def whole(db: Connection) -> None:
    """Every post is there once, with all that belongs to it."""
    assert db.execute(DOUBLES).fetchall() == []
    expected = {post.post_id for number in range(BATCHES) for _, post in batch(number)}
    for table in ("posts", "post_brands", "private.raw_items", "engagement"):
        found = {row[0] for row in db.execute(f"SELECT post_id FROM {table}").fetchall()}
        assert found == expected, table
    assert sorted(state.cursor(db, "forum") or {}) == [str(number) for number in range(BATCHES)]


def store(db: Connection, number: int) -> load.Counts:
    return load.store_batch(db, ORIGIN, batch(number), (), {str(number): True}, NOW)


def test_two_writers_at_once_store_every_post_once_also_when_one_is_killed(
    machines: list[Path],
) -> None:
    one, two = writer(machines[0], 1), writer(machines[1], 2)
    time.sleep(random.Random(7).uniform(0, 1))
    two.kill()
    two.communicate()
    finished(writer(machines[1], 3))
    finished(one)
    with Warehouse(machines[0]).write("test") as db:
        whole(db)
    warehouse = Warehouse(machines[1])
    warehouse.publish()
    with warehouse.read() as db:
        assert db.execute("SELECT count(*) FROM posts").fetchone() == ((BATCHES + 1) * SIZE // 2,)


def test_who_waits_says_for_whom_and_a_killed_writer_leaves_nothing(machines: list[Path]) -> None:
    code = f"""
        import sys, time
        from pathlib import Path
        from warehouse import Warehouse
        with Warehouse(Path({str(machines[0])!r})).transaction("umot import big.csv") as db:
            db.execute("INSERT INTO brands VALUES ('half', 'UTC', 'nl')")
            print("held", flush=True)
            time.sleep(60)
    """
    holder = process("-c", textwrap.dedent(code))
    said: list[str] = []
    waiting = Warehouse(machines[1], notice=said.append)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(Retriable, match=f"busy: pid {holder.pid} on .* .umot import big.csv."),
            waiting.write("test", wait=2.5),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()
    assert len(said) == 1
    assert "waiting for the warehouse" in said[0]
    with waiting.write("test") as db:
        assert db.execute("SELECT count(*) FROM brands WHERE brand = 'half'").fetchone() == (0,)


@pytest.mark.slow
def test_threads_of_one_process_take_turns(machines: list[Path]) -> None:
    warehouse = Warehouse(machines[0])

    def brand(name: str) -> None:
        with warehouse.transaction("test") as db:
            load.save_brand(db, name, "UTC", "nl")

    threads = [threading.Thread(target=brand, args=(f"b{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with warehouse.write("test") as db, warehouse.alone("test"):
        found = db.execute("SELECT count(*) FROM brands WHERE brand LIKE 'b_'").fetchone()
    assert found == (4,)


def end_turn(postgres: Postgres, lake: str) -> None:
    """What a network that breaks does: the session of the lock ends, the writer lives on."""
    database = lake.split("dbname=")[1].split()[0]
    postgres.sql(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_database AS d "
        f"ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = '{database}'"
    )


def overtaken(machines: list[Path], postgres: Postgres, lake: str) -> None:
    """One writer stores a batch, loses its turn, and another stores the same before it is done."""
    one, two = (Warehouse(home) for home in machines)
    with one.transaction("one") as db:
        store(db, 1)
        end_turn(postgres, lake)
        with two.transaction("two") as other:
            assert store(other, 1).new == SIZE


def test_a_writer_who_lost_its_turn_stores_nothing(
    machines: list[Path], postgres: Postgres, lake: str
) -> None:
    with pytest.raises(Retriable, match="turn was lost"):
        overtaken(machines, postgres, lake)
    with Warehouse(machines[0]).transaction("test") as db:
        assert store(db, 1).new == 0
        assert db.execute(DOUBLES).fetchall() == []


@pytest.mark.slow
def test_should_both_come_to_commit_the_later_one_fails(
    machines: list[Path], postgres: Postgres, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LakeHome, "confirm", lambda self: None)  # as if lost right after it
    with pytest.raises(Retriable, match="another writer came between"):
        overtaken(machines, postgres, lake)
    with Warehouse(machines[0]).write("test") as db:
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (SIZE,)
        assert db.execute(DOUBLES).fetchall() == []


@pytest.mark.slow
def test_a_reader_of_the_lake_itself_sees_whole_transactions(
    machines: list[Path], lake: str
) -> None:
    warehouse = Warehouse(machines[0])
    with warehouse.transaction("test") as db:
        store(db, 0)
        home = Warehouse(machines[1]).home
        assert isinstance(home, LakeHome)
        outside: Any = home._attach()
        assert outside.execute("SELECT count(*) FROM lake.posts").fetchone() == (0,)
    assert outside.execute("SELECT count(*) FROM lake.posts").fetchone() == (SIZE,)
    outside.close()
    with pytest.raises(duckdb.ConnectionException):
        outside.execute("SELECT 1")
