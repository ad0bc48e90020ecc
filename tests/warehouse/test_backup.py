"""Backups are whole and checked, and nothing of others is overwritten."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.warehouse.backed_up import NOW, SAVED, held
from umot.errors import Fatal
from warehouse import Warehouse, backup, files, load, manifest, sql
from warehouse.forget import opened

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(backed_up: Path, tmp_path: Path) -> Path:
    """The same, for one test to change, without a backup."""
    shutil.copytree(backed_up, tmp_path / "brand", ignore=shutil.ignore_patterns("backups"))
    return tmp_path / "brand"


@pytest.fixture
def saved(backed_up: Path, home: Path) -> Path:
    """That backup, in that folder."""
    (home / "backups").mkdir()
    return Path(shutil.copy(backed_up / "backups" / SAVED, home / "backups" / SAVED))


def test_a_backup_is_the_whole_warehouse_and_only_for_its_owner(home: Path) -> None:
    warehouse = Warehouse(home)
    said: list[tuple[str, int, int | None]] = []
    path = backup.place(None, home, NOW)
    made = backup.backup(warehouse, path, now=NOW, progress=lambda *told: said.append(told))
    assert made.path == home / "backups" / SAVED
    assert made.size == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert held(path) == held(warehouse.path)
    assert made.manifest == manifest.check(path)
    assert (made.manifest.made_at, made.manifest.schema_version) == (
        NOW,
        len(sql.folder("migrations")),
    )
    counts = {one.table: one.rows for one in made.manifest.contents}
    assert counts['"main"."posts"'] == counts['"private"."raw_items"'] == 3
    assert made.manifest.rows == sum(counts.values())
    assert {what for what, _, _ in said} == {"counting", "copying (MB)", "checking"}
    assert all(done <= (total or 0) for _, done, total in said)


def test_a_backup_has_what_a_killed_writer_left_in_the_log(home: Path) -> None:
    die_after_writing(home, "late")
    assert (home / "warehouse" / "umot.duckdb.wal").stat().st_size > 0
    made = backup.backup(Warehouse(home), home / "a.duckdb", now=NOW)
    with opened(made.path, read_only=True) as db:
        found = db.execute("SELECT brand FROM brands ORDER BY 1").fetchall()
    assert ("late",) in found


def die_after_writing(home: Path, brand: str) -> None:
    """Write a row and die: it is in the write-ahead log only."""
    code = f"""
        import os
        from pathlib import Path
        from warehouse import Warehouse
        with Warehouse(Path({str(home)!r})).write("test") as db:
            db.execute("INSERT INTO brands VALUES ('{brand}', 'UTC', 'nl')")
            os._exit(9)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9


def test_a_backup_waits_its_turn_and_writers_go_on_while_it_is_checked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = backup.check
    wrote = []

    def check(path: Path, progress: manifest.Progress) -> manifest.Manifest:
        with Warehouse(home).transaction("test", wait=0.1) as db:
            load.save_brand(db, "meanwhile", "UTC", "nl")
        wrote.append(path)
        return checked(path, progress)

    monkeypatch.setattr(backup, "check", check)
    made = backup.backup(Warehouse(home), home / "a.duckdb", now=NOW)
    assert wrote
    with opened(made.path, read_only=True) as db:
        assert db.execute("SELECT count(*) FROM brands").fetchall() == [(1,)]


def test_nothing_is_overwritten_and_a_failure_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(home)
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(Fatal, match="exists already"):
        backup.backup(warehouse, target, now=NOW)
    assert target.read_text() == "mine"
    with pytest.raises(Fatal, match="nothing to back up"):
        backup.backup(Warehouse(tmp_path / "none"), tmp_path / "x.duckdb", now=NOW)

    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(files, "secure", full)
        with pytest.raises(Fatal, match="No space left"):
            backup.backup(warehouse, home / "backups" / "umot-1.duckdb", now=NOW)
    assert list((home / "backups").iterdir()) == []
    with monkeypatch.context() as small:
        small.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 8, 1))  # type: ignore[attr-defined]
        with pytest.raises(Fatal, match="GB is needed"):
            backup.backup(warehouse, home / "backups" / "umot-1.duckdb", now=NOW)


def test_only_our_own_dated_backups_are_pruned_and_never_the_newest(tmp_path: Path) -> None:
    others = ["umot-latest.duckdb", "notes.txt", "umot-20260101T000000Z.duckdb.copy"]
    dated = [f"umot-2026010{day}T000000Z.duckdb" for day in range(1, 6)]
    for name in [*others, *dated]:
        (tmp_path / name).write_text("x")
    gone = backup.prune(tmp_path, 2, tmp_path / dated[0])  # a clock that was set back
    assert [path.name for path in gone] == dated[1:4]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*others, dated[0], dated[4]}


def test_dated_names_do_not_collide(tmp_path: Path) -> None:
    first = backup.place(tmp_path, tmp_path, NOW)
    first.write_text("x")
    assert backup.place(tmp_path, tmp_path, NOW).name == "umot-20260310T190001Z.duckdb"
    assert backup.place(tmp_path / "a.duckdb", tmp_path, NOW) == tmp_path / "a.duckdb"


def test_a_manifest_follows_an_erasure(saved: Path) -> None:
    with opened(saved) as db:
        db.begin()
        db.execute("DELETE FROM posts WHERE post_id = 'forum:a'")
        manifest.reseal(db)
        db.commit()
    counts = {one.table: one.rows for one in manifest.check(saved).contents}
    assert counts['"main"."posts"'] == 2


def test_leftovers_of_killed_backups_go(home: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    own = home / "backups"
    for folder in (shared, own):
        folder.mkdir()
        (folder / ".umot-20260101T000000Z.duckdb.part").write_text("half")
    now = datetime.now(UTC)
    for folder in (shared, own):
        backup.backup(Warehouse(home), backup.place(folder, home, now), now=now)
    assert len(list(shared.glob(".*"))) == 1  # it may be being written by another machine
    assert list(own.glob(".*")) == []
    backup.remove_leftovers(Warehouse(home), shared, now + timedelta(days=2))
    assert list(shared.glob(".*")) == []
