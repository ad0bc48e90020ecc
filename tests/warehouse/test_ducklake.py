"""A DuckLake as the home of the warehouse: what is the same as in a file, and what differs."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.warehouse.conftest import Stories
from tests.warehouse.lakes import PASSWORD, Postgres
from umot.errors import Fatal, Retriable
from warehouse import Connection, Warehouse, authors, backup, restore, tombstones
from warehouse.homes import LakeHome, tidying
from warehouse.homes.lake import WAITING
from warehouse.homes.place import Place

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, NOT is_nullable
FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
AND table_name NOT LIKE 'lake_%' ORDER BY ALL
"""
COMMENTS = """
SELECT table_name, column_name, comment FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND table_name NOT LIKE 'lake_%'
AND table_name <> 'schema_versions'
AND table_name NOT IN (SELECT view_name FROM duckdb_views()) ORDER BY ALL
"""


def count(db: Connection, table: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def test_every_migration_and_view_makes_the_same_of_both_homes(lake: str, tmp_path: Path) -> None:
    found = []
    for place in ("file", lake):
        with Warehouse(tmp_path, place=place).write("test") as db:
            found.append([db.execute(question).fetchall() for question in (COLUMNS, COMMENTS)])
    of_file, of_lake = found
    assert len(of_file[0]) > 300
    assert of_lake == of_file


def test_readers_of_each_machine_get_what_either_wrote(lake: str, tmp_path: Path) -> None:
    key = tmp_path / "one" / authors.FILE
    authors.key(key.parent)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / authors.FILE).write_bytes(key.read_bytes())
    one, two = (Warehouse(tmp_path / name, place=lake) for name in ("one", "two"))
    with one.write("test") as db:
        stories = Stories(one, db)
        stories.tell("a", "2026-03-01 12:00", (0.5, "ride"), (-0.9, "delivery", "Veel te laat."))
    assert one.publish()
    assert two.publish()
    assert not two.publish(), "nothing has changed since"
    with two.write("test") as db:
        Stories(two, db).tell("b", "2026-03-02 12:00", (0.8, "ride"))
    assert one.publish()
    for warehouse, posts in ((one, 2), (two, 1)):
        with warehouse.read() as db:
            assert count(db, "mentions") == posts
            assert count(db, "search_posts('laat')") == 1
            assert count(db, "duckdb_columns() WHERE NOT internal AND comment IS NOT NULL") > 400
            assert db.execute("SELECT DISTINCT type FROM duckdb_databases() WHERE NOT internal"
                              ).fetchall() == [("duckdb",)]  # fmt: skip
    assert not (tmp_path / "one" / "warehouse" / "umot.duckdb").exists()


def test_who_has_the_lake_attached_goes_on_when_others_tidied_it(lake: str, tmp_path: Path) -> None:
    one, two = (Warehouse(tmp_path, place=lake) for _ in range(2))
    with one.write("test") as db:
        Stories(one, db).tell("a", "2026-03-01 12:00", (0.5, "ride"))
    with two.write("test") as db:
        waiting = WAITING.format(schema=two.home.place.schema)
        before = db.execute(waiting).fetchall()
        db.execute("CALL ducklake_flush_inlined_data('lake')")
        assert db.execute(waiting).fetchall() != before, "what `one` would still ask for is gone"
    with one.write("test") as db:
        assert count(db, "posts") == 1
        Stories(one, db).tell("b", "2026-03-02 12:00", (0.5, "ride"))
    with two.write("test") as db:
        assert count(db, "posts") == 2


def test_state_and_rows_go_together_or_not_at_all(lake: str, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, place=lake)
    with warehouse.write("test") as db:
        Stories(warehouse, db).tell("a", "2026-03-01 12:00", (0.5, "ride"))
    with contextlib.suppress(ZeroDivisionError), warehouse.transaction("test") as db:
        db.execute("DELETE FROM posts")
        db.execute("INSERT INTO private.cursors VALUES ('forum', '{}', now())")
        raise ZeroDivisionError
    with warehouse.write("test") as db:
        assert (count(db, "posts"), count(db, "private.cursors")) == (1, 0)


def test_another_key_of_authors_is_refused(lake: str, tmp_path: Path) -> None:
    first = tmp_path / "first"
    with Warehouse(first, place=lake).write("test"):
        pass
    with (
        pytest.raises(Fatal, match=r"copy author[.]key from the data folder that began it"),
        Warehouse(tmp_path / "second", place=lake).write("test"),
    ):
        pass
    assert not (tmp_path / "second" / authors.FILE).exists(), "no key of its own is made"
    authors.key(tmp_path / "third")
    with (
        pytest.raises(Fatal, match="has another"),
        Warehouse(tmp_path / "third", place=lake).write("test"),
    ):
        pass


@pytest.mark.slow
def test_what_was_erased_on_one_machine_comes_back_on_none(lake: str, tmp_path: Path) -> None:
    key = authors.key(tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / authors.FILE).write_bytes(key)
    stone = tombstones.of_post("forum:1", key, "erasure-1")
    tombstones.add(tmp_path / "one", [stone])
    for name in ("one", "two", "one", "two"):
        with Warehouse(tmp_path / name, place=lake).write("test") as db:
            assert count(db, "private.lake_stones") == 1
    assert tombstones.read(tmp_path / "two") == [stone]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("postgres:dbname=umot;data=/x", "must be empty or like"),
        ("ducklake:sqlite:/x.db;data=/x", "must be empty or like"),
        ("ducklake:postgres:dbname=umot", "needs data="),
        ("ducklake:postgres:dbname=umot;data=lake", "whole path"),
        ("ducklake:postgres:dbname=umot;data=/x;colour=red", "no part colour"),
        ("ducklake:postgres:dbname=umot;data=/x;schema=a'b", "small letters"),
        ("ducklake:postgres:dbname=umot password=hush;data=/x", "UMOT_WAREHOUSE_PASSWORD"),
        ("ducklake:postgres:dbname=umot sslpassword=hush;data=/x", "UMOT_WAREHOUSE_PASSWORD"),
        ("ducklake:postgres:postgresql://umot:hush@db/umot;data=/x", "UMOT_WAREHOUSE_PASSWORD"),
    ],
)
def test_an_address_that_is_not_understood(place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Fatal, match=words) as caught:
        Warehouse(tmp_path, place=place)
    assert "hush" not in str(caught.value)


def test_what_an_address_says() -> None:
    place = Place.read(
        "ducklake:postgres:host=db port=1 dbname=u user=x ; data=s3://b/f ;schema=s_1"
    )
    assert place == Place("host=db port=1 dbname=u user=x", "s3://b/f/", "s_1")
    assert (
        place.words
        == "the DuckLake in Postgres (host=db port=1 dbname=u, schema s_1), files in s3://b/f/"
    )
    assert place.lock != Place("host=db port=1 dbname=u", "s3://b/f/", "s_2").lock


def test_a_catalogue_that_does_not_answer_is_named_and_its_password_is_not(
    lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_WAREHOUSE_PASSWORD", "verkeerd-wachtwoord")
    with (
        pytest.raises(Retriable, match="password authentication failed") as caught,
        Warehouse(tmp_path, place=lake).write("test"),
    ):
        pass
    assert "verkeerd-wachtwoord" not in str(caught.value)
    monkeypatch.setenv("UMOT_WAREHOUSE_PASSWORD", PASSWORD)
    closed = re.sub(r"port=\d+", "port=1", lake)
    with pytest.raises(Retriable, match=r"port=1 .*cannot be reached.*refused") as caught:
        Warehouse(tmp_path, place=closed).exists()
    assert PASSWORD not in str(caught.value)


@pytest.mark.slow
def test_postgres_may_be_started_again_between_two_turns(
    lake: str, tmp_path: Path, postgres: Postgres
) -> None:
    warehouse = Warehouse(tmp_path, place=lake)
    with warehouse.write("test") as db:
        Stories(warehouse, db).tell("a", "2026-03-01 12:00", (0.5, "ride"))
    postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    with warehouse.write("test") as db:
        assert count(db, "posts") == 1
    assert isinstance(warehouse.home, LakeHome)
    assert warehouse.exists()


@pytest.mark.slow
def test_old_states_and_small_files_go_and_no_row_does(
    lake: str, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path, place=lake)
    with warehouse.write("test") as db:
        stories = Stories(warehouse, db)
        for day in range(1, 4):
            stories.tell(f"p{day}", f"2026-03-0{day} 12:00", (0.5, "ride"))
        assert not tidying.tidy(db), "all of it is of today"
        before = db.execute("FROM mentions ORDER BY post_id").fetchall()
    postgres.sql(
        "UPDATE umot.ducklake_snapshot SET snapshot_time = snapshot_time - INTERVAL '3 days'",
        database=lake.split("dbname=")[1].split()[0],
    )
    monkeypatch.setattr(tidying, "STATES", 5)
    warehouse.publish()
    with warehouse.write("test") as db:
        assert count(db, "ducklake_snapshots('lake')") < 5
        assert db.execute("FROM mentions ORDER BY post_id").fetchall() == before
        assert not tidying.tidy(db)


@pytest.mark.slow
def test_what_works_on_files_says_what_to_use_instead(lake: str, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, place=lake)
    with pytest.raises(Fatal, match=r"yours is the DuckLake in Postgres .*umot move file"):
        backup.backup(warehouse, tmp_path / "copy.duckdb", now=NOW)
    made = tmp_path / "made.duckdb"
    file = Warehouse(tmp_path / "other", place="file")
    file.publish()
    backup.backup(file, made, now=NOW)
    with pytest.raises(Fatal, match=r"yours is the DuckLake in Postgres .*umot move file"):
        restore.restore(warehouse, made, now=NOW, force=True)
