"""Whether a warehouse is sound: what `umot doctor` asks of it, and what would mend it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import backup, faults, homes, migrate, publish, sql
from warehouse.connect import Warehouse
from warehouse.forget import opened
from warehouse.sql import query

COMMAND = "umot doctor"
PATIENCE = 30.0  # seconds to wait for a writer
TIMES = 3  # so many times its usual interval without success, and a source is stale
AT_LEAST = timedelta(hours=6)
UNUSUAL = timedelta(days=2)  # where no interval is known yet


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found and what would mend it."""

    what: str
    state: Literal["ok", "warning", "error"]
    finding: str
    remedy: str = ""


def examine(warehouse: Warehouse, sources: Sequence[str], now: datetime) -> Iterator[Finding]:
    """All findings about a warehouse that exists; `sources` are the configured ones.

    Other writers wait meanwhile. Raises what opening raises: `Retriable` or `Fatal`.
    """
    with warehouse.alone(COMMAND, wait=PATIENCE), looked_at(warehouse) as db:
        schema = version(db)
        yield schema
        if schema.state == "error":
            return
        yield from rows(db)
        yield copy(db, warehouse)
        yield from stale(db, sources, now)
    yield room(warehouse)


@contextmanager
def looked_at(warehouse: Warehouse) -> Iterator[Connection]:
    """The warehouse to look at; a file is opened as it is, nothing is migrated."""
    if isinstance(warehouse.home, homes.FileHome):
        with opened(warehouse.home.path, read_only=True) as db:
            yield db
    else:
        with warehouse.write(COMMAND) as db:
            yield db


def version(db: Connection) -> Finding:
    """Whether it has this program's schema."""
    known = len(sql.folder("migrations"))
    try:
        missing = migrate.behind(db).keys() - {migrate.VIEWS}
    except Fatal as error:
        return Finding("warehouse schema", "error", str(error), "install the newer umot again")
    has = known - len(missing)
    if missing:
        return Finding(
            "warehouse schema",
            "error",
            f"version {has} of {known}: it is of an older umot",
            "the next umot run makes a backup and brings it up to date",
        )
    return Finding("warehouse schema", "ok", f"version {has}")


def rows(db: Connection) -> Iterator[Finding]:
    """Whether every row leads somewhere and is there once."""
    found = faults.faults(db)
    for one in found:
        yield Finding(
            "warehouse rows",
            "error",
            f"{one.name}: {one.rows:,} {one.what}",
            "umot doctor --mend makes a backup and puts it right",
        )
    for table in faults.bookkeeping(db):
        name = table.replace('"', "").removeprefix("main.")
        yield Finding(
            "warehouse rows", "error", f"{name} should have one row", "umot restore a backup"
        )
    if unclaimed := faults.unclaimed(db):
        yield Finding(
            "warehouse rows",
            "warning",
            f"{unclaimed:,} posts are about no brand, so no view shows them",
            "umot reprocess finds their brand again, where their source is in umot.toml",
        )
    if not found:
        posts = faults.count(db, "posts", "true")
        yield Finding("warehouse rows", "ok", f"{posts:,} posts, no orphans, no duplicates")


def copy(db: Connection, warehouse: Warehouse) -> Finding:
    """Whether readers see what is stored."""
    mend = "umot classify reads what is new and publishes"
    if not warehouse.published.exists():
        return Finding("published copy", "warning", "none yet: readers see nothing", mend)
    shown = publish.published_state(warehouse.published)
    if shown is None:
        return Finding("published copy", "error", "it cannot be read", mend)
    if shown != publish.state(db):
        return Finding("published copy", "warning", "older than what is stored", mend)
    return Finding("published copy", "ok", "shows all that is stored")


def stale(db: Connection, sources: Sequence[str], now: datetime) -> Iterator[Finding]:
    """Sources that have not succeeded for several times their usual interval."""
    found = db.execute(query("source_intervals"), {"sources": list(sources)}).fetchall()
    late = 0
    for name, started, success, seconds, error in found:
        usual = timedelta(seconds=seconds) if seconds is not None else None
        limit = max(TIMES * usual, AT_LEAST) if usual is not None else UNUSUAL
        if started is None or (success is not None and now - success <= limit):
            continue
        late += 1
        since = f"no success since {success:%Y-%m-%d %H:%M}Z" if success else "no success yet"
        each = f", usually every {words(usual)}" if usual and success else ""
        why = f"; last failure: {error}" if error else ""
        yield Finding(
            f"visits to {name}",
            "warning",
            f"{since}{each}{why}",
            f"umot run {name}; and see that umot up, or whatever starts the runs, is running",
        )
    if found and not late:
        yield Finding("visits", "ok", "every source is heard as often as usual")


def words(time: timedelta) -> str:
    """A length of time for people."""
    hours = time.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def room(warehouse: Warehouse) -> Finding:
    """Whether the disk has room for what writes the whole anew: publishing, erasing, a backup."""
    files = [warehouse.published]
    if isinstance(warehouse.home, homes.FileHome):
        files.append(warehouse.home.path)
    needed = sum(file.stat().st_size for file in files if file.exists())
    free = shutil.disk_usage(warehouse.folder).free
    finding = f"{free / 1e9:.1f} GB free, {needed / 1e9:.2f} GB to write all anew"
    if free < needed:
        return Finding("room", "warning", finding, "make room: publishing and umot forget need it")
    return Finding("room", "ok", finding)


def keep(warehouse: Warehouse, folder: Path, now: datetime) -> str:
    """Keep what is there before it is mended; returns for people where. `folder`: of the data.

    A DuckLake has its states of before until it is tidied or written anew (`homes`).
    """
    if isinstance(warehouse.home, homes.FileHome):
        made = backup.backup(warehouse, backup.place(None, folder, now), now=now)
        return f"backed up to {made.path}"
    with warehouse.write(COMMAND) as db:
        ((state,),) = db.execute(
            "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')"
        ).fetchall()
    return f"state {state} of the DuckLake has the rows of before: for a day, or until umot forget"


def mend(warehouse: Warehouse) -> list[faults.Fault]:
    """Mend what `examine` finds wrong with rows; returns it. Make a backup first."""
    with warehouse.transaction(COMMAND) as db:
        return faults.mend(db)
