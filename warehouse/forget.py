"""Erasing posts from a DuckDB file, and all that refers to them: every table, then every block.

The same for the warehouse itself and for its backups. What a file has is asked of its catalogue,
so tables that come later are reached as well, as long as they name the post in `post_id`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal, Retriable
from warehouse import digests, unnaming
from warehouse.files import quote, remove, secure
from warehouse.retention import Rule
from warehouse.sql import query
from warehouse.tombstones import Gate
from warehouse.unnaming import pattern

LEAST = 20  # characters of a text below which others are likely to have written it as well


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go: posts by id, writers by hash, addresses, and posts too old for a source.

    `name` is the writer's name and `platform` theirs; with the `texts` of posts it tells which
    rejected items go, as those have no id and no hash. `again`: it was erased before, and names
    are known by their tombstones only.
    """

    posts: Sequence[str] = ()
    authors: Sequence[str] = ()
    urls: Sequence[str] = ()
    rules: Sequence[Rule] = ()
    name: str | None = None
    platform: str | None = None
    texts: Sequence[str] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A post's words: those of one that goes."""

    post_id: str
    title: str | None
    body: str
    url: str | None
    dated: bool


@contextmanager
def opened(path: Path, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection to any of umot's DuckDB files, a backup too; nothing is migrated.

    Raises `Retriable` where another program has it open, `Fatal` where it is damaged.
    """
    try:
        db = duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        if "set lock on file" in str(error):  # "block" has a lock in it, too
            raise Retriable(f"{path.name} is open in another program") from error
        raise Fatal(
            f"{path.name} cannot be opened ({type(error).__name__}): mend it or take it away"
        ) from error
    try:
        db.execute("SET TimeZone = 'UTC'")
        yield db
    finally:
        db.close()


def select(db: Connection, wanted: Wanted) -> None:
    """Put what is to go into the temporary tables `gone` and `gone_rejects`."""
    rules = {
        "sources": [rule.source for rule in wanted.rules],
        "limits": [rule.before for rule in wanted.rules],
    }
    values: dict[str, Any] = {
        "posts": list(wanted.posts),
        "authors": list(wanted.authors),
        "urls": list(wanted.urls),
        **rules,
    }
    keep(db, "gone", query("forgotten_posts"), values)
    whole = [*wanted.urls, wanted.name] if wanted.name else wanted.urls
    values = {
        "texts": [
            json.dumps(text, ensure_ascii=False)[1:-1]
            for text in wanted.texts
            if len(text) >= LEAST
        ],
        "patterns": [pattern(text) for text in whole],
        **rules,
    }
    keep(db, "gone_rejects", query("forgotten_rejects"), values)


def keep(db: Connection, name: str, statement: str, values: dict[str, Any]) -> None:
    """The rows of a question as a temporary table."""
    found = db.execute(statement, values).to_arrow_table()
    db.register("found", found)
    try:
        db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM found")
    finally:
        db.unregister("found")


def words(db: Connection) -> list[Words]:
    """The words of the posts that `select` found."""
    rows = db.execute(
        "SELECT post_id, title, body, url, posted_at IS NOT NULL FROM posts "
        "WHERE post_id IN (SELECT post_id FROM gone) ORDER BY post_id"
    ).fetchall()
    return [Words(*row) for row in rows]


def tables(db: Connection) -> list[tuple[str, str]]:
    """(name as SQL writes it, column) of every table of this file that refers to posts."""
    rows = db.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        "JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE database_name = current_database() AND NOT duckdb_tables.temporary "
        "AND (column_name = 'post_id' OR (table_name, column_name) = ('alerts', 'subject')) "
        "ORDER BY ALL"
    ).fetchall()
    return [(f'"{schema}"."{table}"', column) for schema, table, column in rows]


def count(db: Connection) -> dict[str, int]:
    """How many rows of each table go, by its plain name, once `select` has found them."""
    counts: dict[str, int] = {}
    for name, condition in targets(db):
        row = db.execute(f"SELECT count(*) FROM {name} WHERE {condition}").fetchone()
        plain = name.replace('"', "").removeprefix("main.")
        counts[plain] = max(counts.get(plain, 0), row[0] if row else 0)
    return {name: rows for name, rows in counts.items() if rows}


def targets(db: Connection) -> list[tuple[str, str]]:
    """(table, condition) of all that goes; names come from the catalogue, never from outside."""
    of_posts = [(name, f"{column} IN (SELECT post_id FROM gone)") for name, column in tables(db)]
    of_rejects = [
        (name, "reject_id IN (SELECT reject_id FROM gone_rejects)")
        for name in ('"main"."rejects"', '"private"."rejected_items"')
    ]
    return of_posts + of_rejects


def erase(db: Connection, wanted: Wanted, gate: Gate) -> dict[str, int]:
    """Delete what is wanted, in the caller's transaction; returns the rows that went, by table."""
    select(db, wanted)
    if wanted.again:
        refused = unnaming.rejects(db, gate)
        db.execute("INSERT INTO gone_rejects SELECT unnest($1::VARCHAR[])", [refused])
    counts = count(db)
    shared = '"private"."raw_items"'
    # An item that held several posts is kept with each of them: it goes with any of them.
    same = f"SELECT payload FROM {shared} WHERE post_id IN (SELECT post_id FROM gone)"
    db.execute(f"DELETE FROM {shared} WHERE payload IN ({same})")
    for name, condition in targets(db):
        db.execute(f"DELETE FROM {name} WHERE {condition}")
    if changed := digests.unquote(db):
        counts["digests (quotes in them)"] = changed
    if wanted.name and wanted.platform:
        counts |= unnaming.by_name(db, wanted.name, wanted.platform, gate)
    if wanted.again:
        counts |= unnaming.by_hash(db, gate)
    return counts


def mentions(db: Connection, name: str) -> int:
    """How many posts that stay have a name in their words."""
    row = db.execute(
        "SELECT count(*) FROM posts WHERE post_id NOT IN (SELECT post_id FROM gone) "
        "AND (regexp_matches(body, $1) OR regexp_matches(coalesce(title, ''), $1))",
        [pattern(name)],
    ).fetchone()
    return int(row[0]) if row else 0


def shared(db: Connection, urls: Sequence[str], posts: Sequence[str]) -> set[str]:
    """Those of the addresses that other posts than these have."""
    values = {"urls": list(urls), "posts": list(posts)}
    return {url for (url,) in db.execute(query("shared_addresses"), values).fetchall()}


def rewrite(path: Path) -> None:
    """Write a DuckDB file anew and put it in its place at once: freed blocks keep old text.

    Nobody may have it open; for the warehouse hold the writer's lock. A file that is damaged or
    does not fit on the disk is left as it was, alone. Raises `Retriable` or `Fatal`.
    """
    fresh = path.with_name(f".{path.name}.rewritten")
    remove(fresh)
    try:
        copy_anew(path, fresh)
        log = path.with_name(f"{path.name}.wal")
        if log.exists() and log.stat().st_size:
            # Of another file than the one that would stand beside it then.
            raise Retriable(f"{path.name} was not closed in order; try again")
        log.unlink(missing_ok=True)
        secure(fresh, path)
    except BaseException:
        remove(fresh)  # on a full disk what is left of it would stand in everybody's way
        raise


def copy_anew(path: Path, fresh: Path) -> None:
    """Copy all that a DuckDB file has to a new one, without its freed blocks."""
    with opened(path) as db:
        ((name,),) = db.execute("SELECT current_database()").fetchall()
        try:
            db.execute(f"ATTACH '{quote(fresh)}' AS rewritten")
            db.execute(f'COPY FROM DATABASE "{name}" TO rewritten')
            db.execute("CHECKPOINT rewritten")
            db.execute("DETACH rewritten")
        except duckdb.Error as error:
            raise Retriable(f"{path.name} could not be written anew: {error}") from error
