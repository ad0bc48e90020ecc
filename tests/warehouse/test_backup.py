"""Backups are whole and checked; a restore leaves the old warehouse or the new one, never less."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.conftest import Stories
from umot.errors import Fatal, Retriable
from warehouse import Warehouse, backup, files, load, manifest, migrate, restore, sql
from warehouse.forget import opened

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
SAVED = "umot-20260310T190000Z.duckdb"
HOSTILE = '=HYPERLINK("http://x")\x00\x1b[31m "\'; DROP TABLE posts; --'


@pytest.fixture(scope="module")
def told(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three posts, a raw item each and a cursor, and a backup of it."""
    home = tmp_path_factory.mktemp("told") / "brand"
    shutil.copytree(empty_home, home)
    warehouse = Warehouse(home)
    with warehouse.write("test") as db:
        stories = Stories(warehouse, db)
        stories.tell("a", "2026-02-01 10:00", (0.9, "ride", "Heerlijk gefietst."))
        stories.tell("b", "2026-03-01 10:00", (-0.9, "delivery", HOSTILE), author="piet")
        stories.tell("c", "2026-03-02 10:00", (0.0, "site"))
    backup.backup(warehouse, home / "backups" / SAVED, now=NOW)
    return home


@pytest.fixture
def home(told: Path, tmp_path: Path) -> Path:
    """The same, for one test to change, without a backup."""
    shutil.copytree(told, tmp_path / "brand", ignore=shutil.ignore_patterns("backups"))
    return tmp_path / "brand"


@pytest.fixture
def saved(told: Path, home: Path) -> Path:
    """That backup, in that folder."""
    (home / "backups").mkdir()
    return Path(shutil.copy(told / "backups" / SAVED, home / "backups" / SAVED))


def held(path: Path) -> dict[str, tuple[int, int]]:
    """Rows and checksum of every table, less what every restore and migration changes."""
    with opened(path) as db:
        return {
            one.table: (one.rows, one.checksum)
            for one in manifest.contents(db)
            if one.table not in ('"private"."changes"', '"main"."schema_versions"')
        }


def posts(warehouse: Warehouse) -> list[str]:
    with warehouse.read() as db:
        return [row[0] for row in db.execute("SELECT post_id FROM posts ORDER BY 1").fetchall()]


def change(warehouse: Warehouse, brand: str) -> None:
    with warehouse.transaction("test") as db:
        load.save_brand(db, brand, "Europe/Amsterdam", "nl")
        db.execute("DELETE FROM posts WHERE post_id = 'forum:a'")
        load.touch(db)


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
    yield text, "cannot be opened"
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


def test_a_manifest_follows_an_erasure(saved: Path) -> None:
    with opened(saved) as db:
        db.begin()
        db.execute("DELETE FROM posts WHERE post_id = 'forum:a'")
        manifest.reseal(db)
        db.commit()
    counts = {one.table: one.rows for one in manifest.check(saved).contents}
    assert counts['"main"."posts"'] == 2


def test_where_files_have_one_name_only_the_old_one_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    (tmp_path / "a").write_text("old")
    restore.keep(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "old"


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
