"""Faults made in real files: umot doctor names each one, and says how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.conftest import Stories
from umot import doctor, forgetting
from umot.pipeline import Monitor
from warehouse import Warehouse, backup, faults, manifest
from warehouse.health import Finding

NOW = datetime.now(UTC)
Home = Callable[..., Path]


@pytest.fixture(scope="module")
def sound(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two posts that were read, published, its one source visited hourly."""
    home = tmp_path_factory.mktemp("sound") / "home"
    shutil.copytree(empty_home, home)
    warehouse = Warehouse(home)
    with warehouse.write("test") as db:
        stories = Stories(warehouse, db)
        stories.tell("a", "2026-02-01 10:00", (0.9, "ride"))
        stories.tell("b", "2026-02-02 10:00", (-0.9, "delivery"))
        seen = "INSERT INTO engagement (post_id, observed_at, likes, number) VALUES ($1, $2, 3, 1)"
        db.execute(seen, ["forum:a", NOW])
        for hours in range(12):
            visit(db, f"r{hours}", NOW - timedelta(hours=hours))
        db.execute("UPDATE private.changes SET change = change + 1")
    warehouse.publish()
    path = home / "rows.csv"
    path.write_text("id,text\n", "utf-8")
    config = f'[[sources]]\nname = "forum"\nconnector = "files"\npath = "{path}"\n'
    (home / "umot.toml").write_text(config, "utf-8")
    return home


def visit(db: duckdb.DuckDBPyConnection, name: str, at: datetime, error: str | None = None) -> None:
    db.execute(
        "INSERT INTO source_runs (run_id, source, started_at, finished_at, seen, new, changed, "
        "deleted, rejected, error) VALUES ($1, 'forum', $2, $2, 0, 0, 0, 0, 0, $3)",
        [name, at, error],
    )


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    shutil.copytree(sound, tmp_path / "home")
    return tmp_path / "home"


def spoil(home: Path, *statements: str) -> None:
    """Do to the file what no function of ours does."""
    with duckdb.connect(str(home / "warehouse" / "umot.duckdb")) as db:
        for statement in statements:
            db.execute(statement)


def found(home: Path) -> list[Finding]:
    """What is not as it should be; every line of it says what mends it."""
    checks = [*doctor.warehouse(Monitor.open(home)), doctor.erasures(Monitor.open(home))]
    wrong = [check for check in checks if check.state != "ok"]
    assert all(check.remedy for check in wrong)
    return wrong


def test_a_sound_warehouse_has_no_fault(home: Path) -> None:
    assert found(home) == []
    checks = list(doctor.warehouse(Monitor.open(home)))
    assert [check.what for check in checks] == [
        "warehouse schema", "warehouse rows", "published copy", "visits", "room",
    ]  # fmt: skip
    assert "2 posts" in checks[1].finding


ORPHANS = {
    "sentiments": "INSERT INTO sentiments BY NAME SELECT 'forum:x' AS post_id, * EXCLUDE (post_id) FROM sentiments "
    "WHERE post_id = 'forum:a'",
    "moment_readings": "INSERT INTO moment_readings BY NAME SELECT 'forum:x' AS post_id, * EXCLUDE (post_id) "
    "FROM moment_readings WHERE post_id = 'forum:a'",
    "engagement": "INSERT INTO engagement (post_id, number) VALUES ('forum:x', 9)",
    "post_brands": "INSERT INTO post_brands BY NAME SELECT 'forum:x' AS post_id, * EXCLUDE (post_id) "
    "FROM post_brands WHERE post_id = 'forum:a'",
    "private.raw_items": "INSERT INTO private.raw_items BY NAME SELECT 'forum:x' AS post_id, "
    "* EXCLUDE (post_id) FROM private.raw_items WHERE post_id = 'forum:a'",
}  # fmt: skip


def test_orphans_are_named_and_mended(home: Path) -> None:
    spoil(home, *ORPHANS.values())
    wrong = found(home)
    assert {(check.what, check.state) for check in wrong} == {("warehouse rows", "error")}
    assert {check.finding for check in wrong} == {f"{one}: 1 without their post" for one in ORPHANS}
    assert all("--mend" in check.remedy for check in wrong)
    lines = doctor.mend(home)
    assert {f"mended {one}: 1 without their post" for one in ORPHANS} == set(lines[1:])
    assert found(home) == []
    (saved,) = (home / "backups").iterdir()
    assert manifest.check(saved).rows > 0


def test_moments_of_a_text_that_was_not_read_are_named(home: Path) -> None:
    spoil(home, "DELETE FROM sentiments WHERE post_id = 'forum:a'")
    assert [check.finding for check in found(home)] == [
        "moment_readings: 1 without a sentiment of their text"
    ]


def test_every_key_of_the_schema_is_known() -> None:
    keys = faults.keys()
    assert ('"main"."posts"', ("post_id",)) in keys
    assert ('"main"."sentiments"', ("post_id", "model", "content_hash")) in keys
    assert ('"private"."raw_items"', ("source", "post_id")) in keys
    assert ('"main"."alerts"', ("alert_id",)) in keys  # declared in a migration
    assert len(keys) >= 15


def test_duplicates_and_wrong_numbers_are_named_and_mended(home: Path) -> None:
    tables = ("posts", "sentiments", "engagement", "private.raw_items")
    row = "FROM {0} WHERE post_id = 'forum:a'"
    spoil(home, *(f"INSERT INTO {one} FROM ({row.format(one)})" for one in tables),
          "UPDATE post_brands SET number = 77 WHERE post_id = 'forum:b'")  # fmt: skip
    findings = [check.finding for check in found(home)]
    for table in tables:
        assert any(one.startswith(f"{table}: 1 with the key (") for one in findings), findings
    assert "post_brands: 1 with another number than their post" in findings
    doctor.mend(home)
    assert found(home) == []
    with duckdb.connect(str(home / "warehouse" / "umot.duckdb"), read_only=True) as db:
        for table in tables:
            assert db.execute(f"SELECT count(*) {row.format(table)}").fetchone() == (1,)


def test_two_posts_of_one_number_both_stay(home: Path) -> None:
    tables = ("posts", "sentiments", "moment_readings", "post_brands", "private.raw_items")
    number = "(SELECT number FROM posts WHERE post_id = 'forum:a')"
    spoil(home, *(f"UPDATE {one} SET number = {number} WHERE post_id = 'forum:b'"
                  for one in ("private.unread", *reversed(tables))))  # fmt: skip
    assert [check.finding for check in found(home)] == [
        "posts: 1 with the key (number) of another row"
    ]
    with Warehouse(home).transaction("test") as db:
        mended = faults.mend(db)
        assert {one.table for one in mended} > {'"main"."posts"', '"main"."sentiments"'}
        assert faults.faults(db) == []
        numbers = dict(db.execute("SELECT post_id, number FROM posts").fetchall())
        assert len(set(numbers.values())) == 2
        for table in tables:
            rows = db.execute(f"SELECT DISTINCT post_id, number FROM {table}").fetchall()
            assert dict(rows) == numbers, table


def test_posts_of_no_brand_and_lost_bookkeeping_are_named(home: Path) -> None:
    spoil(home, "DELETE FROM post_brands WHERE post_id = 'forum:a'", "DELETE FROM active")
    findings = [check.finding for check in found(home)]
    assert findings == [
        "active should have one row",
        "1 posts are about no brand, so no view shows them",
    ]


def test_an_older_and_a_newer_schema_are_told_apart_and_left_alone(home: Path) -> None:
    path = home / "warehouse" / "umot.duckdb"
    newest = len(faults.migrate.sql.folder("migrations"))
    spoil(home, f"DELETE FROM schema_versions WHERE version = {newest}")
    before = path.read_bytes()
    assert [check.finding for check in found(home)] == [
        f"version {newest - 1} of {newest}: it is of an older umot"
    ]
    assert path.read_bytes() == before
    spoil(home, "INSERT INTO schema_versions VALUES (99, 'x', 'x', now())")
    (check,) = found(home)
    assert "schema version 99" in check.finding
    assert "newer umot" in check.remedy


def test_a_source_that_is_not_heard_is_named_with_its_usual_interval(home: Path) -> None:
    spoil(home, "UPDATE source_runs SET started_at = started_at - INTERVAL 2 DAY, "
          "finished_at = finished_at - INTERVAL 2 DAY")  # fmt: skip
    with duckdb.connect(str(home / "warehouse" / "umot.duckdb")) as db:
        visit(db, "failed", NOW, "429 Too Many Requests")
    (check,) = found(home)
    assert (check.what, check.state) == ("visits to forum", "warning")
    assert "usually every 1 hours" in check.finding
    assert "429 Too Many Requests" in check.finding
    assert "umot run forum" in check.remedy
    spoil(home, "DELETE FROM source_runs WHERE run_id <> 'failed'")
    assert "no success yet" in found(home)[0].finding


def test_a_copy_that_is_old_damaged_or_missing_is_named(home: Path) -> None:
    published = home / "warehouse" / "published.duckdb"
    spoil(home, "UPDATE private.changes SET change = change + 1")
    assert [check.finding for check in found(home)] == ["older than what is stored"]
    published.write_bytes(b"half a file")
    assert [check.finding for check in found(home)] == ["it cannot be read"]
    published.unlink()
    assert [check.finding for check in found(home)] == ["none yet: readers see nothing"]


def test_an_erasure_that_was_cut_off_is_named(home: Path) -> None:
    monitor = Monitor.open(home)
    forgetting.asked(monitor, NOW, post="forum:a").save(home)
    (check,) = found(home)
    assert (check.what, check.state) == ("erasures", "error")
    assert "1 begun and not finished" in check.finding
    assert "umot forget" in check.remedy


def test_a_damaged_file_is_the_finding(home: Path) -> None:
    backup.backup(Warehouse(home), home / "saved.duckdb", now=NOW)
    path = home / "warehouse" / "umot.duckdb"
    path.write_bytes(path.read_bytes()[:20_000])
    (check,) = found(home)
    assert check.state == "error"
    assert "umot restore" in check.remedy


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is as good as full."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_named(home: Path) -> None:
    (check,) = found(home)
    assert check.what == "room"
    assert "make room" in check.remedy
