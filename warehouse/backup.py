"""Backups: whole copies of the warehouse, checked, each with a manifest of what it holds.

The file is copied byte by byte in the writer's turn: at a million posts that takes a second where
``COPY FROM DATABASE`` takes minutes, for it makes every key anew.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from umot.errors import Fatal
from warehouse import files
from warehouse.connect import Warehouse
from warehouse.forget import opened
from warehouse.manifest import (
    Content,
    Manifest,
    Progress,
    check,
    contents,
    silent,
    told,
    write_manifest,
)

FOLDER = "backups"  # in the data folder
DATED = re.compile(r"umot-\d{8}T\d{6}Z\.duckdb")
CHUNK = 1 << 24  # bytes copied at once
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in its place; `size` in bytes."""

    path: Path
    size: int
    manifest: Manifest


def place(target: Path | None, home: Path, now: datetime) -> Path:
    """The file to write: `target`, or a dated one in that folder, else in HOME/backups."""
    folder = home / FOLDER if target is None else target
    if target is not None and not target.is_dir():
        return target
    while (path := folder / f"umot-{now:%Y%m%dT%H%M%SZ}.duckdb").exists():
        now += timedelta(seconds=1)
    return path


def backup(
    warehouse: Warehouse, target: Path, *, now: datetime, progress: Progress = silent
) -> Backup:
    """Copy the warehouse, private parts included, to a new file that only its owner may read.

    It stands in its place only once it is checked. Other writers wait while it is copied, not
    while it is checked; hold off erasing meanwhile, or what is erased comes into the backup.
    Raises `Fatal` (nothing there, no room, `target` exists) or `Retriable`.
    """
    if not warehouse.path.exists():
        raise Fatal(f"nothing to back up: {warehouse.path} does not exist; umot run makes it")
    if target.exists():
        raise Fatal(f"{target} exists already; name another file or a folder")
    with told(f"{target} cannot be written"):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_leftovers(warehouse, target.parent, now)
        part = target.with_name(f".{target.name}.part")
        try:
            with warehouse.alone("umot backup"):
                found = copied(warehouse.path, part, progress)
            manifest = finished(part, target, found, now, progress)
        finally:
            files.remove(part)
        return Backup(target, target.stat().st_size, manifest)


def copied(path: Path, part: Path, progress: Progress = silent) -> list[Content]:
    """Copy a warehouse that nobody has open; returns what is in it."""
    with opened(path) as db:
        db.execute("CHECKPOINT")  # what is in the write-ahead log goes into the file
        found = contents(db, "counting", progress)
    copy(path, part, progress)
    return found


def finished(
    part: Path, target: Path, found: list[Content], now: datetime, progress: Progress = silent
) -> Manifest:
    """Give a copy its manifest, check it and put it in its place."""
    with opened(part) as db:
        write_manifest(db, found, now)
        db.execute("CHECKPOINT")
    manifest = check(part, progress)
    files.secure(part, target)
    return manifest


def seal(path: Path, target: Path, now: datetime) -> None:
    """Back up the file `path`, whose turn the caller has, as `backup` does."""
    part = target.with_name(f".{target.name}.part")
    with told(f"{target} cannot be written"):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            finished(part, target, copied(path, part), now)
        finally:
            files.remove(part)


def remove_leftovers(warehouse: Warehouse, folder: Path, now: datetime) -> None:
    """Remove what killed backups left; in a folder that others may share, ours when a day old."""
    own = folder.resolve() == (warehouse.folder.parent / FOLDER).resolve()
    yesterday = (now - timedelta(days=1)).timestamp()
    for left in folder.glob(".*.part" if own else ".umot-*.part"):
        if own or left.stat().st_mtime < yesterday:
            files.remove(left)


def prune(folder: Path, keep: int, newest: Path) -> list[Path]:
    """Remove the oldest dated backups of a folder so that `keep` are left, `newest` among them."""
    dated = sorted(
        path for path in folder.iterdir() if DATED.fullmatch(path.name) and path != newest
    )
    gone = dated[: max(0, len(dated) - (keep - 1))]
    for path in gone:
        files.remove(path)
    return gone


def copy(source: Path, target: Path, progress: Progress = silent) -> None:
    """Copy a file that nobody has open, safe on the disk; only the owner may read the copy."""
    total = source.stat().st_size
    free = shutil.disk_usage(target.parent).free
    if free < total:
        raise Fatal(f"{target.parent} has {free / 1e9:.1f} GB free, {total / 1e9:.1f} GB is needed")
    files.remove(target)
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as old, os.fdopen(handle, "wb") as new:
        while chunk := old.read(CHUNK):
            new.write(chunk)
            progress("copying (MB)", new.tell() // MEGABYTE, total // MEGABYTE)
        new.flush()
        os.fsync(new.fileno())
