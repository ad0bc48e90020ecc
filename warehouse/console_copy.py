"""The published copy, kept open for a program that is asked often.

Opening the file again for every question would cost more than most answers. A copy that was
published since is opened once nobody reads the old one any more, which is soon: no question here
takes long. DuckDB gives one process one instance per path, so both cannot be open at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Retriable
from warehouse.connect import Warehouse

Mark = tuple[int, int]  # which file it is: inode and time of change
# Rows of a page are looked up by a list of numbers; from 50 on DuckDB would read them all instead.
SETTINGS = "SET TimeZone = 'UTC'; SET dynamic_or_filter_threshold = 1000"
PATIENCE = 30.0  # seconds to wait for those who still read the old copy


class Copy:
    """The present published copy of a warehouse; one object serves all threads."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._turn = threading.Condition()
        self._db: Connection | None = None
        self._mark: Mark | None = None
        self._readers = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A cursor on the newest copy, times in UTC. Raises `Fatal` where none is published yet."""
        with self._turn:
            db = self._current()
            self._readers += 1
        try:
            cursor = db.cursor()
            try:
                cursor.execute(SETTINGS)
                yield cursor
            finally:
                cursor.close()
        finally:
            with self._turn:
                self._readers -= 1
                self._turn.notify_all()

    @property
    def mark(self) -> Mark | None:
        """Which copy is published now; None for none."""
        try:
            found = self.warehouse.published.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    @property
    def opened(self) -> Mark | None:
        """Which copy is read at present; None for none. It stays while somebody reads."""
        return self._mark

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            if self._db is not None:
                self._db.close()
            self._db = self._mark = None

    def _current(self) -> Connection:
        """The open copy, opened again where it is not the newest; with the turn."""
        if self._db is not None and self._mark == self.mark:
            return self._db
        if not self._turn.wait_for(lambda: not self._readers, PATIENCE):
            raise Retriable("the copy before is still being read; try again")
        if self._db is not None and self._mark == self.mark:  # another thread was first
            return self._db
        self.close()
        path = self.warehouse.readable()
        mark = self.mark
        self._db = duckdb.connect(str(path), read_only=True)
        self._mark = mark
        return self._db
