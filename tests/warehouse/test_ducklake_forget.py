"""Erasing in a DuckLake: no file of it, no table of its catalogue keeps a word of what went."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.warehouse.lakes import Postgres
from umot import forgetting
from umot.forgetting import job
from umot.pipeline import Monitor
from umot.post import Engagement, Post, RawItem
from warehouse import Warehouse, load, tombstones

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "zzyzx-van-der-kwartel"
WORDS = (NAME, "kwartelstroop", "geplette wafels")
CONFIG = '[brand]\nname = "Vlotte Fiets"\n'


def post(number: int, body: str, author: str, **other: object) -> Post:
    values = {"author": author, "posted_at": NOW, "url": f"https://forum.example/{author}/{number}"}
    return Post("forum", str(number), body, engagement=Engagement(NOW, likes=number),
                **{**values, **other})  # type: ignore[arg-type]  # fmt: skip


def store(warehouse: Warehouse, *posts: Post) -> None:
    pairs = [
        (RawItem({"by": one.author, "body": one.body}, NOW, f"item {one.native_id}"), one)
        for one in posts
    ]
    origin = load.Origin(
        "forum", "Vlotte Fiets", "own", b"a key of 32 characters or more for tests"
    )
    with warehouse.transaction("test") as db:
        load.store_batch(db, origin, pairs, (), {"seen": len(posts)}, NOW)


def killed_before_its_commit(home: Path) -> None:
    """A writer that leaves files which no state of the lake knows."""
    code = f"""
        import os, signal
        from pathlib import Path
        from warehouse import Warehouse
        with Warehouse(Path({str(home)!r})).transaction("test") as db:
            db.execute("INSERT INTO posts SELECT * REPLACE (post_id || 'x' AS post_id) FROM posts")
            db.execute("INSERT INTO posts SELECT * REPLACE (post_id || 'y' AS post_id) FROM posts")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def holders(word: str, *folders: Path) -> list[str]:
    """The files that hold a word, in any of the ways it may be written."""
    ways = [word.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    ways.append(json.dumps(word)[1:-1].encode())
    return sorted(
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        # Postgres's log of what it is writing is its own: docs/outgrowing.md says so.
        if path.is_file() and "pg_wal" not in path.parts
        if any(way in path.read_bytes() for way in ways)
    )


@pytest.mark.slow
def test_no_file_and_no_table_keeps_a_word(
    lake: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_WAREHOUSE", lake)
    monkeypatch.setenv("UMOT_AUTHOR_KEY", "a key of 32 characters or more for tests")
    home = tmp_path / "home"
    home.mkdir()
    (home / "umot.toml").write_text(CONFIG)
    data, database = Path(lake.split("data=")[1]), lake.split("dbname=")[1].split()[0]
    warehouse = Warehouse(home)
    # More than DuckLake keeps in Postgres, and less; the least and the greatest text of all.
    mine = [
        post(number, f"{sign} kwartelstroop {number}", NAME)
        for number, sign in enumerate(["!"] * 14 + ["zz"] * 14)
    ]
    others = [post(number, f"Prima fiets {number}.", "anna") for number in range(100, 120)]
    store(warehouse, *mine, *others)
    store(warehouse, post(50, "kwartelstroop en geplette wafels", NAME))
    store(warehouse, replace(mine[0], body="kwartelstroop, verbeterd"))
    warehouse.publish()
    killed_before_its_commit(home)
    postgres.sql("CHECKPOINT", database)
    for word in WORDS:
        assert holders(word, data), word
    monitor = Monitor.open(home)
    with forgetting.alone(home, wait=0):
        request = job.asked(monitor, NOW, author=NAME, platform="forum")
        proof = forgetting.carry_out(monitor, request, NOW)
    postgres.sql("CHECKPOINT", database)
    for word in WORDS:
        assert holders(word, home, data, postgres.folder) == [], word
        assert word not in postgres.run("pg_dump", database=database)
    assert json.loads(proof.read_text("utf-8"))["rows_by_table"]["posts"] == len(mine) + 1
    with warehouse.write("test") as db:
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (len(others),)
        assert db.execute("SELECT count(*) FROM private.lake_stones").fetchone() != (0,)
    with warehouse.read() as db:
        assert db.execute("SELECT count(*) FROM mentions").fetchone() == (len(others),)
    again = tombstones.Gate(home, b"a key of 32 characters or more for tests")
    assert not again.lets(mine[3])
