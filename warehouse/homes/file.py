"""The warehouse as one DuckDB file in the data folder: the home that needs nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection
from filelock import FileLock, Timeout

from umot.errors import Fatal, Retriable
from warehouse import files, forget, migrate, room, upgrade


class FileHome:
    """Files: ``umot.duckdb``, ``writer.lock``, and ``writer.json`` that names who has the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "umot.duckdb"
        self._holder = folder / "writer.json"
        # The lock is the kernel's (flock), so a killed writer frees it.
        self._lock = FileLock(folder / "writer.lock", thread_local=False)
        self._restored = folder / "restored"
        self._known: str | None = None  # which restored warehouse this object has worked on

    @property
    def words(self) -> str:
        """What and where it is."""
        return f"the DuckDB file {self.path}"

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def acquire(self, command: str, seconds: float) -> bool:
        """Try for so long to get the lock."""
        try:
            self._lock.acquire(timeout=seconds)
        except Timeout:
            return False
        with suppress(OSError):  # a full disk: who has the lock is only for people to read
            self._holder.write_text(json.dumps({"pid": os.getpid(), "command": command}), "utf-8")
        return True

    def holder(self) -> str:
        """Who last took the lock."""
        try:
            held = json.loads(self._holder.read_text("utf-8"))
        except (OSError, json.JSONDecodeError):  # it may be being written at this moment
            return "another process"
        return f"pid {held['pid']} ({held['command']})"

    def release(self) -> None:
        """Free the lock."""
        self._lock.release()

    def confirm(self) -> None:
        """The kernel takes this lock from nobody who lives."""

    def replaced(self, mark: str) -> None:
        """Note that another warehouse takes the place of this one; `mark` is of this time only.

        Who is in the middle of a run then is refused: its cursors are those of the other one.
        """
        files.write(self._restored, mark, mode=0o644)
        self._known = mark

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """A connection to the file, closed at the end: readers of a copy need no writer."""
        mark = self._restored.read_text("utf-8") if self._restored.exists() else ""
        if self._known not in (None, mark):
            raise Retriable("the warehouse was restored from a backup meanwhile; run this again")
        self._known = mark
        db = self._connect()
        if upgrade.due(db):
            db.close()  # the file is copied as it lies there
            upgrade.save(self.path, self.folder.parent, datetime.now(UTC))
            db = self._connect()
        with db:
            db.execute("SET TimeZone = 'UTC'")
            migrate.migrate(db)
            yield db

    def _connect(self) -> Connection:
        if not self.path.exists():
            fresh = self.path.with_suffix(".new")
            migrate.new(fresh)
            files.secure(fresh, self.path)
        try:
            return duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            if "set lock on file" in str(error):  # "block" has a lock in it, too
                raise Retriable(f"{self.path} is open in another program: {error}") from error
            raise Fatal(f"{self.path} cannot be opened: {error}") from error

    def rewrite(self) -> None:
        """Write the file anew: freed blocks keep old text."""
        with room.needed():
            forget.rewrite(self.path)

    def tidy(self, db: Connection) -> None:
        """DuckDB keeps its file itself."""
