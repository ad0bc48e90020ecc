"""What is brought together once, when the copy is published, instead of at every question.

In the writer's file these are views, so they are right after any change of posts, readings,
corrections, brands or the active model. In the copy they are tables of the same name and columns,
filled from those very views; the views built on them do not know the difference.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection as Connection

# In this order: each is made of those before it. Those with rows for every post are filled in
# parts, each in the order given, so that what is asked for together lies together; None is at once.
FROZEN = {
    "moments": "number, position",
    "mention_facts": "told_at, number, brand",
    "complaint_signs": "number",
    "touchpoint_sentiment": None,
    "relation": None,
    "experience_scores": None,
}
PART = 500_000  # posts brought together at once; bounds the memory
FILLED = "frozen"


def freeze(db: Connection) -> None:
    """Put tables in the place of the views of the current database that are costly to ask."""
    for name, order in FROZEN.items():
        comment, columns = comments(db, name)
        db.execute(f"CREATE TABLE {FILLED} AS SELECT * FROM {name} LIMIT 0")
        if order is None:
            db.execute(f"INSERT INTO {FILLED} SELECT * FROM {name}")
        else:
            fill_in_parts(db, name, order)
        db.execute(f"DROP VIEW {name}")
        db.execute(f"ALTER TABLE {FILLED} RENAME TO {name}")
        db.execute(f"COMMENT ON TABLE {name} IS '{quoted(comment)}'")
        for column, text in columns:
            db.execute(f"COMMENT ON COLUMN {name}.\"{column}\" IS '{quoted(text)}'")


def fill_in_parts(db: Connection, name: str, order: str) -> None:
    """Fill a table from a view that has a number of a post, so many posts at a time."""
    ((most,),) = db.execute("SELECT coalesce(max(number), 0) FROM posts").fetchall()
    for first in range(1, most + 1, PART):
        db.execute(
            f"INSERT INTO {FILLED} SELECT * FROM {name} "
            f"WHERE number >= $1 AND number < $2 ORDER BY {order}",
            [first, first + PART],
        )


def comments(db: Connection, name: str) -> tuple[str, list[tuple[str, str]]]:
    """The comment of a view of the current database, and those of its columns."""
    row = db.execute(
        "SELECT comment FROM duckdb_views() "
        "WHERE view_name = $1 AND database_name = current_database()",
        [name],
    ).fetchone()
    columns = db.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = $1 "
        "AND database_name = current_database() AND comment IS NOT NULL ORDER BY column_index",
        [name],
    ).fetchall()
    return str(row[0]) if row else "", columns


def quoted(text: str) -> str:
    """A text inside an SQL string."""
    return text.replace("'", "''")
