"""The outbox: messages written in the transaction of what they tell of, then delivered.

A message is claimed for a while, sent outside any transaction, and marked in another one. A
process that dies in between leaves it to whoever comes when that while is over: nothing is lost,
and nothing goes out twice unless the process died between the channel's yes and the mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection as Connection

from warehouse.files import quote
from warehouse.load import touch
from warehouse.sql import query

LEASE = timedelta(minutes=10)  # longer than any channel may take to answer
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent to one channel; `attempts` counts this one once it is claimed."""

    kind: str
    key: str
    recipient: str
    severity: str
    language: str
    title: str
    text: str
    alert_id: str | None = None
    post_id: str | None = None
    attempts: int = 0

    @property
    def message_id(self) -> str:
        """The same for the same news to the same channel."""
        text = f"{self.kind}\0{self.key}\0{self.recipient}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Messages of a channel that are not sent yet (waiting, tried before) or never will be."""

    recipient: str
    state: str
    count: int
    oldest: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message about an alert fares."""

    alert_id: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """What a message shows of its post."""

    title: str | None
    body: str
    url: str | None


def put(db: Connection, message: Message, now: datetime) -> bool:
    """Write a message down, in the caller's transaction; False where it was there already.

    It takes the place of an older one about the same alert that this channel has not had yet.
    """
    key = message.message_id
    if db.execute("SELECT 1 FROM outbox WHERE message_id = $1", [key]).fetchone():
        return False
    if message.alert_id is not None:
        drop(db, message.alert_id, "newer news", recipient=message.recipient)
    db.execute(
        "INSERT INTO outbox VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', 0, "
        "$11, NULL, NULL, NULL)",
        [
            key,
            message.kind,
            message.key,
            message.alert_id,
            message.post_id,
            message.recipient,
            message.severity,
            message.language,
            message.title,
            message.text,
            now,
        ],
    )
    touch(db)
    return True


def drop(db: Connection, alert_id: str, why: str, *, recipient: str | None = None) -> None:
    """Take back what waits about an alert, for one channel or all: nobody needs it any more."""
    db.execute(
        "UPDATE outbox SET state = 'dropped', next_attempt = NULL, error = $2 "
        "WHERE alert_id = $1 AND state = 'waiting' AND ($3 IS NULL OR recipient = $3)",
        [alert_id, why, recipient],
    )
    touch(db)


def claim(
    db: Connection, *, now: datetime, severities: Collection[str], skipped: Collection[str] = ()
) -> Message | None:
    """Take the next due message of these severities for `LEASE`, leaving some channels out."""
    row = db.execute(
        query("claim_message"),
        {"now": now, "severities": list(severities), "skipped": list(skipped)},
    ).fetchone()
    if row is None:
        return None
    db.execute(
        "UPDATE outbox SET leased_until = $2, attempts = attempts + 1 WHERE message_id = $1",
        [row[0], now + LEASE],
    )
    touch(db)
    found = db.execute(
        "SELECT kind, key, recipient, severity, language, title, text, alert_id, post_id, "
        "attempts FROM outbox WHERE message_id = $1",
        [row[0]],
    ).fetchone()
    return Message(*found) if found else None


def words(db: Connection, message: Message) -> Words | None:
    """What stands in the message's post at this moment; None where it is gone or has none."""
    row = db.execute(
        "SELECT title, body, url FROM posts WHERE post_id = $1 AND deleted_at IS NULL",
        [message.post_id],
    ).fetchone()
    return Words(*row) if row else None


def sent(db: Connection, message: Message, now: datetime) -> None:
    """The channel took it, whatever became of the row in the meantime."""
    db.execute(
        "UPDATE outbox SET state = 'sent', sent_at = $2, leased_until = NULL, "
        "next_attempt = NULL, error = NULL WHERE message_id = $1",
        [message.message_id, now],
    )
    db.execute(
        "UPDATE alerts SET delivered_at = $2 WHERE alert_id = $1 AND delivered_at IS NULL",
        [message.alert_id, now],
    )
    touch(db)


def failed(db: Connection, message: Message, error: str, now: datetime, limit: int) -> bool:
    """The channel did not take it: try again after a pause; True where `limit` says to give up.

    Nothing is done where somebody else has claimed it since.
    """
    over = message.attempts >= limit
    db.execute(
        "UPDATE outbox SET state = $3, next_attempt = $4, leased_until = NULL, error = $5 "
        "WHERE message_id = $1 AND state = 'waiting' AND attempts = $2",
        [
            message.message_id,
            message.attempts,
            "given_up" if over else "waiting",
            None if over else now + pause(message.attempts),
            error,
        ],
    )
    touch(db)
    return over


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to a quarter day."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


def resume(db: Connection, before: Path | None) -> int:
    """Go on after a restore so that nothing goes out twice; returns how many are given up for it.

    `before` is the warehouse that was there, where it can be read: what it knows of a message is
    newer than what the backup knows. What waits in the backup only may have been sent since.
    """
    known: list[str] = []
    if before is not None:
        db.execute(f"ATTACH '{quote(before)}' AS before (READ_ONLY)")
        if db.execute(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = 'before' AND table_name = 'outbox'"
        ).fetchone():
            db.execute("INSERT OR REPLACE INTO outbox BY NAME SELECT * FROM before.outbox")
            found = db.execute("SELECT message_id FROM before.outbox WHERE state = 'waiting'")
            known = [key for (key,) in found.fetchall()]
        db.execute("DETACH before")
    return len(db.execute(query("give_up_restored"), {"known": known}).fetchall())


def undelivered(db: Connection) -> list[Undelivered]:
    """By channel: what was given up, and what waits after a failure."""
    rows = db.execute(
        "SELECT recipient, state, count(*), min(created_at), arg_max(error, created_at) "
        "FROM outbox WHERE state = 'given_up' OR (state = 'waiting' AND error IS NOT NULL) "
        "GROUP BY recipient, state ORDER BY state, recipient"
    ).fetchall()
    return [Undelivered(*row) for row in rows]


def deliveries(db: Connection) -> list[Delivery]:
    """All messages about alerts, the oldest first."""
    rows = db.execute(
        "SELECT alert_id, recipient, state, attempts, created_at, sent_at, error FROM outbox "
        "WHERE alert_id IS NOT NULL ORDER BY created_at, recipient"
    ).fetchall()
    return [Delivery(*row) for row in rows]
