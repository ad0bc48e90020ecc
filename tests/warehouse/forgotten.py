"""A data folder with the words of one who wants to be forgotten, and what looks for them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from umot import forgetting
from umot.forgetting import Request, job
from umot.pipeline import Monitor
from umot.post import Alert, Engagement, Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Warehouse, alert_states, authors, load, tombstones

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME, OTHER = "Annemiek van Zuijlén", "Bert"
TITLE = "Zwart gat bij de bezorging"
FIRST = "Mijn adres is Dorpsstraat 12 in Nergenshuizen, en daar kwam niemand."
BODY = 'Eerst "beloofd", toen vergeten:\nkwartelstroop <b>is</b> geen excuus_meer! Nooit meer.'
URL = "https://forum.example/t/zwart-gat-1"
WORDS = (NAME, TITLE, FIRST, "Nergenshuizen", "kwartelstroop")
CONFIG = '[brand]\nname = "Vlotte Fiets"\n'
BACKUP = "umot-20260301.duckdb"


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


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one writer's words stand wherever umot writes any."""
    from flows.digest_files import write_digest

    home = tmp_path_factory.mktemp("spoken")
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
    shutil.copy(warehouse.path, home / "backups" / BACKUP)
    (home / "logs").mkdir()
    (home / "logs" / "worker.log").write_text(f"reading\n{NAME}: {json.dumps(BODY)}\nread\n")
    history(home)
    return home


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
