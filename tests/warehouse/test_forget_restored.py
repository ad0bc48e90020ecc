"""Restored after an erasure: nobody is shown what a backup, or an old copy, brings back."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.warehouse.forgotten import NOW, WORDS, erase, holders, rows
from umot import forgetting
from umot.errors import Fatal
from umot.forgetting import job
from umot.pipeline import Monitor
from warehouse import Warehouse, backup, restore

LATER = NOW + timedelta(days=1)


@pytest.fixture
def home(spoken: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(spoken, tmp_path / "home"))


def put_back(monitor: Monitor, saved: Path, at: datetime) -> None:
    """Restore as the command does, and publish at once, as another might."""

    def cleanse(fresh: Path) -> None:
        forgetting.cleanse(monitor, fresh, at)

    restore.restore(monitor.warehouse, saved, now=at, force=True, cleanse=cleanse)
    monitor.warehouse.publish()


def test_a_backup_has_nothing_of_it_from_the_moment_it_is_in_place(home: Path) -> None:
    """Killed right after a restore, or raced by another command, which publishes."""
    warehouse, monitor = Warehouse(home), Monitor.open(home)
    elsewhere = backup.backup(warehouse, home.parent / "elsewhere.duckdb", now=NOW).path
    erase(home)
    (home / "backups" / "a-damaged.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(Fatal):  # not finished, and not to be tried again before a day is over
        erase(home, job.asked(monitor, NOW, post="forum:3"))
    put_back(monitor, elsewhere, NOW)
    for path in (warehouse.path, warehouse.published):
        assert rows(path, "SELECT post_id FROM posts") == []
    (home / "backups" / "a-damaged.duckdb").unlink()
    found = [json.loads(proof.read_text("utf-8")) for proof in forgetting.settle(monitor, LATER)]
    found.sort(key=lambda proof: str(proof["kind"]))
    assert [proof["kind"] for proof in found] == ["post", "restored"]
    assert found[1]["rows_by_table"]["posts"] == 3, "what went before it was in place counts"
    assert forgetting.settle(monitor, LATER) == []
    assert holders(home) == {word: set() for word in WORDS}


def test_a_restore_brings_nothing_back_that_is_too_old(home: Path) -> None:
    config = 'retention_days = 30\n[[sources]]\nname = "forum"\nconnector = "files"\npath = "x"\n'
    head, _, source = config.partition("\n")
    with (home / "umot.toml").open("a") as file:
        file.write(f"{source}{head}\n")
    warehouse, monitor = Warehouse(home), Monitor.open(home)
    saved = backup.backup(warehouse, home / "backups" / "later.duckdb", now=NOW).path
    put_back(monitor, saved, NOW + timedelta(days=40))
    assert rows(warehouse.published, "SELECT post_id FROM posts") == []


def test_a_warehouse_put_in_place_by_hand_is_erased_before_a_pass(home: Path) -> None:
    warehouse, monitor = Warehouse(home), Monitor.open(home)
    assert forgetting.catch_up(monitor, NOW) == []
    before = shutil.copy(warehouse.path, home.parent / "before")
    erase(home)
    (home / "backups" / "a-damaged.duckdb").write_bytes(b"no database" * 1000)
    shutil.copy(before, warehouse.path)
    # What stands in the way elsewhere stops no pass: the warehouse has nothing of it any more.
    assert forgetting.catch_up(monitor, NOW) == []
    assert rows(warehouse.path, "SELECT post_id FROM posts") == [("forum:3",)]
    assert rows(warehouse.published, "SELECT post_id FROM posts") == [("forum:3",)]
    # The request that is left does not wait for its next day either.
    shutil.copy(before, warehouse.path)
    forgetting.catch_up(monitor, NOW + timedelta(hours=1))
    assert rows(warehouse.path, "SELECT post_id FROM posts") == [("forum:3",)]


def test_a_pass_does_not_begin_while_the_warehouse_cannot_be_erased(home: Path) -> None:
    warehouse, monitor = Warehouse(home), Monitor.open(home)
    before = shutil.copy(warehouse.path, home.parent / "before")
    erase(home)
    shutil.copy(before, warehouse.path)
    (home / "forgetting").rmdir()
    (home / "forgetting").write_text("no folder: the request cannot be written down")
    with pytest.raises(Fatal, match="forgetting cannot be made"):
        forgetting.catch_up(monitor, NOW)
