"""Writing a DuckLake anew, so that what was deleted is in none of its files and not in Postgres.

A deleted row stays in its Parquet file, in the states before, and in the catalogue, which keeps
small changes and the least and greatest value of every column. DuckLake's own functions clear all
of it, in this order; each may be done again after a kill.
"""

from __future__ import annotations

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Retriable
from warehouse.homes.place import Place
from warehouse.homes.turn import connected

STEPS = (
    "CALL ducklake_flush_inlined_data('lake')",  # from Postgres into files
    "CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)",
    "CALL ducklake_expire_snapshots('lake', older_than => now())",
    "CALL ducklake_cleanup_old_files('lake', cleanup_all => true)",
    # Files of writers that were killed before their commit. Nobody writes now: we have the turn.
    "CALL ducklake_delete_orphaned_files('lake', cleanup_all => true)",
)
# The tables of the catalogue that held values of rows: their freed pages hold them still.
HELD = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = '{schema}' AND (table_name LIKE 'ducklake_inlined_%'
OR table_name IN ('ducklake_file_column_stats', 'ducklake_table_column_stats'))
ORDER BY table_name
"""
ASKED = "SELECT * FROM postgres_query('pg', $1)"
DONE = "CALL postgres_execute('pg', $1, use_transaction := false)"


def purge(db: Connection, place: Place) -> None:
    """Clear what was deleted from every file and table. Raises `Retriable`."""
    try:
        for step in STEPS:
            db.execute(step)
        with connected(place) as pg:
            for (table,) in pg.execute(ASKED, [HELD.format(schema=place.schema)]).fetchall():
                pg.execute(DONE, [f'VACUUM FULL "{place.schema}"."{table}"'])
    except duckdb.Error as error:
        raise Retriable(f"{place.words} could not be written anew: {error}") from error
