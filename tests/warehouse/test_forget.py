"""Forgetting: nothing is left in any byte, and what others said stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.warehouse.forgotten import (
    BACKUP,
    FIRST,
    NAME,
    NOW,
    OTHER,
    URL,
    WORDS,
    erase,
    holders,
    rows,
)
from umot.forgetting import job
from umot.pipeline import Monitor
from warehouse import Warehouse, forget


@pytest.fixture
def home(spoken: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(spoken, tmp_path / "home"))


def test_no_byte_is_left_anywhere_and_others_stay(home: Path) -> None:
    before = holders(home)
    own, copy = "warehouse/umot.duckdb", "warehouse/published.duckdb"
    backup, log = "backups/umot-20260301.duckdb", "logs/worker.log"
    assert {own, backup, log} <= before[NAME]
    assert {own, backup} <= before[FIRST], "freed blocks hold what a post said before"
    pages = {f"digests/digest-2026-03-01-nl.{form}" for form in ("html", "md", "json")}
    assert {own, copy, backup, log, *pages} <= before["kwartelstroop"]
    assert any("prefect.db" in path for path in before["kwartelstroop"])
    numbers = (home / "digests" / "digest-2026-03-01-nl.json").read_text("utf-8")

    proof = erase(home)

    assert holders(home) == {word: set() for word in WORDS}
    for path in (home / own, home / copy, home / backup):
        assert rows(path, "SELECT post_id FROM posts") == [("forum:3",)]
        for table in ("sentiments", "moment_readings", "alerts", "post_brands"):
            assert rows(path, f"SELECT post_id FROM {table}") == [("forum:3",)], table
        assert rows(path, "SELECT count(*) FROM engagement") == [(0,)]
        assert rows(path, "SELECT place FROM rejects") == [("lijst.csv line 5",)]
        assert (
            rows(path, "SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL")[0][0] > 90
        )
    ((kept,),) = rows(home / own, "SELECT payload FROM private.raw_items")
    assert json.loads(kept)["answers_to"] == "[erased]"
    assert json.loads(kept)["by"] == OTHER
    after = json.loads((home / "digests" / "digest-2026-03-01-nl.json").read_text("utf-8"))
    assert after["posts"] == json.loads(numbers)["posts"], "the day's numbers stay"
    assert [quote["post_id"] for quote in after["negative"]] == ["forum:3"]
    assert "Bij mij ging" in (home / "digests" / "digest-2026-03-01-nl.html").read_text("utf-8")
    assert "all is well" in (home / "prefect" / "prefect.db").read_bytes().decode("latin-1")
    assert (home / log).read_text("utf-8").splitlines()[::2] == ["reading", "read"]
    assert list((home / "forgetting").iterdir()) == []

    assert proof["kind"] == "author"
    assert proof["rows_by_table"] == {
        "alert_history": 2, "alerts": 2, "engagement": 1, "moment_readings": 2, "post_brands": 2, "posts": 2,
        "private.raw_items": 2, "private.raw_items (names in others)": 1,
        "private.rejected_items": 1, "private.unread": 2, "rejects": 1, "sentiments": 2,
    }  # fmt: skip
    assert proof["rows_by_backup"] == {BACKUP: sum(proof["rows_by_table"].values())}
    assert (proof["digests_changed"], proof["places_in_logs"]) == (1, 2)
    assert proof["rows_in_run_history"] == 2
    assert proof["still_held_by"] == []


def test_one_post_goes_by_its_id_and_one_by_its_address(home: Path) -> None:
    monitor = Monitor.open(home)
    erase(home, job.asked(monitor, NOW, url=URL))
    left = "SELECT post_id FROM posts ORDER BY 1"
    assert rows(monitor.warehouse.published, left) == [("forum:2",), ("forum:3",)]
    erase(home, job.asked(monitor, NOW, post="forum:2"))
    assert rows(monitor.warehouse.published, left) == [("forum:3",)]


def test_files_of_the_users_own_are_named_and_left(home: Path) -> None:
    export = home / "imports" / "reviews.csv"
    export.parent.mkdir()
    export.write_bytes(f"1;{NAME}\n".encode("utf-16"))
    assert erase(home)["still_held_by"] == ["imports/reviews.csv"]
    assert NAME in export.read_text("utf-16")


def test_every_table_is_reached_or_known_to_hold_nothing_of_a_post(tmp_path: Path) -> None:
    """A new table names its post in `post_id`, or is added here and to warehouse/forget.py."""
    harmless = {
        "active", "brands", "touchpoints", "schema_versions", "source_runs", "rejects",
        "private.changes", "private.cursors", "private.erasures", "private.rejected_items",
        "search.built", "search.docs", "search.hits", "search.words",  # filled in the published copy only
        "private.imports", "private.unread_by",  # settings only
        "digests", "private.digest_mails",  # posts are quoted in them: digests.unquote
    }  # fmt: skip
    with Warehouse(tmp_path).write("test") as db:
        found = db.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        ).fetchall()
        reached = {name.replace('"', "").removeprefix("main.") for name, _ in forget.tables(db)}
    assert {name.removeprefix("main.") for (name,) in found} - reached == harmless
