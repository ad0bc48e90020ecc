"""The published copy: what readers open while a writer works, without raw items.

It is written anew each time: our schema, the rows, what is brought together once (`rollups`), the
index. A copy of the writer's file, byte by byte, is the faster by far, but it holds the raw items,
and erased text in freed blocks; so would the copy before with only the changes put in, which
besides needs every writer to tell what it changed. Without keys the rows themselves are cheap: of
a million posts' minute of one core, half is the index of words, which later copies carry over, and
17 s what is brought together.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from warehouse import files, migrate, rollups, search

STAMP = "published_stamp"


def publish(db: Connection, target: Path) -> bool:
    """Copy all that may be read into a new file and put it in the place of `target` at once.

    Does nothing and returns False where nothing changed since. Readers that have the old file
    open keep it. A copy that dies half-way leaves the old file in place.
    """
    stamp = state(db)
    if target.exists() and stamp == published_state(target):
        return False
    fresh = target.with_suffix(".new")
    ((source,),) = db.execute("SELECT current_database()").fetchall()
    try:
        build(db, fresh, str(source), stamp, target)
        files.secure(fresh, target)
    except BaseException:
        files.remove(fresh)  # on a full disk what is left of it would stand in everybody's way
        raise
    return True


def build(db: Connection, path: Path, source: str, stamp: str, before: Path) -> None:
    """Write the copy: a new file with our own schema, then the rows of every public table.

    `before` is the copy it replaces, which may not exist.
    """
    migrate.new(path)
    db.execute(f"ATTACH '{files.quote(path)}' AS fresh")
    try:
        db.execute("USE fresh")
        db.execute("DROP SCHEMA private CASCADE")
        for table in tables(db, source):
            db.execute(f'DELETE FROM fresh."{table}"')
            db.execute(f'INSERT INTO fresh."{table}" SELECT * FROM {source}."{table}"')
        rollups.freeze(db)
        search.build(db, before)
        db.execute(f"CREATE TABLE fresh.{STAMP} AS SELECT $1::VARCHAR AS stamp", [stamp])
        db.execute(f"COMMENT ON TABLE fresh.{STAMP} IS 'Which state of the data this copy shows.'")
        db.execute(f"COMMENT ON COLUMN fresh.{STAMP}.stamp IS 'Fingerprint of that state.'")
        db.execute("CHECKPOINT fresh")
    finally:
        db.execute(f"USE {source}")
        db.execute("DETACH fresh")


def tables(db: Connection, source: str) -> list[str]:
    """The public tables of a database, by name."""
    rows = db.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE schema_name = 'main' AND database_name = $1 ORDER BY table_name",
        [source],
    ).fetchall()
    return [str(name) for (name,) in rows if name != STAMP]


def state(db: Connection) -> str:
    """A text that changes whenever a published row, table or view does."""
    row = db.execute("SELECT change FROM private.changes").fetchone()
    schema = migrate.fingerprint(str(sorted(migrate.versions(db).items())))
    return f"{row[0] if row else 0}-{schema}-{search.version()}"


def published_state(target: Path) -> str | None:
    """The state that the present copy shows; None where it cannot be told."""
    try:
        with duckdb.connect(str(target), read_only=True) as copy:
            row = copy.execute(f"SELECT stamp FROM {STAMP}").fetchone()
    except duckdb.Error:  # damaged or of another kind: it is to be replaced anyway
        return None
    return str(row[0]) if row else None


def outdated(target: Path) -> bool:
    """Whether a copy has views of another version of this program."""
    try:
        with duckdb.connect(str(target), read_only=True) as copy:
            return migrate.versions(copy).get(migrate.VIEWS) != migrate.fingerprint(migrate.views())
    except duckdb.Error:  # damaged or of another kind
        return True
