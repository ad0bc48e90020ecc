"""What a backup says of itself: the manifest inside, and holding the file against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import migrate, sql
from warehouse.forget import opened

# Called with what is done, how far, and of how many (None: not known).
Progress = Callable[[str, int, int | None], None]

MANIFEST = """
CREATE SCHEMA backup;
CREATE TABLE backup.made (
    made_at TIMESTAMPTZ NOT NULL, umot VARCHAR NOT NULL, duckdb VARCHAR NOT NULL,
    schema_version INTEGER NOT NULL
);
CREATE TABLE backup.contents (
    table_name VARCHAR PRIMARY KEY, row_count BIGINT NOT NULL, checksum HUGEINT NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and the sum of their hashes; `table` as SQL writes it."""

    table: str
    rows: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    umot: str
    duckdb: str
    schema_version: int
    contents: tuple[Content, ...]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(content.rows for content in self.contents)


def silent(what: str, done: int, total: int | None) -> None:
    """No progress shown."""


def check(path: Path, progress: Progress = silent, *, called: Path | None = None) -> Manifest:
    """Read a backup as a whole and hold it against its manifest. Raises `Fatal`, `Retriable`.

    `called` is the file that errors name, where `path` is a copy of it.
    """
    called = called or path
    with told(f"{called} is damaged"), opened(path, read_only=True) as db:
        manifest = inspect(db, called)
        found = contents(db, "checking", progress)
        # DuckDB may hash otherwise in another version; the rows are counted and read all the same.
        hashes = manifest.duckdb == duckdb.__version__
        expected = {one.table: one if hashes else one.rows for one in manifest.contents}
        actual = {one.table: one if hashes else one.rows for one in found}
    for table in sorted(expected.keys() | actual.keys()):
        if expected.get(table) != actual.get(table):
            raise Fatal(f"{called} is damaged: {table} is not what its manifest says")
    return manifest


def inspect(db: Connection, path: Path) -> Manifest:
    """The manifest of an opened backup. Raises `Fatal` for what this program cannot restore."""
    names = {
        f"{schema}.{table}"
        for schema, table in db.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE database_name = current_database()"
        ).fetchall()
    }
    if not {"main.schema_versions", "main.posts"} <= names:
        raise Fatal(f"{path} is no warehouse of umot")
    newest, known = max(migrate.versions(db), default=0), len(sql.folder("migrations"))
    if newest > known:
        raise Fatal(
            f"{path} has schema version {newest}, this umot knows {known}: upgrade umot first"
        )
    if not {"backup.made", "backup.contents", "private.changes"} <= names:
        raise Fatal(f"{path} is no backup: it was not made by umot backup")
    made = db.execute("SELECT made_at, umot, duckdb, schema_version FROM backup.made").fetchone()
    if made is None or made[3] != newest:
        raise Fatal(f"{path} is damaged: its manifest is of another schema version")
    rows = db.execute("SELECT table_name, row_count, checksum FROM backup.contents").fetchall()
    made_at, umot, by, schema_version = made
    return Manifest(made_at, umot, by, schema_version, tuple(Content(*row) for row in rows))


def contents(db: Connection, what: str = "", progress: Progress = silent) -> list[Content]:
    """Count and hash the rows of every table but the manifest; all of the file is read."""
    tables = db.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary "
        "AND database_name = current_database() AND schema_name <> 'backup' ORDER BY ALL"
    ).fetchall()
    found = []
    for done, (schema, name) in enumerate(tables):
        progress(what, done, len(tables))
        table = f'"{schema}"."{name}"'
        row = db.execute(
            f"SELECT count(*), coalesce(sum(hash(whole_row)), 0) FROM {table} AS whole_row"
        ).fetchone()
        found.append(Content(table, *(row or (0, 0))))
    progress(what, len(tables), len(tables))
    return found


def write_manifest(db: Connection, found: list[Content], now: datetime) -> None:
    """Put the manifest into a copy of the warehouse."""
    db.execute(MANIFEST)
    made = [now, version("umot"), duckdb.__version__, max(migrate.versions(db), default=0)]
    db.execute("INSERT INTO backup.made VALUES ($1, $2, $3, $4)", made)
    write_contents(db, found)


def reseal(db: Connection) -> None:
    """Let the manifest tell what a backup holds now that something was erased from it.

    In the caller's transaction; a file without a manifest stays without.
    """
    known = db.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'backup' "
        "AND database_name = current_database()"
    ).fetchone()
    if known == (2,):
        found = contents(db)
        db.execute("UPDATE backup.made SET duckdb = $1", [duckdb.__version__])
        write_contents(db, found)


def write_contents(db: Connection, found: list[Content]) -> None:
    """Store the counts and checksums in the place of those there were."""
    for one in found:
        db.execute(
            "INSERT OR REPLACE INTO backup.contents VALUES ($1, $2, $3)",
            [one.table, one.rows, one.checksum],
        )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Make what the disk or DuckDB says a failure in one line."""
    try:
        yield
    except OSError as error:
        raise Fatal(f"{what}: {error.strerror or error}") from error
    except duckdb.Error as error:
        raise Fatal(f"{what}: {error}") from error
