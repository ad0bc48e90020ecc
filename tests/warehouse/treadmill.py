"""Processes that write, publish and read one warehouse at once, or are killed while they do.

    treadmill.py endure HOME READERS SECONDS
    treadmill.py kill HOME KILLS SEED
    treadmill.py full HOME

Everything is imported once and processes are forked from here, for starting Python is what takes
long. The answer is a line of JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.dying_lines import forked
from umot.errors import UmotError
from umot.journey import JourneyMap, Touchpoint
from umot.post import Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Connection, Warehouse, load, state

NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
MAP = JourneyMap("m", (Touchpoint("ride", "peak", "shop", "rit", "ride", ()),))
ORIGIN = load.Origin("mill", "Vlotte Fiets", "own", b"key")
SIZE, EDITS = 40, 8  # posts that are new in a batch, and posts of the batch before that changed
IDLE, STORING, PUBLISHING = 0, 1, 2


def batch(number: int) -> list[Post]:
    """What the source gives as its batch `number`: always the same."""
    fresh = [(number, place, 0) for place in range(SIZE)]
    edits = [(number - 1, place, 1) for place in range(EDITS)] if number else []
    return [
        Post("mill", f"{of}-{place}", f"Bericht {of}-{place}, versie {edit}. " + "Lang. " * 20,
             author="anna", author_role=Role.CUSTOMER,
             posted_at=NOW - timedelta(minutes=of * SIZE + place))
        for of, place, edit in [*edits, *fresh]
    ]  # fmt: skip


def store_next(warehouse: Warehouse) -> int:
    """Store the batch after the cursor with its readings, all or nothing; returns its number."""
    with warehouse.transaction("mill") as db:
        cursor = state.cursor(db, "mill")
        number = cursor["batch"] + 1 if cursor else 0
        if not number:
            load.save_brand(db, "Vlotte Fiets", "Europe/Amsterdam", "nl")
            load.activate(db, "mill-1", MAP)
        posts = batch(number)
        pairs = [(RawItem({"n": post.native_id, "text": post.body}, NOW), post) for post in posts]
        load.store_batch(db, ORIGIN, pairs, (), {"batch": number}, NOW)
        read = [
            Sentiment(post.post_id, post.content_hash, "mill-1", Status.SCORED, "nl",
                      Label.POSITIVE, 0.0, 0.1, 0.9)
            for post in posts
        ]  # fmt: skip
        moments = [
            Moment(post.post_id, post.content_hash, "mill-1", MAP.version, 0, Span("body", 0, 7),
                   Label.POSITIVE, 0.9, "peak", "ride", 0.9, is_peak=True, is_end=True)
            for post in posts
        ]  # fmt: skip
        load.store_readings(db, read, moments, NOW)
    return number


def sound(db: Connection) -> int:
    """The number of posts, once every table and view says the same; raises `AssertionError`."""
    counts = {
        "posts": "SELECT count(*) FROM posts",
        "ids": "SELECT count(DISTINCT post_id) FROM posts",
        "brands": "SELECT count(*) FROM post_brands",
        "sentiments": "SELECT count(*) FROM sentiments SEMI JOIN posts USING (post_id, content_hash)",
        "moments": "SELECT count(*) FROM moments",
        "mentions": "SELECT count(*) FROM mentions WHERE label = 'positive'",
        "days": "SELECT coalesce(sum(scored), 0)::BIGINT FROM daily_sentiment",
    }
    found = {name: db.execute(sql).fetchall()[0][0] for name, sql in counts.items()}
    assert len(set(found.values())) == 1, found
    assert found["posts"] % SIZE == 0, found
    ((edited, readings),) = db.execute(
        "SELECT (SELECT count(*) FROM posts WHERE body LIKE '%versie 1%'), "
        "(SELECT count(*) FROM sentiments)"
    ).fetchall()
    batches = found["posts"] // SIZE
    assert edited == max(0, batches - 1) * EDITS, (edited, batches)
    assert readings == found["posts"] + edited, (readings, found)
    return int(found["posts"])


def write(home: Path, until: float, note: Callable[[dict[str, Any]], None]) -> None:
    """Store and publish as fast as it goes."""
    warehouse, stored, published = Warehouse(home), 0, 0
    while time.monotonic() < until:
        store_next(warehouse)
        stored += 1
        published += warehouse.publish()
    note({"stored": stored, "published": published})


def read(home: Path, until: float, note: Callable[[dict[str, Any]], None]) -> None:
    """Open, ask, wait and ask again: one copy never changes, and no later one knows less."""
    warehouse, last, reads, copies = Warehouse(home), 0, 0, 0
    chooser = random.Random(os.getpid())
    while time.monotonic() < until:
        with warehouse.read() as db:
            posts = sound(db)
            assert posts >= last, (posts, last)
            copies += posts > last
            last = posts
            time.sleep(chooser.uniform(0, 0.2))
            assert sound(db) == posts
            reads += 1
    note({"reads": reads, "copies": copies})


def finished(pid: int) -> bool:
    """Whether a process ended well."""
    return os.waitpid(pid, 0)[1] == 0


def endure(home: Path, readers: int, seconds: float) -> dict[str, Any]:
    """One writer and so many readers, for so long."""

    def begin() -> None:
        warehouse = Warehouse(home)
        store_next(warehouse)
        warehouse.publish()

    assert finished(forked(begin))
    notes = home / "notes"
    notes.mkdir()
    until = time.monotonic() + seconds

    def started(name: str, work: Callable[..., None]) -> int:
        def note(found: dict[str, Any]) -> None:
            (notes / name).write_text(json.dumps(found))

        return forked(lambda: work(home, until, note))

    pids = [started("writer", write), *(started(f"reader{n}", read) for n in range(readers))]
    failed = sum(not finished(pid) for pid in pids)
    told = {path.name: json.loads(path.read_text()) for path in notes.iterdir()}
    return {"failed": failed, **told}


def kill(home: Path, kills: int, seed: int) -> dict[str, Any]:
    """A writer that is killed again and again; whatever is there is looked at after each time."""
    chooser = random.Random(seed)
    stage = mmap.mmap(-1, 1)
    hit = {IDLE: 0, STORING: 0, PUBLISHING: 0}

    def work() -> None:
        warehouse = Warehouse(home)
        while True:
            stage[0] = STORING
            store_next(warehouse)
            stage[0] = PUBLISHING
            warehouse.publish()

    def look() -> None:
        warehouse = Warehouse(home)
        with warehouse.write("test") as db:
            stored = sound(db)
            cursor = state.cursor(db, "mill")
            assert stored == SIZE * ((cursor or {"batch": -1})["batch"] + 1), (stored, cursor)
        if warehouse.published.exists():
            with warehouse.read() as db:
                assert sound(db) <= stored

    # How long one round takes decides when to kill.
    def one() -> None:
        warehouse = Warehouse(home)
        store_next(warehouse)
        warehouse.publish()

    assert finished(forked(one))
    before = time.monotonic()
    assert finished(forked(one))
    usual = time.monotonic() - before
    for _ in range(kills):
        stage[0] = IDLE
        pid = forked(work)
        time.sleep(chooser.uniform(0, 1.5 * usual))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        hit[stage[0]] += 1
        assert finished(forked(look)), hit
        print(hit, file=sys.stderr, flush=True)
    assert finished(forked(one))
    assert finished(forked(lambda: exact(home)))
    return {"idle": hit[IDLE], "storing": hit[STORING], "publishing": hit[PUBLISHING],
            "left": sorted(path.name for path in (home / "warehouse").iterdir())}  # fmt: skip


def exact(home: Path) -> None:
    """Every post is there as the source gave it last, in both files."""
    warehouse = Warehouse(home)
    with warehouse.write("test") as db:
        last = (state.cursor(db, "mill") or {})["batch"]
        expected = {p.post_id: p.body for number in range(last + 1) for p in batch(number)}
        assert dict(db.execute("SELECT post_id, body FROM posts").fetchall()) == expected
        raw = db.execute("SELECT post_id, payload ->> '$.text' FROM private.raw_items").fetchall()
        assert dict(raw) == expected
        assert len(raw) == len(expected)
    with warehouse.read() as db:
        assert dict(db.execute("SELECT post_id, body FROM posts").fetchall()) == expected


def full(home: Path) -> dict[str, Any]:
    """Storing and publishing with no room to write; returns what each said."""

    def begin() -> None:
        warehouse = Warehouse(home)
        for _ in range(3):
            store_next(warehouse)
        warehouse.publish()
        store_next(warehouse)  # something to publish

    assert finished(forked(begin))
    said: dict[str, Any] = {}
    rooms = {"store": (4096,), "publish": (0, 300_000)}
    tries: dict[str, Callable[[Warehouse], object]] = {
        "store": store_next,
        "publish": Warehouse.publish,
    }
    for name, act in tries.items():
        for room in rooms[name]:
            target = home / f"{name}-{room}"

            def limited(act: Any = act, room: int = room, target: Path = target) -> None:
                warehouse = Warehouse(home)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
                try:
                    act(warehouse)
                    line = "done"
                except UmotError as error:
                    line = f"{type(error).__name__}: {error}"
                resource.setrlimit(
                    resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                )
                target.write_text(line)

            def look() -> None:
                warehouse = Warehouse(home)
                with warehouse.write("test") as db:
                    sound(db)
                with warehouse.read() as db:
                    sound(db)

            assert finished(forked(limited)), name
            assert finished(forked(look)), name
            said[target.name] = target.read_text()
    assert finished(forked(lambda: Warehouse(home).publish() and None))
    assert finished(forked(lambda: exact(home)))
    return said


def main() -> None:
    what, home, *numbers = sys.argv[1:]
    acts: dict[str, Callable[..., dict[str, Any]]] = {"endure": endure, "kill": kill, "full": full}
    print(json.dumps(acts[what](Path(home), *map(int, numbers))))


if __name__ == "__main__":
    main()
