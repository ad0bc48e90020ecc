"""Restoring a backup: at every moment the old warehouse or the new one stands there whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from umot.errors import Fatal
from warehouse import files, migrate, outbox, publish
from warehouse.backup import copy
from warehouse.connect import Warehouse
from warehouse.forget import opened
from warehouse.manifest import Manifest, Progress, check, inspect, silent, told

# Rows of these are in every warehouse from its first moment.
BOOKKEEPING = ("schema_versions", "active", "changes")
FRESH = "restoring.new"  # *.new and *.new.wal: what is left of one, umot forget clears away
OLD = "before-restore.new"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place; `damaged` is where the file lies that could not be opened before.

    `withheld` counts messages that waited in the backup and may have been sent since.
    """

    manifest: Manifest
    damaged: Path | None
    withheld: int


@dataclass(frozen=True, slots=True)
class Present:
    """The warehouse that is there now: its rows (None: it cannot be opened) and its counter."""

    rows: int | None
    change: int


def restore(
    warehouse: Warehouse,
    file: Path,
    *,
    now: datetime,
    force: bool = False,
    progress: Progress = silent,
    cleanse: Callable[[Path], None] = lambda path: None,
) -> Restored:
    """Put a backup in the place of the warehouse, brought to this program's schema.

    `cleanse` is given the file before it is in place, to erase again what it would bring back:
    from then on anybody may publish it. The published copy stays as it was. Raises `Fatal` for a
    file that cannot be restored, and without `force` for a warehouse that holds anything or cannot
    be opened.
    """
    if not file.is_file():
        raise Fatal(f"{file} does not exist")
    with told(f"{file} cannot be read"):
        if not is_database(file):
            raise Fatal(f"{file} is no backup of umot: it is not a DuckDB file")
        with opened(file, read_only=True) as db:
            inspect(db, file)
    with (
        warehouse.alone("umot restore"),
        told("nothing was restored"),
        writing(warehouse.folder / FRESH) as fresh,
    ):
        present = look(warehouse)
        if present.rows != 0 and not force:
            what = "cannot be opened" if present.rows is None else f"holds {present.rows:,} rows"
            raise Fatal(f"{warehouse.path} {what}; umot restore --force replaces it")
        copy(file, fresh, progress)
        manifest = check(fresh, progress, called=file)
        readable = present.rows is not None and warehouse.path.exists()
        withheld = prepare(fresh, present.change, warehouse.path if readable else None)
        cleanse(fresh)
        damaged = put(warehouse, fresh, present, now)
    return Restored(manifest, damaged, withheld)


def is_database(file: Path) -> bool:
    """Whether a file begins as those of DuckDB do."""
    with file.open("rb") as opening:
        return opening.read(12)[8:] == b"DUCK"


@contextmanager
def writing(fresh: Path) -> Iterator[Path]:
    """A file to write, gone at the end unless it was moved into place."""
    try:
        yield fresh
    finally:
        files.remove(fresh)


def look(warehouse: Warehouse) -> Present:
    """What is there now; its write-ahead log is empty afterwards, unless it cannot be opened."""
    stamp = publish.published_state(warehouse.published) or "0"
    published = int(stamp.split("-")[0])
    if not warehouse.path.exists():
        return Present(0, published)
    try:
        with opened(warehouse.path) as db:
            db.execute("CHECKPOINT")
            tables = db.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() "
                "WHERE database_name = current_database()"
            ).fetchall()
            rows = change = 0
            for schema, table in tables:
                row = db.execute(f'SELECT count(*) FROM "{schema}"."{table}"').fetchone()
                rows += row[0] if row and table not in BOOKKEEPING else 0
            if ("private", "changes") in tables:
                found = db.execute("SELECT max(change) FROM private.changes").fetchone()
                change = (found and found[0]) or 0
    except (Fatal, duckdb.Error):  # damaged: what --force is for; busy is `Retriable`
        return Present(None, published)
    return Present(rows, max(change, published))


def prepare(fresh: Path, change: int, before: Path | None) -> int:
    """Make a warehouse of a copied backup: no manifest, today's schema, to be published anew.

    Messages go on from those of the warehouse `before`; returns how many are given up.
    """
    with opened(fresh) as db:
        db.execute("DROP SCHEMA backup CASCADE")
        migrate.migrate(db)
        # Else the copy published before could pass for one of this warehouse.
        db.execute("UPDATE private.changes SET change = greatest(change, $1) + 1", [change])
        withheld = outbox.resume(db, before)
        db.execute("CHECKPOINT")
    return withheld


def put(warehouse: Warehouse, fresh: Path, present: Present, now: datetime) -> Path | None:
    """Put the file in place; the old one lies beside until then, and stays if it is damaged."""
    path = warehouse.path
    log = path.with_name(f"{path.name}.wal")
    kept = warehouse.folder / f"umot-{now:%Y%m%dT%H%M%SZ}.{OLD}"
    if present.rows is None:
        kept = warehouse.folder / f"umot-{now:%Y%m%dT%H%M%SZ}.damaged.duckdb"
    if path.exists():
        keep(path, kept)
    if log.exists():  # beside the new file it would be taken for its own
        log.replace(kept.with_name(f"{kept.name}.wal"))
    warehouse.replaced(now.isoformat())
    files.secure(fresh, path)
    for left in warehouse.folder.glob(f"umot-*.{OLD}*"):
        files.remove(left)
    return kept if present.rows is None else None


def keep(path: Path, kept: Path) -> None:
    """Let a file lie under a second name, without a moment in which the first has none."""
    kept.unlink(missing_ok=True)
    try:
        os.link(path, kept)
    except OSError:  # this file system has no second names
        shutil.copy2(path, kept)
