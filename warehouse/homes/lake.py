"""The warehouse as a DuckLake: its catalogue in Postgres, its rows in Parquet files.

Writers may be on several machines, each with its own published copy. DuckLake knows no keys, so
two writers at once would store the same new post twice: `Turn` lets one at a time. Should its lock
be lost in the middle, the commit of the later one fails, for both change the row that counts the
changes (`load.touch`) and DuckLake refuses the second.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Retriable
from warehouse import migrate, room
from warehouse.files import quote
from warehouse.homes import erasing, extensions, shared, tidying
from warehouse.homes.place import PASSWORD, Place
from warehouse.homes.turn import Turn, unreachable

NAME = "lake"  # of the database within DuckDB
MADE = """
SELECT count(*) FROM information_schema.tables
WHERE table_schema = '{schema}' AND table_name = 'ducklake_metadata'
"""
# Where small changes wait. Those of an older form of a table go once they are in files, which
# whoever has the lake attached is not told: DuckLake would still ask for them.
WAITING = (
    'SELECT table_name FROM __ducklake_metadata_lake."{schema}".ducklake_inlined_data_tables '
    "ORDER BY table_name"
)


class LakeHome:
    """A DuckLake and this machine's part in it: the data folder `home` with its key."""

    def __init__(self, place: Place, home: Path) -> None:
        self.place = place
        self._home = home
        self._spill = home / "warehouse" / "lake.tmp"  # where DuckDB lays aside what is too big
        self._turn = Turn(place)
        self._db: Connection | None = None
        self._waiting: list[tuple[str]] = []  # the tables of `WAITING` as it was attached

    @property
    def words(self) -> str:
        """What and where it is."""
        return self.place.words

    def exists(self) -> bool:
        """Whether its catalogue has been made."""
        self._password()
        return self._turn.asked(MADE.format(schema=self.place.schema)) != [(0,)]

    def acquire(self, command: str, seconds: float) -> bool:
        """Try for so long to get Postgres's lock."""
        self._password()
        return self._turn.take(command, seconds)

    def holder(self) -> str:
        """Who has the lock now."""
        return self._turn.holder()

    def release(self) -> None:
        """Free the lock."""
        self._turn.give_back()

    def confirm(self) -> None:
        """Raise `Retriable` where the session of the lock has ended."""
        if not self._turn.alive():
            raise Retriable(
                "the writer's turn was lost: Postgres ended its session; run this again"
            )

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """A connection to the lake, which stays attached for the next turn.

        Another writer's rows are seen all the same: every transaction begins at the newest state.
        """
        db = self._connection()
        try:
            yield db
        except duckdb.IOException as error:  # S3 or Postgres gave no answer, or no room
            self._detach()
            if room.full(error):
                raise
            raise unreachable(self.place, error) from error
        except duckdb.Error:
            self._detach()  # whatever it was, the next turn begins afresh
            raise
        finally:
            db.close()

    def close(self) -> None:
        """End every session with Postgres; the next turn begins new ones."""
        self._turn.close()
        self._detach()

    def _detach(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def rewrite(self) -> None:
        """Write the files anew that hold anything erased, and forget the states before."""
        with self.open() as db:
            erasing.purge(db, self.place)
        self._detach()
        shutil.rmtree(self._spill, ignore_errors=True)  # of writers that were killed

    def tidy(self, db: Connection) -> None:
        """Merge small files and drop old states, now and then."""
        tidying.tidy(db)

    def _connection(self) -> Connection:
        fresh = self._db is None
        try:
            return self._cursor()
        except duckdb.Error as error:
            self._detach()
            if fresh:
                raise unreachable(self.place, error) from error
        try:  # Postgres may have been started again since the turn before
            return self._cursor()
        except duckdb.Error as error:
            self._detach()
            raise unreachable(self.place, error) from error

    def _cursor(self) -> Connection:
        if self._db is not None and self._tables(self._db) != self._waiting:
            self._detach()
        fresh = self._db is None
        self._db = self._db or self._attach()
        db = self._db.cursor()
        try:
            db.execute(f"USE {NAME}")
            db.execute("SET TimeZone = 'UTC'")
            migrate.migrate(db)
            shared.agree(db, self._home)
            if fresh:
                self._waiting = self._tables(db)
        except BaseException:
            db.close()
            raise
        return db

    def _tables(self, db: Connection) -> list[tuple[str]]:
        # Not in the session of the turn: its locks would last as long as the turn.
        found: list[tuple[str]] = db.execute(WAITING.format(schema=self.place.schema)).fetchall()
        return found

    def _attach(self) -> Connection:
        self._spill.parent.mkdir(parents=True, exist_ok=True)
        db = duckdb.connect(config={"temp_directory": str(self._spill)})
        try:
            for name in extensions.needed(self.place.data):
                extensions.load(db, name)
            extensions.credentials(db, self.place.data)
            options = {"DATA_PATH": self.place.data, "METADATA_SCHEMA": self.place.schema}
            # As text: a Path makes s3:/bucket of s3://bucket, a folder beside the command.
            told = ", ".join(f"{name} '{quote(text)}'" for name, text in options.items())
            catalogue = quote(self.place.catalogue)
            db.execute(f"ATTACH 'ducklake:postgres:{catalogue}' AS {NAME} ({told})")
        except BaseException:
            db.close()
            raise
        return db

    def _password(self) -> None:
        """Hand the password to libpq the way it never comes into a message."""
        if given := os.environ.get(PASSWORD):
            os.environ["PGPASSWORD"] = given
