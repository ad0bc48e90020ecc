"""Messages after a restore: what was sent is not sent again, and what may have been is shown."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse import Warehouse, backup, outbox, restore
from warehouse.outbox import Message

NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
SEVERITIES = ("low", "medium", "high")


@pytest.fixture
def warehouse(empty_home: Path, tmp_path: Path) -> Warehouse:
    """One with two messages that wait, and a backup of it."""
    made = Warehouse(Path(shutil.copytree(empty_home, tmp_path / "brand")))
    with made.transaction("test") as db:
        for key in ("1", "2"):
            outbox.put(db, message(key), NOW)
    backup.backup(made, made.folder.parent / "saved.duckdb", now=NOW)
    return made


def message(key: str) -> Message:
    return Message("alert", key, "team", "low", "nl", "t", "x")


def restored(home: Path, saved: Path) -> tuple[int, dict[str, str]]:
    """How many messages are given up by a restore, and the state of each."""
    warehouse = Warehouse(home)
    done = restore.restore(warehouse, saved, now=NOW, force=True)
    with warehouse.transaction("test") as db:
        claimed = outbox.claim(db, now=NOW + timedelta(days=1), severities=SEVERITIES)
        states = dict(db.execute("SELECT key, state FROM outbox ORDER BY key").fetchall())
        assert (claimed is None) == ("waiting" not in states.values())
        assert (done.withheld > 0) == any(
            "restored" in str(o.error) for o in outbox.undelivered(db)
        )
    return done.withheld, states


def test_what_the_replaced_warehouse_sent_stays_sent(warehouse: Warehouse) -> None:
    with warehouse.transaction("test") as db:
        outbox.sent(db, message("1"), NOW)
        outbox.put(db, message("3"), NOW)
        outbox.sent(db, message("3"), NOW)
    home = warehouse.folder.parent
    assert restored(home, home / "saved.duckdb") == (
        0,
        {"1": "sent", "2": "waiting", "3": "sent"},
    )
    with Warehouse(home).transaction("test") as db:
        assert not outbox.put(db, message("3"), NOW), "raised again, it is not told again"


@pytest.mark.parametrize("damaged", [True, False])
def test_where_nothing_is_known_of_them_they_are_given_up(
    warehouse: Warehouse, damaged: bool, tmp_path: Path
) -> None:
    home = warehouse.folder.parent
    saved = home / "saved.duckdb"
    if damaged:
        warehouse.path.write_bytes(b"no warehouse" * 4000)
    else:
        home = tmp_path / "new"
        home.mkdir()
    assert restored(home, saved) == (2, {"1": "given_up", "2": "given_up"})
