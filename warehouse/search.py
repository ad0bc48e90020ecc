"""The index behind `search_posts`: made in the published copy, from the one before and what is new.

DuckDB's own index (``PRAGMA create_fts_index``) has one language, is made anew each time and needs
its extension again in every reader. So only its stemmer is used, here; the caged reader loads
nothing. Every word found lies in the index with its stem, so that asking needs no stemmer.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from warehouse.files import quote
from warehouse.sql import query

FORMAT = 1  # of the index: one of another format is not carried over
BATCH = 200_000  # posts; bounds the memory
PACKAGE = "duckdb_extension_fts"  # on PyPI; its version must be DuckDB's own
STEPS = ("search_read", "search_words", "search_docs", "search_hits")


def extension() -> Path | None:
    """The file of the fts extension for this DuckDB; None where it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}"
    file = folder / "fts.duckdb_extension"
    return file if file.exists() else None


def version() -> str:
    """Changes when an index would: with the extension or the format."""
    return f"{duckdb.__version__}.{FORMAT}" if extension() else "none"


def build(db: Connection, before: Path) -> None:
    """Index the posts of the current database, where the extension is installed.

    `before` is the copy published before, if there is one: what it knows of posts that are still
    the same is carried over, so that only new and changed texts are read. A word that no post
    has any longer goes.
    """
    file = extension()
    if file is None:
        return
    db.execute(f"LOAD '{quote(file)}'")  # signed by DuckDB; it refuses a file that is not
    if before.exists():
        carry(db, before)
    while True:
        db.begin()
        try:
            db.execute(query("search_unread"), {"limit": BATCH})
            row = db.execute("SELECT count(*) FROM unread").fetchone()
            for step in STEPS:
                db.execute(query(step))
            db.execute("DROP TABLE unread; DROP TABLE said")
        except BaseException:
            db.rollback()
            raise
        db.commit()
        if not row or row[0] < BATCH:
            break
    db.execute(query("search_built"), {"format": FORMAT})


def carry(db: Connection, before: Path) -> None:
    """Take over what the copy before knows; nothing where it is damaged or of another format."""
    try:
        db.execute(f"ATTACH '{quote(before)}' AS before (READ_ONLY)")
    except duckdb.Error:  # damaged: everything is read again
        return
    try:
        db.begin()
        try:
            known = db.execute("SELECT format FROM before.search.built").fetchall()
            if known == [(FORMAT,)]:
                for step in ("docs", "hits", "words"):
                    db.execute(query(f"search_carry_{step}"))
        except duckdb.Error:  # of an older program, or damaged
            db.rollback()
        else:
            db.commit()
    finally:
        db.execute("DETACH before")
