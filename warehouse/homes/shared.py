"""What machines that share a DuckLake must agree on: the key of authors, and what was erased.

Both are files of a data folder. The key stays there, and the lake keeps a print of it, so that
nobody writes with another one. Tombstones are keyed hashes: they are kept in the lake too, and
each machine takes over those of the others at the beginning of its turn.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import authors, tombstones
from warehouse.sql import query
from warehouse.tombstones import Tombstone

TABLES = """
CREATE TABLE private.lake_marks (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE private.lake_stones (
    kind VARCHAR NOT NULL, platform VARCHAR NOT NULL, hash VARCHAR NOT NULL,
    erasure_id VARCHAR NOT NULL
);
COMMENT ON TABLE private.lake_marks IS 'What must be the same on every machine that writes here.';
COMMENT ON TABLE private.lake_stones IS 'Tombstones of what was erased, of all machines.';
"""


def agree(db: Connection, home: Path) -> None:
    """Bring this data folder and the lake to one state. Raises `Fatal` for another key."""
    known = marks(db)
    given = bool(os.environ.get(authors.VARIABLE)) or (home / authors.FILE).exists()
    if known and not given:
        raise Fatal(other_key(home, "has none"))
    mark = hashlib.blake2b(authors.key(home), digest_size=16).hexdigest()
    if not known:
        db.execute("INSERT INTO private.lake_marks VALUES ('author_key', $1)", [mark])
    elif known["author_key"] != mark:
        raise Fatal(other_key(home, "has another"))
    share(db, home)


def marks(db: Connection) -> dict[str, str]:
    """The lake's marks by name; makes their table at the beginning of the lake."""
    try:
        return dict(db.execute(query("lake_marks")).fetchall())
    except duckdb.CatalogException:
        db.begin()
        db.execute(TABLES)
        db.commit()
        return {}


def other_key(home: Path, what: str) -> str:
    """The message for a machine that would store other hashes for the same writers."""
    return (
        f"this DuckLake was begun with a key of authors and {home} {what}: copy {authors.FILE} "
        f"from the data folder that began it, or set {authors.VARIABLE} to the same everywhere"
    )


def share(db: Connection, home: Path) -> None:
    """Take over the tombstones of other machines, and give them ours."""
    theirs = [Tombstone(*row) for row in db.execute(query("lake_stones")).fetchall()]
    ours = tombstones.read(home)
    tombstones.add(home, theirs)
    known = set(theirs)
    if fresh := [stone for stone in dict.fromkeys(ours) if stone not in known]:
        columns = [
            [getattr(stone, name) for stone in fresh]
            for name in ("kind", "platform", "hash", "erasure_id")
        ]
        db.execute(query("insert_lake_stones"), columns)
