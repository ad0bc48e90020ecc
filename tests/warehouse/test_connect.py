"""One writer at a time, readers on the published copy, publishing all or nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import duckdb
import pytest

from umot.errors import Fatal, Retriable
from warehouse import Warehouse, load, migrate, publish

ROOT = Path(__file__).parents[2]


def brand(warehouse: Warehouse, name: str) -> None:
    with warehouse.transaction("test") as db:
        load.save_brand(db, name, "Europe/Amsterdam", "nl")


def brands(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as db:
        return [row[0] for row in db.execute("SELECT brand FROM brands ORDER BY 1").fetchall()]


def holder(home: Path) -> subprocess.Popen[str]:
    """Another process that keeps the writer's lock until it is killed."""
    code = f"""
        import sys, time
        from pathlib import Path
        from warehouse import Warehouse
        with Warehouse(Path({str(home)!r})).transaction("umot import big.csv") as db:
            db.execute("INSERT INTO brands VALUES ('half', 'UTC', 'nl')")
            print("held", flush=True)
            time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_waiting_writer_says_for_whom_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    waiting = Warehouse(tmp_path, notice=said.append)
    process = holder(tmp_path)
    try:
        with (
            pytest.raises(Retriable, match=f"pid {process.pid} .umot import big.csv."),
            waiting.write("test", wait=2.5),
        ):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(said) == 1
    assert "waiting for the warehouse" in said[0]
    brand(waiting, "after")
    waiting.publish()
    assert brands(waiting.published) == ["after"]


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    threads = [threading.Thread(target=brand, args=(warehouse, f"b{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    warehouse.publish()
    assert len(brands(warehouse.published)) == 8


def test_readers_are_told_when_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="umot import"), Warehouse(tmp_path).read():
        pass


def test_a_published_copy_has_everything_but_what_is_private(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    brand(warehouse, "Vlotte Fiets")
    assert warehouse.publish()
    with warehouse.read() as db, warehouse.write("test") as own:
        kinds = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
        theirs = {row[0] for row in db.execute(kinds).fetchall()}
        ours = {row[0] for row in own.execute(kinds).fetchall()}
        assert theirs - {publish.STAMP} == ours
        schemas = db.execute("SELECT schema_name FROM information_schema.schemata").fetchall()
        assert ("private",) not in schemas
        uncommented = db.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL "
            "AND NOT internal AND schema_name = 'main'"
        ).fetchall()
        assert uncommented == []
        unexplained = db.execute(
            "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal"
        ).fetchall()
        assert unexplained == []
        assert db.execute("SELECT count(*) FROM active").fetchall() == [(1,)]


def test_publishing_again_happens_only_after_a_change_and_readers_keep_their_copy(
    tmp_path: Path,
) -> None:
    warehouse = Warehouse(tmp_path)
    brand(warehouse, "one")
    assert warehouse.publish()
    assert not warehouse.publish()
    with warehouse.read() as reader:
        brand(warehouse, "two")
        assert warehouse.publish()
        assert reader.execute("SELECT count(*) FROM brands").fetchall() == [(1,)]
    assert brands(warehouse.published) == ["one", "two"]


def test_a_publish_that_dies_leaves_the_last_good_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path)
    brand(warehouse, "one")
    warehouse.publish()
    brand(warehouse, "two")

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(Retriable, match=r"disk is full.*No space"):
            warehouse.publish()
    assert not list(warehouse.folder.glob("*.new*"))
    assert brands(warehouse.published) == ["one"]
    assert warehouse.publish()
    assert brands(warehouse.published) == ["one", "two"]


def test_a_damaged_copy_is_replaced(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    brand(warehouse, "one")
    warehouse.publish()
    warehouse.published.write_bytes(b"half a file")
    assert warehouse.publish()
    assert brands(warehouse.published) == ["one"]


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.write("test") as db:
        db.execute("INSERT INTO schema_versions VALUES (99, 'x', 'x', now())")
    with pytest.raises(Fatal, match=r"schema version 99.*upgrade umot"), warehouse.write("test"):
        pass


def test_a_damaged_warehouse_is_a_clear_error(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.folder.mkdir()
    warehouse.path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(Fatal, match="cannot be opened"), warehouse.write("test"):
        pass


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as db:
        with pytest.raises(duckdb.Error):
            migrate.step(db, 1, "broken", "CREATE TABLE a (b INTEGER); SELECT nonsense")
        assert migrate.versions(db) == {}
        assert db.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]


def test_the_author_key_is_made_once_and_only_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse import authors

    first = authors.key(tmp_path)
    assert authors.key(tmp_path) == first
    assert (tmp_path / "author.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("UMOT_AUTHOR_KEY", "a key from elsewhere")
    assert authors.key(tmp_path) == b"a key from elsewhere"
    monkeypatch.delenv("UMOT_AUTHOR_KEY")
    (tmp_path / "author.key").write_text("short")
    with pytest.raises(Fatal, match="damaged"):
        authors.key(tmp_path)
