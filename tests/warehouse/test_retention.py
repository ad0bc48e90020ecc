"""Retention: what is older than its source may keep goes once a day, and does not come back."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from flows.digest_files import write_digest
from umot import config, forgetting
from umot.pipeline import Monitor
from umot.post import Label, Post, RawItem, Role, Sentiment, Status
from warehouse import Warehouse, authors, load, retention, tombstones

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
CONFIG = """\
[brand]
name = "Vlotte Fiets"

[[sources]]
name = "forum"
connector = "files"
path = "none.csv"
retention_days = 30

[[sources]]
name = "shop"
connector = "files"
path = "none.csv"
"""


def post(native: str, days: float | None, body: str = "Prima fiets gekocht.") -> Post:
    at = None if days is None else NOW - timedelta(days=days)
    return Post("web", native, body, author="anna", author_role=Role.CUSTOMER, posted_at=at)


def store(
    home: Path, source: str, *posts: Post, days: float = 0, gate: tombstones.Gate | None = None
) -> load.Counts:
    """Store posts as collected so many days ago."""
    origin = load.Origin(source, "Vlotte Fiets", "own", authors.key(home), gate)
    at = NOW - timedelta(days=days)
    with Warehouse(home).transaction("test") as db:
        load.save_brand(db, "Vlotte Fiets", "Europe/Amsterdam", "nl")
        pairs = [(RawItem({"text": one.body}, at, "item"), one) for one in posts]
        return load.store_batch(db, origin, pairs, (), None, at)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("full")
    (home / "umot.toml").write_text(CONFIG)
    old = post("old", 31, "Kwartelstroop in de remmen.")
    store(home, "forum", old, post("edge", 30.4), post("young", 29))
    store(home, "forum", post("undated", None), days=40)
    store(home, "shop", post("kept", 400))
    with Warehouse(home).transaction("test") as db:
        for days in (40, 20):
            item = RawItem({"text": f"{days};anna"}, NOW, f"list.csv line {days}")
            reject = load.Reject(item, "no text")
            load.store_rejects(db, "forum", [reject], NOW - timedelta(days=days))
        one = Sentiment(old.post_id, old.content_hash, "m", Status.SCORED, "nl", Label.NEGATIVE,
                        0.8, 0.1, 0.1)  # fmt: skip
        load.store_readings(db, [one], [], NOW)
        db.execute("UPDATE active SET model = 'm', map_version = 'v'")
    warehouse = Warehouse(home)
    warehouse.publish()
    write_digest(home, date(2026, 2, 28), formats=("json", "md"))
    (home / "backups").mkdir()
    shutil.copy(warehouse.path, home / "backups" / "umot-20260301.duckdb")
    return home


@pytest.fixture
def home(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(full, tmp_path / "home"))


def posts(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as db:
        return [row[0] for row in db.execute("SELECT native FROM (SELECT split_part(post_id, ':', 2) AS native FROM posts) ORDER BY 1").fetchall()]  # fmt: skip


def holders(home: Path, word: bytes) -> list[str]:
    return sorted(
        path.name for path in home.rglob("*") if path.is_file() and word in path.read_bytes()
    )


def test_what_is_too_old_goes_everywhere_and_the_rest_stays(home: Path) -> None:
    pages = ["digest-2026-02-28-nl.json", "digest-2026-02-28-nl.md"]
    files = ["published.duckdb", "umot-20260301.duckdb", "umot.duckdb"]
    assert holders(home, b"Kwartelstroop") == [*pages, *files]

    (path,) = forgetting.settle(Monitor.open(home), NOW)

    for file in (
        "warehouse/umot.duckdb",
        "warehouse/published.duckdb",
        "backups/umot-20260301.duckdb",
    ):
        assert posts(home / file) == ["edge", "kept", "young"]
    assert holders(home, b"Kwartelstroop") == []
    assert holders(home, b"40;anna") == []
    assert "umot.duckdb" in holders(home, b"20;anna")
    assert json.loads((home / "digests" / pages[0]).read_text("utf-8"))["posts"]["total"] == 1
    proof: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert proof["kind"] == "age"
    assert proof["rules"] == [{"source": "forum", "before": "2026-03-01T00:00:00+00:00"}]
    assert proof["rows_by_table"]["posts"] == 2
    assert proof["rows_by_table"]["rejects"] == 1
    assert proof["digests_changed"] == 1


def test_a_run_with_nothing_due_leaves_every_file_alone_until_the_next_day(home: Path) -> None:
    monitor = Monitor.open(home)
    assert len(forgetting.settle(monitor, NOW)) == 1
    written = (home / "warehouse" / "umot.duckdb").stat()
    assert forgetting.settle(monitor, NOW + timedelta(hours=11)) == []
    after = (home / "warehouse" / "umot.duckdb").stat()
    assert (after.st_ino, after.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert len(forgetting.settle(monitor, NOW + timedelta(hours=13))) == 1
    assert posts(home / "warehouse" / "published.duckdb") == ["kept", "young"]


def test_what_is_too_old_is_not_stored_again(home: Path) -> None:
    forgetting.settle(Monitor.open(home), NOW)
    limit = retention.limit(30, NOW)
    gate = tombstones.Gate(home, authors.key(home), limit)
    again = [post("old", 31), post("undated", None), post("new", 1)]
    counts = store(home, "forum", *again, gate=gate)
    assert (counts.new, counts.passed_over) == (1, 2)


def test_without_a_limit_nothing_is_due(home: Path) -> None:
    (home / "umot.toml").write_text(CONFIG.replace("retention_days = 30\n", ""))
    assert forgetting.settle(Monitor.open(home), NOW) == []
    assert len(posts(home / "warehouse" / "umot.duckdb")) == 5
    assert not (home / "proofs").exists()


def test_what_stands_in_the_way_does_not_pile_up(home: Path) -> None:
    bad = home / "backups" / "z-damaged.duckdb"
    bad.write_bytes(b"no database" * 1000)
    monitor = Monitor.open(home)
    for days in (1, 2):
        assert forgetting.settle(monitor, NOW + timedelta(days=days)) == []
    (left,) = forgetting.pending(home)
    assert left.rules == [("forum", "2026-03-03T00:00:00+00:00")]
    assert posts(home / "warehouse" / "published.duckdb") == ["kept"]
    bad.unlink()
    assert len(forgetting.settle(monitor, NOW + timedelta(days=3))) == 1
    assert not forgetting.pending(home)


def test_the_limit_moves_at_midnight() -> None:
    assert retention.limit(30, NOW) == datetime(2026, 3, 1, tzinfo=UTC)
    assert retention.limit(30, NOW.replace(hour=0)) == retention.limit(30, NOW.replace(hour=23))


def test_the_setting_is_a_number_of_days_and_no_setting_of_the_connector() -> None:
    source = config.Source(name="forum", connector="feeds", retention_days=365, url="https://x")
    assert source.settings == {"url": "https://x"}
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        config.Source(name="forum", connector="feeds", retention_days=0)
