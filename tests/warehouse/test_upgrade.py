"""A program with other views: the writer's file and the published copy follow it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb

from warehouse import Warehouse, migrate, publish, sql

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
    code = f"""
        import os
        from pathlib import Path
        from warehouse import Warehouse
        with Warehouse(Path({str(tmp_path)!r})).write("test") as db:
            os._exit(9)  # nothing is closed: all is in the write-ahead log only
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert (tmp_path / "warehouse" / "umot.duckdb.wal").stat().st_size > 0
    with Warehouse(tmp_path).write("test") as db:
        for view in ("complaints", "complaint_words", "experience_scores", "zero_moment"):
            db.execute(f"SELECT * FROM {view}").fetchall()
