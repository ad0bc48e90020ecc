"""The writer's turn in a DuckLake: an advisory lock of Postgres, held by a session of its own.

It reaches across machines, and Postgres frees it when the session ends, however that comes about.
Whoever waits stands in Postgres's queue, for a few seconds at a time (`Warehouse` asks again).
"""

from __future__ import annotations

import os
import re
import socket
import time
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Retriable
from warehouse import files
from warehouse.homes import extensions
from warehouse.homes.place import Place

# Who has the lock, as it signed itself: the name of a session is shown to others of its role.
HOLDER = """
SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND (l.classid::BIGINT << 32) + l.objid::BIGINT = {lock}
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
LONGEST = 63  # bytes that Postgres keeps of a session's name


class Turn:
    """One writer's lock, which lives in a transaction of a session that does nothing else."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._db: Connection | None = None

    def take(self, command: str, seconds: float) -> bool:
        """Wait so long for the lock; whether it was got. Raises `Retriable`."""
        try:
            self._begin()
        except duckdb.Error as error:
            self.close()
            raise unreachable(self._place, error) from error
        milliseconds = max(1, int(seconds * 1000))  # 0 would be no limit at all
        began = time.monotonic()
        try:
            self._do(f"SET LOCAL application_name = '{signature(command)}'")
            self._do(f"SET LOCAL lock_timeout = {milliseconds}")
            self._do("SET LOCAL idle_in_transaction_session_timeout = 0")  # a turn may take long
            # A lock of the transaction: whatever ends that frees it.
            self.ask(f"SELECT pg_advisory_xact_lock({self._place.lock})::TEXT")
        except duckdb.Error as error:
            self.give_back()
            # The clock tells: Postgres says it in its own language.
            if time.monotonic() - began >= milliseconds / 1000:
                return False
            raise unreachable(self._place, error) from error
        return True

    def give_back(self) -> None:
        """Free the lock; a session that is broken goes, and its lock with it."""
        if self._db is not None:
            try:
                self._db.rollback()
            except duckdb.Error:
                self.close()

    def close(self) -> None:
        """End the session."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def alive(self) -> bool:
        """Whether the session still has the lock."""
        try:
            return self.ask("SELECT 1") == [(1,)]
        except duckdb.Error:
            return False

    def holder(self) -> str:
        """Who has the lock now, for people; asked by one who does not have it."""
        try:
            found = self.ask(HOLDER.format(lock=self._place.lock))
        except duckdb.Error:
            found = []
        return str(found[0][0]) if found and found[0][0] else "another process"

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The answer of Postgres, in the transaction of the turn where there is one."""
        found: list[tuple[Any, ...]] = (
            self._session().execute("SELECT * FROM postgres_query('pg', $1)", [question]).fetchall()
        )
        return found

    def asked(self, question: str) -> list[tuple[Any, ...]]:
        """The answer of Postgres to one who need not have the turn. Raises `Retriable`."""
        for last in (False, True):  # the session may be of before Postgres was started again
            try:
                return self.ask(question)
            except duckdb.Error as error:
                self.close()
                if last:
                    raise unreachable(self._place, error) from error
        raise AssertionError

    def _begin(self) -> None:
        """Begin a transaction in a session that works: Postgres may have been started again."""
        fresh = self._db is None
        try:
            self._session().begin()
            # Else it would keep Postgres from clearing away what was deleted since.
            self._do("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        except duckdb.Error:
            self.close()
            if fresh:
                raise
            self._begin()

    def _session(self) -> Connection:
        if self._db is None:
            self._db = connected(self._place)
        return self._db

    def _do(self, statement: str) -> None:
        self._session().execute("CALL postgres_execute('pg', $1)", [statement])


def connected(place: Place) -> Connection:
    """A DuckDB that does nothing but speak with the Postgres of a place, called `pg`."""
    db = duckdb.connect(config={"threads": 1, "temp_directory": ""})
    try:
        extensions.load(db, "postgres")
        db.execute("SET pg_pool_max_connections = 1")
        db.execute(f"ATTACH '{files.quote(place.catalogue)}' AS pg (TYPE postgres)")
    except BaseException:
        db.close()
        raise
    return db


def signature(command: str) -> str:
    """Who we are, for whoever waits: fit for a session's name and for an SQL string."""
    host = re.sub(r"[^\w.-]", "", socket.gethostname())[:20]
    words = re.sub(r"[^\w ./:@-]", "", command)
    text = f"pid {os.getpid()} on {host} ({words}".encode()
    return text[: LONGEST - 1].decode(errors="ignore") + ")"


def unreachable(place: Place, error: duckdb.Error) -> Retriable:
    """The error of a catalogue that does not answer; it never holds the password."""
    return Retriable(f"{place.words} cannot be reached: {' '.join(str(error).split())}")
