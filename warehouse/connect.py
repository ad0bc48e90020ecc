"""Opening the warehouse: one writer at a time, readers on the published copy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from umot import config
from umot.errors import Fatal, Retriable
from umot.folders import ensure
from warehouse import homes, publish, room

WAIT = 600.0  # seconds a writer waits for its turn before it gives up
Connection = duckdb.DuckDBPyConnection
NOTICE = 2.0  # seconds of waiting after which it says whom it waits for


class Warehouse:
    """The warehouse of one data folder.

    The writer's part is in the home that `place` names (`homes.choose`; None: as configured): a
    DuckDB file in ``warehouse/``, or a DuckLake that several machines may share. Readers have
    their own copy in either case: ``warehouse/published.duckdb``.
    """

    def __init__(
        self,
        home: Path,
        notice: Callable[[str], None] = lambda message: None,
        place: str | None = None,
    ) -> None:
        self.folder = home / "warehouse"
        self.published = self.folder / "published.duckdb"
        self.home = homes.choose(config.load(home).warehouse if place is None else place, home)
        self._notice = notice
        self._turn = threading.RLock()
        self._depth = 0  # of turns within the turn of this thread

    @property
    def path(self) -> Path:
        """The DuckDB file. Raises `Fatal` where the warehouse is no file."""
        if isinstance(self.home, homes.FileHome):
            return self.home.path
        raise Fatal(
            f"this is for a warehouse in a file, and yours is {self.home.words}: back it up with "
            "pg_dump and a copy of the files, or copy it into a file with umot move file"
        )

    def exists(self) -> bool:
        """Whether there is a warehouse yet; raises what the home does."""
        return self.home.exists()

    @contextmanager
    def write(self, command: str, *, wait: float = WAIT) -> Iterator[Connection]:
        """The writer's connection, migrated, in no transaction; `command` is shown to who waits.

        Raises `Retriable` when another process keeps the turn longer than `wait` seconds, and
        where the disk is full.
        """
        with self.alone(command, wait=wait), room.needed(), self.home.open() as db:
            yield db

    @contextmanager
    def alone(self, command: str, *, wait: float = WAIT) -> Iterator[None]:
        """The writer's turn without a connection, for work on the home itself; raises as `write`.

        Within `write` of the same object it is no protection: the warehouse is open then.
        """
        ensure(self.folder)
        with self._turn:
            if not self._depth:
                self._acquire(command, wait)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self.home.release()

    @contextmanager
    def transaction(self, command: str, *, wait: float = WAIT) -> Iterator[Connection]:
        """As `write`, but all or nothing: committed at the end, rolled back on any error."""
        with self.write(command, wait=wait) as db:
            db.begin()
            try:
                yield db
                self.home.confirm()
            except BaseException:
                db.rollback()
                raise
            try:
                db.commit()
            except duckdb.TransactionException as error:
                if room.full(error):
                    raise
                raise Retriable(f"another writer came between: {error}") from error

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
            changed = publish.publish(db, self.published)
            self.home.tidy(db)
            return changed

    def _acquire(self, command: str, wait: float) -> None:
        """Take the turn, saying after a moment whom it waits for."""
        started = time.monotonic()
        told = False
        while not self.home.acquire(command, min(NOTICE, wait)):
            if time.monotonic() - started >= wait:
                raise Retriable(f"the warehouse is busy: {self.holder()} has it")
            if not told:
                self._notice(f"waiting for the warehouse: {self.holder()} has it")
                told = True

    def holder(self) -> str:
        """Who has the turn, or last had it, for people."""
        return self.home.holder()

    def replaced(self, mark: str) -> None:
        """Note that another warehouse takes the place of this one; `mark` is of this time only.

        Who is in the middle of a run then is refused: its cursors are those of the other one.
        """
        if isinstance(self.home, homes.FileHome):
            self.home.replaced(mark)
