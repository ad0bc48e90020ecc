"""Keeping a DuckLake small: every commit makes a state and files of its own, most of them tiny."""

from __future__ import annotations

from duckdb import DuckDBPyConnection as Connection

STATES = 500  # so many of before yesterday, and it is time
STEPS = (
    "CALL ducklake_flush_inlined_data('lake')",  # small changes wait in Postgres until then
    "CALL ducklake_merge_adjacent_files('lake')",
    # Who reads the lake itself, with another program, has a day to be done with an old state.
    "CALL ducklake_expire_snapshots('lake', older_than => now() - INTERVAL 1 DAY)",
    "CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL 1 DAY)",
)


def tidy(db: Connection) -> bool:
    """Merge small files and drop states of days past, where many came; whether it did."""
    row = db.execute(
        "SELECT count(*) FROM ducklake_snapshots('lake') "
        "WHERE snapshot_time < now() - INTERVAL 1 DAY"
    ).fetchone()
    if row is None or row[0] < STATES:
        return False
    for step in STEPS:
        db.execute(step)
    return True
