"""Bringing a warehouse to this program's schema: numbered migrations, then the views."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import dialect, files, sql

# No DEFAULT of a function here: DuckDB 1.5.5 cannot replay a comment on such a table from its
# write-ahead log, so a process killed after the migration would leave a file that never opens.
LEDGER = """
CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
)"""
LEDGER_COMMENTS = {
    "version": "Number of the migration; 0 stands for the views.",
    "name": "Its file.",
    "fingerprint": "What its text was, so that a change is noticed.",
    "applied_at": "When it was applied (UTC).",
}
EMPTY: dict[str, bytes] = {}  # what `new` wrote, by fingerprint of the schema
VIEWS = 0  # the ledger's row for the views, replaced whenever their text changes


def migrate(db: Connection) -> None:
    """Apply what is missing, all of it or nothing.

    In a DuckLake it is each file for itself. Raises `Fatal` where the warehouse was written by a
    newer program, or a file of ours fails on it.
    """
    missing = behind(db)
    if not missing:
        return
    try:
        if dialect.is_lake(db):
            for version, (name, text) in missing.items():
                step(db, version, name, text, replace=version == VIEWS)
            return
        with atomic(db):
            for version, (name, text) in missing.items():
                apply(db, version, name, text, replace=version == VIEWS)
    except duckdb.Error as error:
        newest = len(sql.folder("migrations"))
        raise Fatal(
            f"the warehouse could not be brought to schema {newest} and stays as it was: {error}"
        ) from error


def new(path: Path) -> None:
    """Write a DuckDB file that has our schema and no rows, in the place of any other.

    The first one takes some 500 statements; later ones of this process are copies of it.
    """
    files.remove(path)  # of a process that was killed here
    schema = fingerprint(str(sql.folder("migrations")) + views())
    if schema in EMPTY:
        path.write_bytes(EMPTY[schema])
        return
    with duckdb.connect(str(path)) as db:
        migrate(db)
    EMPTY[schema] = path.read_bytes()


def behind(db: Connection) -> dict[int, tuple[str, str]]:
    """What is missing, by version in order: (name, text). Raises as `migrate` does."""
    migrations = sql.folder("migrations")
    applied = versions(db)
    newest = max(applied, default=0)
    if newest > len(migrations):
        raise Fatal(
            f"this warehouse has schema version {newest}, this umot knows {len(migrations)}: "
            "upgrade umot"
        )
    missing = {
        version: one for version, one in enumerate(migrations, start=1) if version not in applied
    }
    if missing or applied.get(VIEWS) != fingerprint(views()):
        missing[VIEWS] = ("views", views())
    return missing


def views() -> str:
    """The text of all views."""
    return "\n".join(text for _, text in sql.folder("views"))


def versions(db: Connection) -> dict[int, str]:
    """Fingerprints by version, of what has been applied; nothing in a new database."""
    try:
        return dict(db.execute("SELECT version, fingerprint FROM schema_versions").fetchall())
    except duckdb.CatalogException:
        return {}


def step(db: Connection, version: int, name: str, text: str, *, replace: bool = False) -> None:
    """Run one file and note it, all or nothing."""
    with atomic(db):
        apply(db, version, name, text, replace=replace)


@contextmanager
def atomic(db: Connection) -> Iterator[None]:
    """A transaction, rolled back on any failure."""
    db.begin()
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


def apply(db: Connection, version: int, name: str, text: str, *, replace: bool = False) -> None:
    """Run one file and note it, in the caller's transaction."""
    lake = dialect.is_lake(db)
    for statement in dialect.statements(f"{LEDGER};\n{text}") if lake else (LEDGER, text):
        db.execute(statement)
    if replace:
        db.execute("DELETE FROM schema_versions WHERE version = $1", [version])
    db.execute(
        "INSERT INTO schema_versions VALUES ($1, $2, $3, current_timestamp)",
        [version, name, fingerprint(text)],
    )
    if version == VIEWS and not lake:
        comment_columns(db)


def fingerprint(text: str) -> str:
    """16 hexadecimal digits of a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def comment_columns(db: Connection) -> None:
    """Give view columns without a comment that of the column of the same name elsewhere."""
    for column, comment in LEDGER_COMMENTS.items():
        db.execute(f"COMMENT ON COLUMN schema_versions.{column} IS '{comment}'")
    db.execute("COMMENT ON TABLE schema_versions IS 'Which migrations have been applied.'")
    columns = db.execute(
        "SELECT table_name, column_name, comment, table_name IN (SELECT view_name FROM "
        "duckdb_views()) FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND database_name = current_database() "
        # The last one known wins: that of mentions, of other tables, of posts.
        "ORDER BY table_name = 'posts', table_name <> 'mentions', table_name"
    ).fetchall()
    known = {
        name: comment
        for table, name, comment, is_view in columns
        if comment and (not is_view or table == "mentions")
    }
    for table, name, comment, is_view in columns:
        if is_view and not comment and name in known:
            quoted = known[name].replace("'", "''")
            db.execute(f'COMMENT ON COLUMN "{table}"."{name}" IS \'{quoted}\'')
