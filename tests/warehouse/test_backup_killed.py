"""Killed with SIGKILL at one line after another, backup and restore leave nothing half done.

Each of the processes that are killed has a data folder of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.dying_lines import ROOT, child
from tests.warehouse.conftest import Stories
from warehouse import Warehouse, backup, manifest, restore
from warehouse.forget import opened

NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
SAVED = "saved.duckdb"
WRITER = """
    import os, sys
    from pathlib import Path
    from warehouse import Warehouse

    with Warehouse(Path(sys.argv[1])).write("test") as db:
        db.execute("INSERT INTO brands VALUES ('late', 'UTC', 'nl')")
        os._exit(9)
"""
CHILD = """
    import json, shutil, sys
    from datetime import UTC, datetime
    from functools import partial
    from pathlib import Path

    from tests.dying_lines import dying, fork
    from warehouse import Warehouse, backup, connect, files, manifest, restore

    what, folder, wanted = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    now = datetime(2026, 3, 10, 20, tzinfo=UTC)

    def done(home, kill):
        warehouse = Warehouse(home)
        with dying((backup, connect, files, manifest, restore), kill) as lines:
            if what == "backup":
                backup.backup(warehouse, home / "backups" / "umot-new.duckdb", now=now)
            else:
                restore.restore(warehouse, home / "saved.duckdb", now=now, force=True)
        (home / "lines.json").write_text(json.dumps(lines))

    for kill in wanted:
        shutil.copytree(folder / "told", folder / str(kill))
        fork(partial(done, folder / str(kill), kill), killed=kill > 0)
"""


@pytest.fixture(scope="module")
def told(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder ``told``: two posts, and a backup with only the first."""
    folder = tmp_path_factory.mktemp("killed")
    home = folder / "told"
    shutil.copytree(empty_home, home)
    warehouse = Warehouse(home)
    with warehouse.write("test") as db:
        Stories(warehouse, db).tell("a", "2026-02-01 10:00", (0.9, "ride"))
    backup.backup(warehouse, home / SAVED, now=NOW)
    with warehouse.write("test") as db:
        Stories(warehouse, db).tell("b", "2026-03-01 10:00", (-0.9, "delivery"))
    # A row that only the write-ahead log of the old warehouse has: its writer was killed.
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(home)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert (home / "warehouse" / "umot.duckdb.wal").stat().st_size > 0
    return folder


def killed(what: str, folder: Path, lines: list[int]) -> None:
    """Do it once for each number, killed at that many different lines; 0 is to the end."""
    child(CHILD, what, str(folder), json.dumps(lines))


def posts(path: Path) -> tuple[list[str], bool]:
    """The posts of a warehouse as it lies there, all of it read, and whether the late row is in."""
    with opened(path) as db:
        assert manifest.contents(db)
        found = [row[0] for row in db.execute("SELECT post_id FROM posts ORDER BY 1").fetchall()]
        late = db.execute("SELECT count(*) FROM brands WHERE brand = 'late'").fetchone()
    return found, late == (1,)


OLD, NEW = (["forum:a", "forum:b"], True), (["forum:a"], False)


def chosen(folder: Path, names: tuple[str, ...]) -> list[int]:
    """At which lines to kill: those of the functions named, or every one."""
    lines = json.loads((folder / "0" / "lines.json").read_text("utf-8"))
    return [
        number for number, line in enumerate(lines, start=1)
        if not names or line.split(":")[0] in names
    ]  # fmt: skip


@pytest.mark.parametrize(
    "names", [("put", "keep", "secure"), pytest.param((), marks=pytest.mark.slow)]
)
def test_a_killed_restore_leaves_the_old_warehouse_or_the_new_one(
    told: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    shutil.copytree(told / "told", tmp_path / "told")
    killed("restore", tmp_path, [0])
    assert posts(tmp_path / "0" / "warehouse" / "umot.duckdb") == NEW
    lines = chosen(tmp_path, names)
    assert len(lines) >= (10 if names else 100)
    killed("restore", tmp_path, lines)
    found = []
    for line in lines:
        warehouse = Warehouse(tmp_path / str(line))
        found.append(posts(warehouse.path))
        assert found[-1] in (OLD, NEW), line
    # First the old one, from some line on the new one.
    assert found == sorted(found, key=lambda one: one == NEW)
    assert OLD in found
    assert NEW in found
    last = Warehouse(tmp_path / str(lines[-1]))
    restore.restore(last, last.folder.parent / SAVED, now=NOW, force=True)
    assert posts(last.path) == NEW
    assert list(last.folder.glob("*.new*")) == []


@pytest.mark.parametrize("names", [("copy", "secure"), pytest.param((), marks=pytest.mark.slow)])
def test_a_killed_backup_leaves_a_whole_one_or_none(
    told: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    shutil.copytree(told / "told", tmp_path / "told")
    killed("backup", tmp_path, [0])
    lines = chosen(tmp_path, names)[:: 1 if not names else 3]
    killed("backup", tmp_path, lines)
    whole = 0
    for line in lines:
        home = tmp_path / str(line)
        for path in (home / "backups").glob("*.duckdb"):
            manifest.check(path)
            whole += 1
        assert posts(home / "warehouse" / "umot.duckdb") == OLD
    assert whole < len(lines)
