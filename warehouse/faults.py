"""What cannot be in a sound warehouse: rows that lead nowhere, keys that occur twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

import duckdb
from duckdb import DuckDBPyConnection as Connection

from warehouse import migrate
from warehouse.forget import tables
from warehouse.load import touch

# Tables that grow have no key declared, for keeping one costs more than the rows: anti-joins in the
# writer's turn keep doubles out.
UNDECLARED = (
    ('"main"."posts"', ("post_id",)),
    ('"main"."posts"', ("number",)),
    ('"main"."post_brands"', ("post_id", "brand")),
    ('"main"."sentiments"', ("post_id", "model", "content_hash")),
    (
        '"main"."moment_readings"',
        ("post_id", "model", "map_version", "content_hash", "position"),
    ),
    ('"main"."engagement"', ("post_id", "observed_at")),
    ('"private"."raw_items"', ("source", "post_id")),
)
ONE_ROW = ('"main"."active"', '"private"."changes"')
WITHOUT_POST = "post_id IS NOT NULL AND post_id NOT IN (SELECT post_id FROM posts)"
WITHOUT_READING = (
    "NOT EXISTS (SELECT 1 FROM sentiments AS s WHERE s.post_id = moment_readings.post_id "
    "AND s.model = moment_readings.model AND s.content_hash = moment_readings.content_hash)"
)
# Posts of one number are different ones all the same: none goes, each but the first gets another.
RENUMBERED = """
UPDATE posts SET number = n.fresh FROM (
    SELECT post_id, (SELECT max(number) FROM posts) + row_number() OVER (ORDER BY post_id) AS fresh
    FROM posts WHERE rowid NOT IN (SELECT min(rowid) FROM posts GROUP BY number)
) AS n WHERE n.post_id = posts.post_id
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """So many rows of a table that are wrong; `cure` is the statement that mends them."""

    table: str
    what: str
    rows: int
    cure: str

    @property
    def name(self) -> str:
        """The table as people write it."""
        return self.table.replace('"', "").removeprefix("main.")


def faults(db: Connection) -> list[Fault]:
    """All that is wrong with the rows of an opened warehouse."""
    return list(one_by_one(db))


def one_by_one(db: Connection) -> Iterator[Fault]:
    """The faults one after the other: what mends one may come before the next is looked for."""
    # The numbers last: they follow those of the posts that stay.
    every = chain(orphans(db), duplicates(db), misnumbered(db))
    return (fault for fault in every if fault.rows)


def orphans(db: Connection) -> Iterator[Fault]:
    """Rows of posts that are not there, and moments of texts that were not read."""
    for table, column in tables(db):
        if column == "post_id" and table != '"main"."posts"':
            found = count(db, table, WITHOUT_POST)
            yield Fault(table, "without their post", found, removal(table, WITHOUT_POST))
    moments = '"main"."moment_readings"'
    found = count(db, moments, WITHOUT_READING)
    cure = removal(moments, WITHOUT_READING)
    yield Fault(moments, "without a sentiment of their text", found, cure)


def misnumbered(db: Connection) -> Iterator[Fault]:
    """Rows with another number than their post has: views would show them with another post."""
    numbered = {
        table
        for (table,) in db.execute(
            "SELECT '\"' || schema_name || '\".\"' || table_name || '\"' FROM duckdb_columns() "
            "WHERE database_name = current_database() AND column_name = 'number'"
        ).fetchall()
    }
    for table, column in tables(db):
        if column == "post_id" and table in numbered and table != '"main"."posts"':
            other = f"p.post_id = {table}.post_id AND p.number <> {table}.number"
            found = count(db, table, f"EXISTS (SELECT 1 FROM posts AS p WHERE {other})")
            cure = f"UPDATE {table} SET number = p.number FROM posts AS p WHERE {other}"
            yield Fault(table, "with another number than their post", found, cure)


def duplicates(db: Connection) -> Iterator[Fault]:
    """Rows whose key another row has, too."""
    for table, key in keys():
        columns = ", ".join(f'"{name}"' for name in key)
        first = f"SELECT min(rowid) FROM {table} GROUP BY {columns}"
        row = db.execute(
            f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {table} "
            f"GROUP BY {columns} HAVING count(*) > 1)"
        ).fetchone()
        what = f"with the key ({', '.join(key)}) of another row"
        cure = RENUMBERED if key == ("number",) else removal(table, f"rowid NOT IN ({first})")
        yield Fault(table, what, int(row[0]) if row else 0, cure)


def bookkeeping(db: Connection) -> list[str]:
    """Tables of one row that have none or several."""
    return [table for table in ONE_ROW if count(db, table, "true") != 1]


def unclaimed(db: Connection) -> int:
    """Posts that are about no brand, so that no view shows them."""
    condition = (
        "deleted_at IS NULL AND excluded_reason IS NULL "
        "AND post_id NOT IN (SELECT post_id FROM post_brands)"
    )
    return count(db, '"main"."posts"', condition)


def removal(table: str, condition: str) -> str:
    """The statement that removes rows."""
    return f"DELETE FROM {table} WHERE {condition}"


def count(db: Connection, table: str, condition: str) -> int:
    """How many rows of a table meet a condition; both are our own words."""
    row = db.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()
    return int(row[0]) if row else 0


@cache
def keys() -> list[tuple[str, tuple[str, ...]]]:
    """(table, columns) of every key: ours, and those that the migrations declare.

    A DuckLake keeps none of them itself, so they are not asked of the warehouse.
    """
    with duckdb.connect() as db:
        migrate.migrate(db)
        rows = db.execute(
            "SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints() "
            "WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') ORDER BY ALL"
        ).fetchall()
    declared = [(f'"{schema}"."{table}"', tuple(columns)) for schema, table, columns in rows]
    return list(dict.fromkeys([*UNDECLARED, *declared]))


def mend(db: Connection) -> list[Fault]:
    """Mend what is wrong, in the caller's transaction; returns it. Of equal keys one row stays."""
    mended = []
    for fault in one_by_one(db):
        db.execute(fault.cure)
        mended.append(fault)
    if mended:
        touch(db)
    return mended
