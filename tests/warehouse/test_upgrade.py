"""A program with other views: the writer's file and the published copy follow it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest

from umot.errors import Fatal
from warehouse import Warehouse, manifest, migrate, publish, sql

ROOT = Path(__file__).parents[2]


def test_a_copy_with_older_views_is_published_again_for_readers(stories: Any) -> None:
    copy = stories.warehouse.published
    publish.publish(stories.db, copy)
    assert not publish.outdated(copy)
    with duckdb.connect(str(copy)) as db:
        db.execute("DROP VIEW complaints")
        db.execute("UPDATE schema_versions SET fingerprint = 'older' WHERE version = 0")
        db.execute("UPDATE published_stamp SET stamp = '1-older'")
    assert publish.outdated(copy)
    with stories.warehouse.read() as db:
        assert db.execute("SELECT count(*) FROM complaints").fetchall() == [(0,)]
    assert not publish.outdated(copy)


def test_what_is_published_changes_with_the_views(stories: Any) -> None:
    before = publish.state(stories.db)
    stories.run("UPDATE schema_versions SET fingerprint = 'newer' WHERE version = 0")
    assert publish.state(stories.db) != before


def test_views_of_an_older_program_are_replaced(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as db:
        for version, (name, text) in enumerate(sql.folder("migrations"), start=1):
            migrate.step(db, version, name, text)
        migrate.step(db, migrate.VIEWS, "views", "CREATE VIEW mentions AS SELECT 1 AS brand")
        migrate.migrate(db)
        assert db.execute("SELECT peak_end_gap FROM mentions").fetchall() == []
        assert migrate.versions(db)[migrate.VIEWS] == migrate.fingerprint(migrate.views())


def test_a_process_that_dies_after_migrating_leaves_a_file_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "warehouse" / "umot.duckdb"
    path.parent.mkdir()
    code = f"""
        import os
        import duckdb
        from warehouse import migrate
        db = duckdb.connect({str(path)!r})
        migrate.migrate(db)
        os._exit(9)  # nothing is closed: all is in the write-ahead log only
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert path.with_name("umot.duckdb.wal").stat().st_size > 0
    with Warehouse(tmp_path).write("test") as db:
        for view in ("complaints", "complaint_words", "experience_scores", "zero_moment"):
            db.execute(f"SELECT * FROM {view}").fetchall()


def older(home: Path, version: int) -> Warehouse:
    """A warehouse as an umot of that schema version left it, with a brand in it."""
    warehouse = Warehouse(home)
    warehouse.folder.mkdir(parents=True)
    with duckdb.connect(str(warehouse.path)) as db:
        for number, (name, text) in enumerate(sql.folder("migrations")[:version], start=1):
            migrate.step(db, number, name, text)
        migrate.step(db, migrate.VIEWS, "views", "CREATE VIEW mentions AS SELECT 1 AS brand")
        db.execute("INSERT INTO brands VALUES ('Vlotte Fiets', 'UTC', 'nl')")
    return warehouse


def schema(path: Path) -> tuple[int, list[str]]:
    """The newest migration of a file, and the brands in it."""
    with duckdb.connect(str(path), read_only=True) as db:
        brands = db.execute("SELECT brand FROM brands").fetchall()
        return max(migrate.versions(db)), [row[0] for row in brands]


def test_an_older_warehouse_is_backed_up_before_it_is_migrated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newest = len(sql.folder("migrations"))
    warehouse = older(tmp_path, 1)
    earlier = [f"umot-before-schema-{n}-2025010{n}T000000Z.duckdb" for n in (1, 2)]
    (tmp_path / "backups").mkdir()
    for name in (*earlier, "umot-20250101T000000Z.duckdb"):
        (tmp_path / "backups" / name).write_bytes(b"")
    with warehouse.write("test") as db:
        assert max(migrate.versions(db)) == newest
    assert schema(warehouse.path) == (newest, ["Vlotte Fiets"])
    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert kept[:1] == ["umot-20250101T000000Z.duckdb"]
    (made,) = set(kept[1:]) - {earlier[1]}
    assert made.startswith(f"umot-before-schema-{newest}-")
    assert made in caplog.text
    path = tmp_path / "backups" / made
    assert manifest.check(path).schema_version == 1
    assert schema(path) == (1, ["Vlotte Fiets"])
    caplog.clear()
    with warehouse.write("test"):
        pass
    assert caplog.text == ""


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = sql.folder("migrations")
    warehouse = older(tmp_path, 2)
    broken = [*known, ("9999_broken.sql", "ALTER TABLE brands ADD COLUMN x INTEGER; SELECT nope")]
    folders = {"migrations": broken, "views": sql.folder("views")}
    with monkeypatch.context() as later:
        later.setattr(sql, "folder", folders.get)
        with pytest.raises(Fatal, match=r"stays as it was.*nope"), warehouse.write("test"):
            pass
    assert schema(warehouse.path) == (2, ["Vlotte Fiets"])
    assert len(list((tmp_path / "backups").glob("umot-before-schema-*.duckdb"))) == 1


def test_no_room_for_the_backup_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = older(tmp_path, 2)
    (tmp_path / "backups").write_text("no folder")
    with pytest.raises(Fatal, match="cannot be written"), warehouse.write("test"):
        pass
    assert schema(warehouse.path) == (2, ["Vlotte Fiets"])


@pytest.mark.parametrize("reader", [True, False])
def test_a_newer_warehouse_is_refused_and_left_alone(tmp_path: Path, reader: bool) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.publish()
    for path in (warehouse.path, warehouse.published):
        with duckdb.connect(str(path)) as db:
            db.execute("INSERT INTO schema_versions VALUES (99, 'x', 'x', now())")
            db.execute("UPDATE schema_versions SET fingerprint = 'newer' WHERE version = 0")
    before = warehouse.path.read_bytes()
    opened = warehouse.read() if reader else warehouse.write("test")
    with (
        pytest.raises(Fatal, match=r"schema version 99, this umot knows \d+: upgrade umot"),
        opened,
    ):
        pass
    assert warehouse.path.read_bytes() == before
    assert not (tmp_path / "backups").exists()
