"""Our migrations and views as DuckLake takes them: the same files, less what it does not know.

DuckLake 1.0 has no keys and no indexes, and comments on tables and their columns only. Keys are
kept by anti-joins in the writer's turn; the published copy, a DuckDB file, has every comment.
"""

from __future__ import annotations

import re

import duckdb
from duckdb import DuckDBPyConnection as Connection

TABLE_KEY = re.compile(r",\s*(?:CONSTRAINT\s+\w+\s+)?(?:PRIMARY KEY|UNIQUE)\s*\([^)]*\)")
PRIMARY = re.compile(r"PRIMARY KEY\s*\(([^)]*)\)")
COLUMN_KEY = re.compile(r"(?:\s+NOT NULL)?\s+PRIMARY KEY(?!\s*\()")
UNKNOWN = re.compile(r"(?:CREATE (?:UNIQUE )?INDEX|DROP INDEX|COMMENT ON (?:MACRO|FUNCTION))\b")
COMMENT = re.compile(r"COMMENT ON COLUMN ([\w.\"]+)\.[\w\"]+ IS")
VIEW = re.compile(r"CREATE (?:OR REPLACE )?VIEW ([\w.\"]+)")
REMARKS = re.compile(r"^(?:\s*--[^\n]*\n|\s+)+")


def is_lake(db: Connection) -> bool:
    """Whether the current database is a DuckLake."""
    row = db.execute(
        "SELECT type FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return row == ("ducklake",)


def statements(text: str) -> list[str]:
    """The statements of a file of ours, for a DuckLake."""
    found = [REMARKS.sub("", one.query) for one in duckdb.extract_statements(text)]
    views = {name for one in found for name in VIEW.findall(one)}
    return [keyless(one) for one in found if not UNKNOWN.match(one) and not of_view(one, views)]


def of_view(statement: str, views: set[str]) -> bool:
    """Whether it comments on a column of a view."""
    comment = COMMENT.match(statement)
    return comment is not None and comment[1] in views


def keyless(statement: str) -> str:
    """A statement that makes a table, without its keys; a key's column may still not be null."""
    if not statement.startswith("CREATE TABLE"):
        return statement
    columns = ",".join(PRIMARY.findall(statement)).split(",")
    statement = COLUMN_KEY.sub(" NOT NULL", TABLE_KEY.sub("", statement))
    for column in filter(None, map(str.strip, columns)):
        nullable = rf"([(,]\s*{column}\s+\w+)(?!\w|\s+NOT NULL)"
        statement = re.sub(nullable, r"\1 NOT NULL", statement, count=1)
    return statement
