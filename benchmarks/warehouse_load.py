"""Loading posts, by umot and by bare statements, from the same Arrow tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pyarrow as pa
from warehouse_fill import BRANDS, ready, rows, sql

from warehouse import Connection, Warehouse, arrow, batches, load, migrate

BATCH = 100_000  # posts in one transaction
PARTS = {
    "incoming_raw": "SELECT post_id, place, CAST(payload AS VARCHAR) AS payload, fetched_at "
    "FROM private.raw_items",
    "incoming_engagement": "SELECT * EXCLUDE (number) FROM engagement",
    "incoming_brands": "SELECT post_id, brand, role, matched_by FROM post_brands",
}
UPSERTS = (
    "INSERT INTO posts SELECT * FROM incoming ON CONFLICT DO UPDATE SET title = excluded.title, "
    "body = excluded.body, rating = excluded.rating, content_hash = excluded.content_hash",
    "INSERT INTO post_brands SELECT * FROM incoming_brands ON CONFLICT DO NOTHING",
    "INSERT INTO raw_items SELECT * FROM incoming_raw "
    "ON CONFLICT DO UPDATE SET payload = excluded.payload",
    "INSERT INTO engagement SELECT * FROM incoming_engagement ON CONFLICT DO NOTHING",
)

Tables = dict[str, pa.Table]


def material() -> Connection:
    """A warehouse in memory, to draw batches from."""
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    migrate.migrate(db)
    ready(db)
    return db


def drawn(db: Connection, size: int, after: int, until: int) -> Tables:
    """The posts after one number until another, of a warehouse of `size`, as a batch."""
    for table in ("posts", "post_brands", "private.raw_items", "engagement", "sentiments"):
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM moment_readings")
    rows(db, size, after + 1, until)
    between = {"after": after, "until": until}
    found = {"incoming": db.execute(sql("incoming"), between).to_arrow_table()}
    found |= {name: db.execute(text).to_arrow_table() for name, text in PARTS.items()}
    return found


def drawn_all(size: int) -> Iterator[Tables]:
    """All of them, a batch at a time."""
    with material() as db:
        for after in range(0, size, BATCH):
            yield drawn(db, size, after, min(after + BATCH, size))


def ours(db: Connection, tables: Tables) -> None:
    """Store a batch as umot does, in a transaction."""
    with ExitStack() as stack:
        for name, table in tables.items():
            stack.enter_context(arrow.registered(db, name, table))
        db.begin()
        batches.store(db, "bench")
        load.touch(db)
        db.commit()


def bare(db: Connection, tables: Tables) -> None:
    """Store a batch as a person would, in a transaction."""
    with ExitStack() as stack:
        for name, table in tables.items():
            stack.enter_context(arrow.registered(db, name, table))
        db.begin()
        for statement in UPSERTS:
            db.execute(statement)
        db.commit()


def race(folder: Path, size: int, memory: str) -> dict[str, float]:
    """Seconds to load `size` posts either way, taking turns batch by batch, closing included."""
    folder.mkdir(parents=True)
    seconds = {"ours": 0.0, "bare": 0.0}
    with duckdb.connect(str(folder / "bare.duckdb")) as one:
        one.execute("SET TimeZone = 'UTC'")
        one.execute(sql("bare_tables"))
        with Warehouse(folder / "home").write("benchmark") as other:
            for brand in BRANDS:
                load.save_brand(other, brand, "Europe/Amsterdam", "nl")
            for db in (one, other):
                db.execute(f"SET memory_limit = '{memory}'")
            for tables in drawn_all(size):
                for name, db, store in (("ours", other, ours), ("bare", one, bare)):
                    started = time.perf_counter()
                    store(db, tables)
                    db.execute("CHECKPOINT")
                    seconds[name] += time.perf_counter() - started
    return {**seconds, "ratio": seconds["ours"] / seconds["bare"]}
