"""Forgetting: nothing left in any byte, nothing that comes back, and a kill anywhere is finished."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.digest_files import write_digest
from tests.warehouse.dying import killed
from umot import forgetting
from umot.errors import Fatal
from umot.forgetting import Request, job
from umot.pipeline import Monitor
from umot.post import Alert, Engagement, Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Warehouse, alert_states, authors, files, forget, load, tombstones

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME, OTHER = "Annemiek van Zuijlén", "Bert"
TITLE = "Zwart gat bij de bezorging"
FIRST = "Mijn adres is Dorpsstraat 12 in Nergenshuizen, en daar kwam niemand."
BODY = 'Eerst "beloofd", toen vergeten:\nkwartelstroop <b>is</b> geen excuus_meer! Nooit meer.'
URL = "https://forum.example/t/zwart-gat-1"
WORDS = (NAME, TITLE, FIRST, "Nergenshuizen", "kwartelstroop")
CONFIG = '[brand]\nname = "Vlotte Fiets"\n'


def post(native: str, body: str, author: str | None = NAME, **other: Any) -> Post:
    values = {"posted_at": NOW - timedelta(hours=2), "author_role": Role.CUSTOMER, **other}
    return Post("forum", native, body, author=author, **values)


def item(one: Post, **more: str) -> RawItem:
    return RawItem({"by": one.author, "text": one.body, "title": one.title, **more}, NOW, "item")


def store(
    home: Path, *posts: Post, gate: tombstones.Gate | None = None, **more: str
) -> load.Counts:
    origin = load.Origin("forum", "Vlotte Fiets", "own", authors.key(home), gate)
    with Warehouse(home).transaction("test") as db:
        load.save_brand(db, "Vlotte Fiets", "Europe/Amsterdam", "nl")
        pairs = [(item(one, **more), one) for one in posts]
        return load.store_batch(db, origin, pairs, (), None, NOW)


def read(home: Path, *posts: Post) -> None:
    """Readings and alerts as the pipeline would store them."""
    sentiments = [
        Sentiment(one.post_id, one.content_hash, "m", Status.SCORED, "nl", Label.NEGATIVE, 0.8, 0.1, 0.1)
        for one in posts
    ]  # fmt: skip
    moments = [
        Moment(one.post_id, one.content_hash, "m", "v", 0, Span("body", 0, 5), Label.NEGATIVE, -0.7,
               "end", "delivery", 0.9, is_peak=True)
        for one in posts
    ]  # fmt: skip
    alerts = [
        Alert(one.native_id, "viral_negative", "Vlotte Fiets", one.post_id, one.post_id, "high",
              "Het groeit.", NOW)
        for one in posts
    ]  # fmt: skip
    with Warehouse(home).transaction("test") as db:
        load.store_readings(db, sentiments, moments, NOW)
        alert_states.follow(db, alerts, now=NOW)
        db.execute("UPDATE active SET model = 'm', map_version = 'v'")


def history(home: Path) -> None:
    """Prefect's database as far as words go, with what a run has logged and shown."""
    (home / "prefect").mkdir()
    with sqlite3.connect(home / "prefect" / "prefect.db") as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE log (message TEXT)")
        db.execute("CREATE TABLE artifact (key TEXT, data JSON, description TEXT)")
        shown = json.dumps(f"# Digest\n\n> {BODY[:40]}kwartelstroop …")
        db.execute("INSERT INTO artifact VALUES ('umot-digest', ?, 'Digest')", [shown])
        db.execute("INSERT INTO log VALUES (?), ('all is well')", [f"ValueError: {NAME} failed"])
    db.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one writer's words stand wherever umot writes any."""
    home = tmp_path_factory.mktemp("full")
    (home / "umot.toml").write_text(CONFIG)
    seen = Engagement(NOW, likes=30)
    first = post("1", FIRST, title=TITLE, url=URL, engagement=seen)
    edited = replace(first, body=BODY)
    reply = post("2", "Nog steeds geen kwartelstroop gezien hier.", thread_id="forum:1")
    other = post("3", "Bij mij ging de bezorging juist goed.", OTHER, url=f"{URL}/3")
    store(home, first, reply)
    store(home, other, answers_to=NAME)
    read(home, edited, reply, other)
    with Warehouse(home).transaction("test") as db:
        rejected = RawItem({"text": f"4;{NAME};geen datum"}, NOW, "lijst.csv line 4")
        fine = RawItem({"text": "5;Annemiek;geen datum"}, NOW, "lijst.csv line 5")
        bad = [load.Reject(rejected, "no text"), load.Reject(fine, "no text")]
        load.store_rejects(db, "forum", bad, NOW)
    store(home, edited)  # last, so that the block it frees is not used again
    warehouse = Warehouse(home)
    warehouse.publish()
    write_digest(home, date(2026, 3, 1))
    (home / "backups").mkdir()
    shutil.copy(warehouse.path, home / "backups" / "umot-20260301.duckdb")
    (home / "logs").mkdir()
    (home / "logs" / "worker.log").write_text(f"reading\n{NAME}: {json.dumps(BODY)}\nread\n")
    history(home)
    return home


@pytest.fixture
def home(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(full, tmp_path / "home"))


def asked(home: Path) -> Request:
    return job.asked(Monitor.open(home), NOW, author=NAME, platform="forum")


def erase(home: Path, request: Request | None = None) -> dict[str, Any]:
    monitor = Monitor.open(home)
    with forgetting.alone(home, wait=0):
        proof = forgetting.carry_out(monitor, request or asked(home), NOW)
    found: dict[str, Any] = json.loads(proof.read_text("utf-8"))
    return found


def holders(home: Path) -> dict[str, set[str]]:
    """Each word with the files that hold it, in any of the ways it may be written."""
    found: dict[str, set[str]] = {word: set() for word in WORDS}
    for path in home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for word in WORDS:
            ways = [word.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
            ways.append(json.dumps(word)[1:-1].encode())
            if any(way in content for way in ways):
                found[word].add(path.relative_to(home).as_posix())
    return found


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as db:
        return db.execute(sql).fetchall()


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


def test_what_was_erased_is_passed_over_when_it_comes_again(home: Path) -> None:
    gate = tombstones.Gate(home, authors.key(home))
    assert gate.lets(post("1", BODY))
    erase(home)
    again = [
        post("1", BODY, None),  # the same post, by a way that does not tell the writer
        post("9", "Weer een bericht."),  # another by the same writer
        post("8", "Elders verschenen.", "Carla", url=URL),  # another way to the same page
    ]
    counts = store(home, *again, gate=gate)
    assert (counts.seen, counts.new, counts.passed_over) == (3, 0, 3)
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


BACKUP = "umot-20260301.duckdb"
# Where a kill may come: before each step, and half-way through the rewriting of files.
POINTS = [
    *((step, False) for step in ("look", "warehouse", "rewrite", "publish")),
    *((f"{step} {BACKUP}", False) for step in ("backup", "rewrite")),
    *((step, True) for step in ("rewrite", f"rewrite {BACKUP}")),
    *((step, False) for step in ("digests", "logs", "history", "proof", "cross out")),
]


@pytest.mark.parametrize(
    "points",
    [
        [("rewrite", False), (f"rewrite {BACKUP}", True), ("history", False)],
        pytest.param(POINTS, marks=pytest.mark.slow),
    ],
    ids=["three points", "all points"],
)
def test_killed_before_and_within_steps_the_next_run_finishes(
    home: Path, points: list[tuple[str, bool]]
) -> None:
    request = asked(home)
    for step, within in points:
        assert killed(home, request, NOW, step, within) == -signal.SIGKILL
        (request,) = forgetting.pending(home)
        for path in (home / "warehouse" / "umot.duckdb", home / "backups" / BACKUP):
            with duckdb.connect(str(path)) as db:  # it opens, whole
                assert ("forum:3",) in db.execute("SELECT post_id FROM posts").fetchall()
    (proof,) = forgetting.settle(Monitor.open(home), NOW)
    found = json.loads(proof.read_text("utf-8"))
    assert holders(home) == {word: set() for word in WORDS}
    assert found["rows_by_table"]["posts"] == 2
    assert found["rows_by_backup"] == {BACKUP: sum(found["rows_by_table"].values())}
    assert (found["digests_changed"], found["rows_in_run_history"]) == (1, 2)
    assert not forgetting.pending(home)
    assert forgetting.settle(Monitor.open(home), NOW) == []


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


def test_a_damaged_backup_stops_no_other_and_keeps_the_request(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = home / "backups" / "a-damaged.duckdb"
    bad.write_bytes(b"no database" * 1000)
    with pytest.raises(Fatal, match=r"a-damaged.duckdb cannot be opened"):
        erase(home)
    assert rows(home / "backups" / "umot-20260301.duckdb", "SELECT post_id FROM posts") == [
        ("forum:3",)
    ]
    monitor = Monitor.open(home)
    assert forgetting.settle(monitor, NOW) == []
    assert "a-damaged.duckdb cannot be opened" in caplog.text
    bad.unlink()
    assert forgetting.settle(monitor, NOW + timedelta(hours=1)) == [], (
        "it is tried again a day later"
    )
    assert len(forgetting.settle(monitor, NOW + timedelta(days=1))) == 1
    assert holders(home) == {word: set() for word in WORDS}


def test_a_rewrite_that_fails_leaves_the_file_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Warehouse(home).path

    def full_disk(fresh: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forget, "secure", full_disk)
    with pytest.raises(OSError, match="No space"):
        forget.rewrite(path)
    monkeypatch.setattr(forget, "secure", files.secure)
    assert len(rows(path, "SELECT post_id FROM posts")) == 3
    forget.rewrite(path)
    assert not [left for left in path.parent.iterdir() if "rewritten" in left.name]


def test_every_table_is_reached_or_known_to_hold_nothing_of_a_post(tmp_path: Path) -> None:
    """A new table names its post in `post_id`, or is added here and to warehouse/forget.py."""
    harmless = {
        "active", "brands", "touchpoints", "schema_versions", "source_runs", "rejects",
        "private.changes", "private.cursors", "private.erasures", "private.rejected_items",
        "search.built", "search.hits", "search.words",  # filled in the published copy only
        "private.imports", "private.unread_by",  # settings only
        "digests", "private.digest_mails",  # posts are quoted in them: digests.unquote
    }  # fmt: skip
    with Warehouse(tmp_path).write("test") as db:
        found = db.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        ).fetchall()
        reached = {name.replace('"', "").removeprefix("main.") for name, _ in forget.tables(db)}
    assert {name.removeprefix("main.") for (name,) in found} - reached == harmless


def test_half_a_line_of_tombstones_spoils_no_other(tmp_path: Path) -> None:
    stone = tombstones.of_post("forum:1", b"key", "e1")
    tombstones.add(tmp_path, [stone])
    with (tmp_path / tombstones.FILE).open("a") as file:
        file.write('["post", "", "abc')
    other = tombstones.of_url(URL, b"key", "e2")
    tombstones.add(tmp_path, [stone, other])
    assert tombstones.read(tmp_path) == [stone, other]
    assert NAME not in (tmp_path / tombstones.FILE).read_text("utf-8")
