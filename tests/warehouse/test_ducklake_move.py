"""Moving a warehouse into a DuckLake and back: the very same rows, and all goes on from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.conftest import Stories
from umot.errors import Fatal
from warehouse import Warehouse, manifest, moving

ROOT = Path(__file__).parents[2]


def contents(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Rows and checksum of each table that holds what was stored."""
    with warehouse.write("test") as db:
        kept = set(moving.tables(db)) - {'"private"."changes"'}
        return {
            one.table: (one.rows, one.checksum)
            for one in manifest.contents(db)
            if one.table in kept
        }


def umot(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from umot.cli.main import run; run()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "UMOT_HOME": str(home), **variables},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def filled(empty_home: Path, tmp_path: Path) -> Warehouse:
    """A warehouse in a file with a few posts and a cursor."""
    home = shutil.copytree(empty_home, tmp_path / "home")
    warehouse = Warehouse(home, place="file")
    with warehouse.write("test") as db:
        stories = Stories(warehouse, db)
        stories.tell("a", "2026-03-01 12:00", (0.5, "ride"), (-0.9, "delivery", "Te láát 🚲"))
        stories.tell("b", "2026-03-02 12:00", (0.8, "ride"), rating=4.5, attributes={"app": "2"})
        stories.tell("c", "2026-03-03 12:00")
        db.execute("INSERT INTO private.cursors VALUES ('forum', '{\"page\": 3}', now())")
    return warehouse


def test_into_a_lake_and_back_without_a_difference(
    filled: Warehouse, empty_lake: Callable[[], str], tmp_path: Path
) -> None:
    place = empty_lake()
    home = filled.folder.parent
    lake = Warehouse(home, place=place)
    before = contents(filled)
    counts = moving.move(filled, lake)
    assert counts['"main"."posts"'] == 3
    assert contents(lake) == before
    assert lake.publish()
    with pytest.raises(Fatal, match="holds posts already"):
        moving.move(filled, lake)
    with pytest.raises(Fatal, match="already"):
        moving.move(lake, Warehouse(home, place=place))
    back = Warehouse(tmp_path / "back", place="file")
    (tmp_path / "back").mkdir()
    moving.move(lake, back)
    assert contents(back) == before


@pytest.mark.slow
def test_a_copy_that_dies_leaves_an_empty_place(
    filled: Warehouse, empty_lake: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Warehouse(filled.folder.parent, place=empty_lake())
    with monkeypatch.context() as patch:
        patch.setattr(moving, "tables", lambda db: ['"main"."posts"', '"main"."sentiments"'])
        patch.setattr(moving, "check", broken)
        with pytest.raises(Fatal, match="did not arrive whole"):
            moving.move(filled, lake)
    assert moving.move(filled, lake)['"main"."posts"'] == 3


def broken(source: Any, target: Any, table: str) -> int:
    if table == '"main"."sentiments"':
        target.execute("DELETE FROM sentiments")
    return CHECK(source, target, table)


CHECK = moving.check


@pytest.mark.slow
def test_the_commands_say_where_the_warehouse_is(
    filled: Warehouse, empty_lake: Callable[[], str]
) -> None:
    home, place = filled.folder.parent, empty_lake()
    moved = umot(home, "move", place)
    assert moved.returncode == 0, moved.stderr
    assert '"main"."posts"\t3' in moved.stdout
    assert f'next: UMOT_WAREHOUSE="{place}"' in moved.stderr
    found = umot(home, "doctor", UMOT_WAREHOUSE=place)
    assert "DuckLake in Postgres" in found.stdout
    filled.path.unlink()
    asked = umot(
        home,
        "sql",
        "SELECT post_id FROM mentions ORDER BY ALL",
        "--format",
        "csv",
        UMOT_WAREHOUSE=place,
    )
    assert asked.returncode == 1, "not published yet"
    Warehouse(home, place=place).publish()
    asked = umot(
        home,
        "sql",
        "SELECT post_id FROM mentions ORDER BY ALL",
        "--format",
        "csv",
        UMOT_WAREHOUSE=place,
    )
    assert asked.stdout.split() == ["post_id", "forum:a", "forum:b", "forum:c"]
    wrong = umot(home, "doctor", UMOT_WAREHOUSE="ducklake:here")
    assert "must be empty or like" in wrong.stdout + wrong.stderr
