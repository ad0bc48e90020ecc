"""What was erased does not come back, by whichever way it comes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.warehouse.forgotten import (
    BODY,
    FIRST,
    NAME,
    NOW,
    URL,
    WORDS,
    erase,
    holders,
    post,
    read,
    rows,
    store,
)
from umot import forgetting
from umot.errors import Fatal
from umot.forgetting import job, standing
from umot.pipeline import Monitor
from umot.post import RawItem
from warehouse import Warehouse, authors, load, tombstones


@pytest.fixture
def home(spoken: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(spoken, tmp_path / "home"))


def test_what_was_erased_is_passed_over_when_it_comes_again(home: Path) -> None:
    gate = tombstones.Gate(home, authors.key(home))
    assert gate.lets(post("1", BODY))
    erase(home)
    again = [
        post("1", BODY, None),  # the same post, by a way that does not tell the writer
        post("9", "Weer een bericht."),  # another by the same writer
    ]
    counts = store(home, *again, gate=gate)
    assert (counts.seen, counts.new, counts.passed_over) == (2, 0, 2)
    counts = store(home, post("4", "Prima!", "Dora"), gate=gate, answers_to=NAME)
    assert (counts.new, counts.passed_over) == (1, 0)
    bad = RawItem({"problem": "3 cells", "text": f'7;"{NAME}";x'}, NOW, "lijst.csv line 7")
    origin = load.Origin("forum", "Vlotte Fiets", "own", b"", gate)
    with Warehouse(home).transaction("test") as db:
        counts = load.store_batch(db, origin, [], [load.Reject(bad, "3 cells")], None, NOW)
    assert (counts.rejected, counts.passed_over) == (0, 1)
    with Warehouse(home).write("test") as db:
        db.execute("CHECKPOINT")
    assert holders(home) == {word: set() for word in WORDS}


def test_an_address_that_was_asked_for_keeps_out_all_that_is_there(home: Path) -> None:
    erase(home, job.asked(Monitor.open(home), NOW, url=URL))
    gate = tombstones.Gate(home, authors.key(home))
    assert not gate.lets(post("8", "Elders verschenen.", "Carla", url=URL))


def test_an_item_of_several_posts_is_not_kept_for_the_others_either(home: Path) -> None:
    erase(home)
    gone, other = post("1", BODY), post("6", "Ik vond het prima.", "Ellen")
    both = RawItem({"thread": [gone.body, other.body]}, NOW, "page 1")
    gate = tombstones.Gate(home, authors.key(home))
    origin = load.Origin("forum", "Vlotte Fiets", "own", authors.key(home), gate)
    with Warehouse(home).transaction("test") as db:
        counts = load.store_batch(db, origin, [(both, gone), (both, other)], (), None, NOW)
        found = db.execute("SELECT post_id FROM private.raw_items ORDER BY 1").fetchall()
    assert (counts.new, counts.passed_over) == (1, 1)
    assert found == [("forum:3",)]


def test_readings_of_a_post_that_went_while_it_was_read_are_not_stored(home: Path) -> None:
    erase(home)
    read(home, post("1", BODY))
    with Warehouse(home).write("test") as db:
        for table in ("sentiments", "moment_readings"):
            assert db.execute(f"SELECT post_id FROM {table}").fetchall() == [("forum:3",)]


def test_a_restored_warehouse_is_erased_again(home: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(home)
    elsewhere = shutil.copy(warehouse.path, tmp_path / "elsewhere.duckdb")
    erase(home)
    shutil.copy(elsewhere, warehouse.path)
    (proof,) = forgetting.settle(Monitor.open(home), NOW)
    assert json.loads(proof.read_text("utf-8"))["kind"] == "restored"
    assert rows(warehouse.published, "SELECT post_id FROM posts") == [("forum:3",)]
    assert FIRST.encode() not in warehouse.path.read_bytes()
    assert forgetting.settle(Monitor.open(home), NOW) == []


def test_a_restored_warehouse_names_nobody_among_others_again(home: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(home)
    with warehouse.transaction("test") as db:
        db.execute(
            "INSERT INTO source_runs (run_id, source, started_at, seen, new, changed, deleted, "
            "rejected, error) VALUES ('r', 'forum', $1, 0, 0, 0, 0, 0, $2)",
            [NOW, f"ValueError: no date in the post of {NAME}"],
        )
    backup = home / "backups" / "umot-20260301.duckdb"
    copies = [shutil.copy(warehouse.path, tmp_path / "one"), shutil.copy(backup, tmp_path / "two")]
    erase(home)
    shutil.copy(copies[0], warehouse.path)
    shutil.copy(copies[1], backup)
    (proof,) = forgetting.settle(Monitor.open(home), NOW)
    assert holders(home) == {word: set() for word in WORDS}
    gone = json.loads(proof.read_text("utf-8"))["rows_by_table"]
    assert gone["private.raw_items (names in others)"] == 1
    assert gone["source_runs (what was said of failures)"] == 1
    assert rows(warehouse.path, "SELECT place FROM rejects") == [("lijst.csv line 5",)]


def test_what_was_brought_back_goes_before_what_stands_in_the_way(home: Path) -> None:
    warehouse = Warehouse(home)
    before = shutil.copy(warehouse.path, home / "before")
    erase(home)
    stuck = job.asked(Monitor.open(home), NOW, post="forum:3")
    (home / "backups" / "a-damaged.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(Fatal):
        erase(home, stuck)
    shutil.move(before, warehouse.path)
    kinds = [one.kind for one in standing.due(Monitor.open(home), NOW)]
    assert kinds == ["restored", "post"]


def test_half_a_line_of_tombstones_spoils_no_other(tmp_path: Path) -> None:
    stone = tombstones.of_post("forum:1", b"key", "e1")
    tombstones.add(tmp_path, [stone])
    with (tmp_path / tombstones.FILE).open("a") as file:
        file.write('["post", "", "abc')
    other = tombstones.of_url(URL, b"key", "e2")
    tombstones.add(tmp_path, [stone, other])
    assert tombstones.read(tmp_path) == [stone, other]
    assert NAME not in (tmp_path / tombstones.FILE).read_text("utf-8")
