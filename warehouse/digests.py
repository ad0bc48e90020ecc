"""Digests that were sent: kept as they were, revision by revision, and their mails.

What is erased on request is taken out of them, too; nothing else ever changes one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.load import touch
from warehouse.sql import query

KIND = "digest"  # of its messages in the outbox


@dataclass(frozen=True, slots=True)
class Kept:
    """One revision of a day's digest in one language; `payload` is its JSON."""

    brand: str
    day: date
    revision: int
    language: str
    made_at: datetime
    headline: str
    payload: str

    @property
    def key(self) -> str:
        """Which digest a message tells of: no language, so that a reader gets each once."""
        return f"{self.day.isoformat()}/{self.revision}/{self.brand}"


@dataclass(frozen=True, slots=True)
class Sending:
    """How the message to one recipient fares."""

    recipient: str
    state: str
    attempts: int
    sent_at: datetime | None
    next_attempt: datetime | None
    error: str | None


def latest(db: Connection, brand: str, day: date) -> int:
    """The newest revision of a day in any language; 0 where none is kept."""
    row = db.execute(
        "SELECT max(revision) FROM digests WHERE brand = $1 AND day = $2", [brand, day]
    ).fetchone()
    return int(row[0] or 0) if row else 0


def kept(db: Connection, brand: str, day: date, revision: int, language: str) -> Kept | None:
    """A revision in a language; None where it is not kept."""
    row = db.execute(
        "SELECT brand, day, revision, language, made_at, headline, payload::VARCHAR FROM digests "
        "WHERE brand = $1 AND day = $2 AND revision = $3 AND language = $4",
        [brand, day, revision, language],
    ).fetchone()
    return Kept(*row) if row else None


def keep(db: Connection, one: Kept, mail: str) -> None:
    """Store a revision and its mail, in the caller's transaction. It must not be there yet."""
    place = [one.brand, one.day, one.revision, one.language]
    db.execute(
        "INSERT INTO digests VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [*place, one.made_at, one.headline, one.payload],
    )
    db.execute("INSERT INTO private.digest_mails VALUES ($1, $2, $3, $4, $5)", [*place, mail])
    touch(db)


def mail(db: Connection, key: str, language: str) -> str | None:
    """The mail of the digest that a message tells of; None where it has to be made again."""
    day, revision, brand = key.split("/", 2)
    row = db.execute(
        "SELECT mail FROM private.digest_mails "
        "WHERE brand = $1 AND day = $2 AND revision = $3 AND language = $4",
        [brand, day, int(revision), language],
    ).fetchone()
    return str(row[0]) if row else None


def without_mail(db: Connection) -> list[Kept]:
    """Digests whose mail went with what was erased."""
    rows = db.execute(
        "SELECT d.brand, d.day, d.revision, d.language, d.made_at, d.headline, d.payload::VARCHAR "
        "FROM digests AS d ANTI JOIN private.digest_mails USING (brand, day, revision, language) "
        "ORDER BY ALL"
    ).fetchall()
    return [Kept(*row) for row in rows]


def remail(db: Connection, one: Kept, text: str) -> None:
    """Store the mail of a digest that has none."""
    db.execute(
        "INSERT INTO private.digest_mails VALUES ($1, $2, $3, $4, $5)",
        [one.brand, one.day, one.revision, one.language, text],
    )
    touch(db)


def supersede(db: Connection, one: Kept, now: datetime) -> None:
    """Make the messages about this revision due now, and drop those about older ones.

    What was given up is tried again: somebody asked for it.
    """
    values = {"kind": KIND, "key": one.key, "brand": one.brand, "day": one.day.isoformat()}
    db.execute(query("drop_older_digests"), values)
    db.execute(query("hurry_digest"), {"kind": KIND, "key": one.key, "now": now})
    touch(db)


def sendings(db: Connection, key: str) -> list[Sending]:
    """The messages about a digest, by recipient."""
    rows = db.execute(
        "SELECT recipient, state, attempts, sent_at, next_attempt, error FROM outbox "
        "WHERE kind = $1 AND key = $2 ORDER BY recipient",
        [KIND, key],
    ).fetchall()
    return [Sending(*row) for row in rows]


def unquote(db: Connection) -> int:
    """Take the posts in the temporary table `gone` out of every digest; how many changed.

    Their mails go; `without_mail` names them, so that they are made again. For backups, too:
    one from before digests were kept has nothing to change.
    """
    known = db.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE table_name = 'digests' AND database_name = current_database()"
    ).fetchone()
    if known == (0,):
        return 0
    gone = {bare(post_id) for (post_id,) in db.execute("SELECT post_id FROM gone").fetchall()}
    rows = db.execute(
        "SELECT brand, day, revision, language, payload::VARCHAR FROM digests"
    ).fetchall()
    changed = 0
    for *place, payload in rows:
        before = json.loads(payload)
        after = less(before, gone)
        if after == before:
            continue
        where = "WHERE brand = $1 AND day = $2 AND revision = $3 AND language = $4"
        db.execute(f"DELETE FROM private.digest_mails {where}", place)
        text = json.dumps(after, ensure_ascii=True, indent=2) + "\n"
        db.execute(f"UPDATE digests SET payload = $5 {where}", [*place, text])
        changed += 1
    return changed


def less(value: Any, gone: set[str]) -> Any:
    """JSON without the objects that are about a post in `gone`: left out of lists, else null."""
    if isinstance(value, dict):
        return {name: None if about(one, gone) else less(one, gone) for name, one in value.items()}
    if isinstance(value, list):
        return [less(one, gone) for one in value if not about(one, gone)]
    return value


def about(value: Any, gone: set[str]) -> bool:
    """Whether a JSON object is a quote of a post in `gone`, or an alert about one."""
    if not isinstance(value, dict):
        return False
    if any(bare(value.get(name)) in gone for name in ("post_id", "subject") if value.get(name)):
        return True
    return "alert_id" in value and about(value.get("post"), gone)


def bare(post_id: object) -> str:
    """An id without the signs that a digest may have dropped from it."""
    return "".join(character for character in str(post_id) if character.isalnum())
