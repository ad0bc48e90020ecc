"""Opening the warehouse: one writer at a time, readers on the published copy."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from umot.errors import Fatal, Retriable
from warehouse import files, migrate, publish

WAIT = 600.0  # seconds a writer waits for its turn before it gives up
Connection = duckdb.DuckDBPyConnection
NOTICE = 2.0  # seconds of waiting after which it says whom it waits for


class Warehouse:
    """The warehouse of one data folder.

    Files: ``warehouse/umot.duckdb`` (the writer's), ``warehouse/published.duckdb`` (for readers)
    and ``warehouse/writer.lock``.
    """

    def __init__(self, home: Path, notice: Callable[[str], None] = lambda message: None) -> None:
        self.folder = home / "warehouse"
        self.path = self.folder / "umot.duckdb"
        self.published = self.folder / "published.duckdb"
        self._holder = self.folder / "writer.json"
        self._notice = notice
        self._turn = threading.RLock()
        # The lock is the kernel's (flock), so a killed writer frees it.
        self._lock = FileLock(self.folder / "writer.lock", thread_local=False)
        self._restored = self.folder / "restored"
        self._known: str | None = None  # which restored warehouse this object has worked on

    @contextmanager
    def write(self, command: str, *, wait: float = WAIT) -> Iterator[Connection]:
        """The writer's connection, migrated, in no transaction; `command` is shown to who waits.

        Raises `Retriable` when another process keeps the lock longer than `wait` seconds.
        """
        with self.alone(command, wait=wait), self._open() as db:
            yield db

    @contextmanager
    def alone(self, command: str, *, wait: float = WAIT) -> Iterator[None]:
        """The writer's turn without a connection, for work on the file itself; raises as `write`.

        Within `write` of the same object it is no protection: the file is open then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._turn:
            self._acquire(wait)
            try:
                holder = {"pid": os.getpid(), "command": command}
                self._holder.write_text(json.dumps(holder), "utf-8")
                yield
            finally:
                self._lock.release()

    @contextmanager
    def transaction(self, command: str, *, wait: float = WAIT) -> Iterator[Connection]:
        """As `write`, but all or nothing: committed at the end, rolled back on any error."""
        with self.write(command, wait=wait) as db:
            db.begin()
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def readable(self) -> Path:
        """The published copy's file. Raises `Fatal` where there is none yet.

        A copy that another version of this program published is published again first.
        """
        if not self.published.exists():
            raise Fatal(
                f"nothing has been published in {self.folder} yet; "
                "collect or import posts first (umot run, umot import)"
            )
        if publish.outdated(self.published):
            self.publish()
        return self.published

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection to the published copy; raises what `readable` does."""
        with duckdb.connect(str(self.readable()), read_only=True) as db:
            db.execute("SET TimeZone = 'UTC'")
            yield db

    def publish(self, command: str = "umot publish") -> bool:
        """Give readers a fresh copy; returns whether anything had changed."""
        with self.write(command) as db:
            return publish.publish(db, self.published)

    def _acquire(self, wait: float) -> None:
        """Take the lock, saying after a moment whom it waits for."""
        started = time.monotonic()
        told = False
        while True:
            try:
                self._lock.acquire(timeout=min(NOTICE, wait))
                return
            except Timeout as error:
                if time.monotonic() - started >= wait:
                    raise Retriable(f"the warehouse is busy: {self.holder()} has it") from error
                if not told:
                    self._notice(f"waiting for the warehouse: {self.holder()} has it")
                    told = True

    def holder(self) -> str:
        """Who last took the lock, for people."""
        try:
            held = json.loads(self._holder.read_text("utf-8"))
        except (OSError, json.JSONDecodeError):  # it may be being written at this moment
            return "another process"
        return f"pid {held['pid']} ({held['command']})"

    def replaced(self, mark: str) -> None:
        """Note that another warehouse takes the place of this one; `mark` is of this time only.

        Who is in the middle of a run then is refused: its cursors are those of the other one.
        """
        files.write(self._restored, mark, mode=0o644)
        self._known = mark

    def _open(self) -> Connection:
        mark = self._restored.read_text("utf-8") if self._restored.exists() else ""
        if self._known not in (None, mark):
            raise Retriable("the warehouse was restored from a backup meanwhile; run this again")
        self._known = mark
        try:
            db = duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            if "set lock on file" in str(error):  # "block" has a lock in it, too
                raise Retriable(f"{self.path} is open in another program: {error}") from error
            raise Fatal(f"{self.path} cannot be opened: {error}") from error
        try:
            db.execute("SET TimeZone = 'UTC'")
            migrate.migrate(db)
        except BaseException:
            db.close()
            raise
        return db
