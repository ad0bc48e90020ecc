"""The index behind `search_posts`: made in the published copy, from the one before and what is new.

DuckDB's own index (``PRAGMA create_fts_index``) has one language, is made anew each time and needs
its extension again in every reader. So only its stemmer is used, here; the caged reader loads
nothing. Every word found lies in the index with its stem, so that asking needs no stemmer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from warehouse import migrate
from warehouse.files import quote
from warehouse.sql import query

FORMAT = 2  # of the index: one of another format is not carried over
PART = 200_000  # posts entered at once; bounds the memory
PACKAGE = "duckdb_extension_fts"  # on PyPI; its version must be DuckDB's own


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
    with known(db, before) as carried:
        ((most,),) = db.execute("SELECT coalesce(max(number), 0) FROM posts").fetchall()
        for first in range(1, most + 1, PART):
            enter(db, first, first + PART - 1, carried=carried)
    db.execute(query("search_built"), {"format": FORMAT})


@contextmanager
def known(db: Connection, before: Path) -> Iterator[bool]:
    """Attach the copy before and take over its posts and words that are still the same.

    Yields False where there is none, or one that is damaged or of another format.
    """
    attached = False
    if before.exists():
        with suppress(duckdb.Error):  # damaged: everything is read again
            db.execute(f"ATTACH '{quote(before)}' AS before (READ_ONLY)")
            attached = True
    try:
        yield attached and carry(db)
    finally:
        if attached:
            db.execute("DETACH before")


def carry(db: Connection) -> bool:
    """Take over what is still the same but for which post says what; False where nothing can be."""
    try:
        with migrate.atomic(db):
            if db.execute("SELECT format FROM before.search.built").fetchall() != [(FORMAT,)]:
                return False
            db.execute(query("search_carry_docs"))
            db.execute(query("search_carry_words"))
            return True
    except duckdb.Error:  # of an older program, or damaged
        return False


def enter(db: Connection, first: int, last: int, *, carried: bool) -> None:
    """Enter which of these posts says which words, all or nothing."""
    between = {"first": first, "last": last}
    with migrate.atomic(db):
        db.execute("CREATE TEMP TABLE said_before AS FROM search.hits LIMIT 0")
        if carried:
            db.execute(query("search_carry_hits"), between)
        db.execute(query("search_unread"), between)
        for step in ("search_read", "search_words", "search_docs", "search_hits"):
            db.execute(query(step))
        db.execute("DROP TABLE unread; DROP TABLE said; DROP TABLE said_before")
