"""Copying a whole warehouse from one home to another: every row, checked, all or nothing."""

from __future__ import annotations

from contextlib import closing

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse.arrow import registered
from warehouse.connect import Warehouse
from warehouse.load import touch
from warehouse.manifest import Progress, silent

COMMAND = "umot move"
BATCH = 50_000  # rows that are in memory at once
# What belongs to a home itself, and not to what is kept in it.
OWN = ("schema_versions", "lake_marks", "lake_stones")


def move(old: Warehouse, new: Warehouse, progress: Progress = silent) -> dict[str, int]:
    """Copy all rows to an empty warehouse; returns their number by table. The old one stays.

    Both are brought to this program's schema, and nobody else writes to either meanwhile. Raises
    `Fatal` where there is nothing to copy or the new one holds posts, and what the homes raise.
    """
    if old.home.words == new.home.words:
        raise Fatal(f"the warehouse is in {new.home.words} already")
    if not old.exists():
        raise Fatal(f"there is nothing in {old.home.words} yet")
    with old.write(COMMAND) as source, new.transaction(COMMAND) as target:
        if holds_anything(target):
            raise Fatal(f"{new.home.words} holds posts already; name an empty place")
        return copy(source, target, progress)


def copy(source: Connection, target: Connection, progress: Progress = silent) -> dict[str, int]:
    """Let the target hold the very rows of the source, in the caller's transaction; both migrated.

    Raises `Fatal` where what arrived is not what was sent.
    """
    names, counts = tables(source), {}
    for done, table in enumerate(names):
        progress("copying", done, len(names))
        target.execute(f"DELETE FROM {table}")
        with (
            closing(source.execute(f"SELECT * FROM {table}").to_arrow_reader(BATCH)) as rows,
            registered(target, "moved", rows),
        ):
            target.execute(f"INSERT INTO {table} BY NAME SELECT * FROM moved")
        counts[table] = check(source, target, table)
    touch(target)  # the copy that readers have is of the other one
    progress("copying", len(names), len(names))
    return counts


def check(source: Connection, target: Connection, table: str) -> int:
    """The number of a table's rows. Raises `Fatal` where the two differ in any."""
    question = f"SELECT count(*), coalesce(sum(hash(whole_row)), 0) FROM {table} AS whole_row"
    sent, arrived = (db.execute(question).fetchone() for db in (source, target))
    if sent is None or sent != arrived:
        raise Fatal(f"{table} did not arrive whole; nothing was copied")
    return int(sent[0])


def tables(db: Connection) -> list[str]:
    """The tables to copy, as SQL writes them; the index of search is made when publishing."""
    found = db.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary "
        "AND database_name = current_database() AND schema_name IN ('main', 'private') ORDER BY ALL"
    ).fetchall()
    return [f'"{schema}"."{table}"' for schema, table in found if table not in OWN]


def holds_anything(db: Connection) -> bool:
    """Whether a warehouse has ever been used."""
    row = db.execute(
        "SELECT EXISTS (FROM posts) OR EXISTS (FROM source_runs) OR EXISTS (FROM rejects)"
    ).fetchone()
    return row != (False,)
