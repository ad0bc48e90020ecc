"""Bringing a warehouse to this program's schema: numbered migrations, then the views."""

from __future__ import annotations

import hashlib

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import sql

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
VIEWS = 0  # the ledger's row for the views, replaced whenever their text changes


def migrate(db: Connection) -> None:
    """Apply what is missing, each migration in a transaction of its own.

    Raises `Fatal` where the file was written by a newer program.
    """
    migrations = sql.folder("migrations")
    applied = versions(db)
    newest = max(applied, default=0)
    if newest > len(migrations):
        raise Fatal(
            f"this warehouse has schema version {newest}, this umot knows {len(migrations)}: "
            "upgrade umot"
        )
    for version, (name, text) in enumerate(migrations, start=1):
        if version not in applied:
            step(db, version, name, text)
    if applied.get(VIEWS) != fingerprint(views()) or newest < len(migrations):
        step(db, VIEWS, "views", views(), replace=True)


def views() -> str:
    """The text of all views."""
    return "\n".join(text for _, text in sql.folder("views"))


def versions(db: Connection) -> dict[int, str]:
    """Fingerprints by version, of what has been applied; creates the ledger."""
    known = db.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE table_name = 'schema_versions' AND database_name = current_database()"
    ).fetchone()
    if known == (0,):
        return {}
    return dict(db.execute("SELECT version, fingerprint FROM schema_versions").fetchall())


def step(db: Connection, version: int, name: str, text: str, *, replace: bool = False) -> None:
    """Run one file and note it, all or nothing."""
    db.begin()
    try:
        db.execute(LEDGER)
        db.execute(text)
        if replace:
            db.execute("DELETE FROM schema_versions WHERE version = $1", [version])
        db.execute(
            "INSERT INTO schema_versions VALUES ($1, $2, $3, current_timestamp)",
            [version, name, fingerprint(text)],
        )
        if version == VIEWS:
            comment_columns(db)
    except BaseException:
        db.rollback()
        raise
    db.commit()


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
