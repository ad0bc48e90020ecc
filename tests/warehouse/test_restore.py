"""A restore leaves the old warehouse or the new one, never less."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.backed_up import NOW, SAVED, held, posts
from umot.errors import Fatal, Retriable
from warehouse import Warehouse, backup, load, migrate, restore, sql


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


def change(warehouse: Warehouse, brand: str) -> None:
    with warehouse.transaction("test") as db:
        load.save_brand(db, brand, "Europe/Amsterdam", "nl")
        db.execute("DELETE FROM posts WHERE post_id = 'forum:a'")
        load.touch(db)


def test_a_restored_warehouse_is_the_one_backed_up_and_readers_get_it(
    home: Path, saved: Path
) -> None:
    warehouse = Warehouse(home)
    change(warehouse, "Later")
    warehouse.publish()
    assert posts(warehouse) == ["forum:b", "forum:c"]
    with pytest.raises(Fatal, match=r"holds \d+ rows.*--force"):
        restore.restore(warehouse, saved, now=NOW)
    done = restore.restore(warehouse, saved, now=NOW, force=True)
    assert done.damaged is None
    assert held(warehouse.path) == {
        one.table: (one.rows, one.checksum)
        for one in done.manifest.contents
        if one.table not in ('"private"."changes"', '"main"."schema_versions"')
    }
    assert warehouse.publish()
    assert posts(warehouse) == ["forum:a", "forum:b", "forum:c"]
    left = {path.name for path in warehouse.folder.iterdir()}
    assert left <= {
        "umot.duckdb", "published.duckdb", "writer.lock", "writer.json", "restored",
    }  # fmt: skip
    # As many changes as the copy of the other warehouse shows: it is published all the same.
    change(warehouse, "Even later")
    warehouse.publish()
    restore.restore(warehouse, saved, now=NOW, force=True)
    assert warehouse.publish()
    assert posts(warehouse) == ["forum:a", "forum:b", "forum:c"]


def test_an_empty_warehouse_needs_no_force(saved: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "new")
    warehouse.publish()
    restore.restore(warehouse, saved, now=NOW)
    warehouse.publish()
    assert len(posts(warehouse)) == 3


def test_who_was_in_the_middle_of_a_run_is_refused(home: Path, saved: Path) -> None:
    running = Warehouse(home)
    with running.write("test"):
        pass
    restore.restore(Warehouse(home), saved, now=NOW, force=True)
    with pytest.raises(Retriable, match="restored from a backup"), running.write("test"):
        pass
    with Warehouse(home).write("test"):
        pass


def test_an_older_backup_is_migrated_and_a_newer_one_refused(
    home: Path, tmp_path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = sql.folder
    more = ("9999_more.sql", "CREATE TABLE more (n INTEGER); INSERT INTO more VALUES (7)")

    def newer(name: str) -> list[tuple[str, str]]:
        return [*folders(name), more] if name == "migrations" else folders(name)

    with monkeypatch.context() as upgraded:
        upgraded.setattr(sql, "folder", newer)
        warehouse = Warehouse(tmp_path / "new")
        restore.restore(warehouse, saved, now=NOW)
        with warehouse.write("test") as db:
            assert db.execute("SELECT n FROM more").fetchall() == [(7,)]
            assert db.execute("SELECT count(*) FROM posts").fetchall() == [(3,)]
            assert max(migrate.versions(db)) == len(newer("migrations"))
        late = backup.backup(warehouse, tmp_path / "late.duckdb", now=NOW).path
    before = held(home / "warehouse" / "umot.duckdb")
    with pytest.raises(Fatal, match="upgrade umot"):
        restore.restore(Warehouse(home), late, now=NOW, force=True)
    assert held(home / "warehouse" / "umot.duckdb") == before


def broken_files(saved: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """Files that are no whole backup, with what is to be said of them."""
    other = folder / "other.duckdb"
    with duckdb.connect(str(other)) as db:
        db.execute("CREATE TABLE posts (a INTEGER)")
    yield other, "no warehouse of umot"
    text = folder / "text.duckdb"
    text.write_text("not a database" * 1000)
    yield text, "no backup of umot"
    yield folder / "none.duckdb", "does not exist"
    for name, statement, said in (
        ("less", "DELETE FROM posts WHERE post_id = 'forum:a'", 'damaged: "main"."posts"'),
        ("other-text", "UPDATE posts SET body = 'x' WHERE post_id = 'forum:a'", "damaged"),
        ("more", "CREATE TABLE private.more (a INTEGER)", "damaged"),
        ("bare", "DROP SCHEMA backup CASCADE", "no backup"),
        ("no-row", "DELETE FROM backup.made", "damaged"),
    ):
        path = shutil.copy(saved, folder / f"{name}.duckdb")
        with duckdb.connect(str(path)) as db:
            db.execute(statement)
        yield path, said
    cut = shutil.copy(saved, folder / "cut.duckdb")
    with cut.open("r+b") as file:
        file.truncate(saved.stat().st_size // 2)
    yield cut, "cut.duckdb"
    flipped = shutil.copy(saved, folder / "flipped.duckdb")
    content = bytearray(saved.read_bytes())
    middle = content.index(b"Heerlijk gefietst")
    content[middle] ^= 255
    flipped.write_bytes(content)
    yield flipped, "flipped.duckdb"


def test_what_is_no_whole_backup_is_refused_and_nothing_changes(
    home: Path, saved: Path, tmp_path: Path
) -> None:
    warehouse = Warehouse(home)
    before = held(warehouse.path)
    folder = tmp_path / "broken"
    folder.mkdir()
    for path, said in broken_files(saved, folder):
        with pytest.raises(Fatal) as refused:
            restore.restore(warehouse, path, now=NOW, force=True)
        assert said in str(refused.value)
    assert held(warehouse.path) == before
    assert {path.suffix for path in warehouse.folder.iterdir()} <= {".duckdb", ".lock", ".json"}


def test_a_damaged_warehouse_is_replaced_and_kept(home: Path, saved: Path) -> None:
    warehouse = Warehouse(home)
    warehouse.path.write_bytes(b"rubble" * 5000)
    log = warehouse.folder / "umot.duckdb.wal"
    log.write_bytes(b"its log")
    with pytest.raises(Fatal, match=r"cannot be opened.*--force"):
        restore.restore(warehouse, saved, now=NOW)
    done = restore.restore(warehouse, saved, now=NOW, force=True)
    assert done.damaged is not None
    assert done.damaged.read_bytes() == b"rubble" * 5000
    assert done.damaged.with_name(f"{done.damaged.name}.wal").read_bytes() == b"its log"
    warehouse.publish()
    assert len(posts(warehouse)) == 3


def test_where_files_have_one_name_only_the_old_one_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    (tmp_path / "a").write_text("old")
    restore.keep(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "old"
