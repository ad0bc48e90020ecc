"""The life of an alert: raised, escalated, taken up, put off, closed, reopened.

Every change is a row of `alert_history`, in the transaction of the change itself. The command
line and the console both call these functions; they know of neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from umot.post import Alert
from warehouse import outbox
from warehouse.load import touch
from warehouse.sql import query

SEVERITIES = ("low", "medium", "high")
Event = Literal[
    "raised", "escalated", "acknowledged", "snoozed", "woken", "calmed", "closed", "reopened"
]


@dataclass(frozen=True, slots=True)
class Life:
    """How long a rule must keep still before its alert closes, and how long it stays closed."""

    calm: timedelta = timedelta(hours=24)
    cooldown: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Change:
    """A change that people should hear of; `alert` as it is after it."""

    alert: Alert
    event: Event
    sequence: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an alert whose rule fires again."""

    severity: str
    state: str
    stage: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None


def follow(
    db: Connection, due: Sequence[Alert], *, now: datetime, life: Life | None = None
) -> list[Change]:
    """Bring the alerts up to date with what the rules give at `now`, in the caller's transaction.

    `due` is all that fires now, known or not. Returns the changes that people should hear of;
    what is put off, within its cooldown or simply goes on is not among them.
    """
    life = life or Life()
    changes = [change for alert in due if (change := fired(db, alert, now, life))]
    for (alert_id,) in db.execute(query("calm_alerts"), {"since": now - life.calm}).fetchall():
        # What waits to be sent still goes: a channel that was out of order must not hide it.
        shut(db, alert_id, "calmed", now)
    return changes


def fired(db: Connection, alert: Alert, now: datetime, life: Life) -> Change | None:
    """Note that a rule fires for a post or series; the change, where people should hear of it."""
    row = db.execute(
        "SELECT severity, state, stage, snoozed_until, closed_at FROM alerts WHERE alert_id = $1",
        [alert.alert_id],
    ).fetchone()
    if row is None:
        alert = staged(db, alert)
        return Change(alert, "raised", insert(db, alert, now))
    known = Known(*row)
    # Not counted as a change of what is published: it would be one at every pass.
    db.execute(
        "UPDATE alerts SET fired_at = greatest(fired_at, $2) WHERE alert_id = $1",
        [alert.alert_id, now],
    )
    if known.state == "closed":
        if known.closed_at is not None and now - known.closed_at < life.cooldown:
            return None
        alert = staged(db, alert)
        return Change(alert, "reopened", reopen(db, alert, now))
    graver = rank(alert.severity) > rank(known.severity)
    alert = replace(alert, severity=alert.severity if graver else known.severity, stage=known.stage)
    woken = known.snoozed_until is not None and known.snoozed_until <= now
    sequence = 0
    if graver:
        update(db, alert.alert_id, severity=alert.severity, **why(alert))
        sequence = record(db, alert.alert_id, "escalated", now)
    if woken:
        update(db, alert.alert_id, snoozed_until=None, **why(alert))
        return Change(alert, "woken", record(db, alert.alert_id, "woken", now))
    quiet = known.snoozed_until is not None
    return Change(alert, "escalated", sequence) if graver and not quiet else None


def rank(severity: str) -> int:
    """Its place from low to high."""
    return SEVERITIES.index(severity)


def staged(db: Connection, alert: Alert) -> Alert:
    """With the stage of its post's strongest moment, where the rule names none."""
    if alert.stage is not None or alert.post_id is None:
        return alert
    row = db.execute(
        "SELECT stage FROM moments WHERE post_id = $1 AND is_peak AND stage <> 'none'",
        [alert.post_id],
    ).fetchone()
    return replace(alert, stage=str(row[0])) if row else alert


def insert(db: Connection, alert: Alert, now: datetime) -> int:
    """Store a new alert, open; returns the sequence of its first change."""
    db.execute(
        "INSERT INTO alerts (alert_id, kind, brand, subject, post_id, severity, state, "
        "raised_at, reason, stage, fired_at, reasons) "
        "VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11)",
        [
            alert.alert_id,
            alert.kind,
            alert.brand,
            alert.subject,
            alert.post_id,
            alert.severity,
            alert.raised_at,
            alert.reason,
            alert.stage,
            now,
            why(alert)["reasons"],
        ],
    )
    return record(db, alert.alert_id, "raised", alert.raised_at)


def why(alert: Alert) -> dict[str, str | None]:
    """The columns that say why it fired: in the brand's language, and in each."""
    by_language = json.dumps(dict(alert.reasons), ensure_ascii=False) if alert.reasons else None
    return {"reason": alert.reason, "reasons": by_language}


def reopen(db: Connection, alert: Alert, now: datetime) -> int:
    """Open a closed alert again as if it were new; what it was before is in its history."""
    update(
        db,
        alert.alert_id,
        state="open",
        severity=alert.severity,
        **why(alert),
        stage=alert.stage,
        raised_at=now,
        delivered_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
        snoozed_until=None,
        closed_at=None,
        note=None,
    )
    return record(db, alert.alert_id, "reopened", now)


def acknowledge(db: Connection, alert_id: str, *, by: str, note: str | None, now: datetime) -> None:
    """Note who takes an alert up; messages about it that wait are no longer sent.

    Raises `Fatal` for one that is closed.
    """
    needs_open(db, alert_id)
    taken = {"state": "acknowledged", "acknowledged_at": now, "acknowledged_by": by}
    update(db, alert_id, **taken, snoozed_until=None)
    noted(db, alert_id, note)
    record(db, alert_id, "acknowledged", now, by, note)
    outbox.drop(db, alert_id, "acknowledged")


def snooze(
    db: Connection, alert_id: str, *, until: datetime, by: str, note: str | None, now: datetime
) -> None:
    """Keep an alert quiet until then. Raises `Fatal` for a closed one, or a time that is past."""
    needs_open(db, alert_id)
    if until <= now:
        raise Fatal(f"{until:%Y-%m-%d %H:%M}Z is past: give a later time")
    update(db, alert_id, snoozed_until=until)
    noted(db, alert_id, note)
    record(db, alert_id, "snoozed", now, by, note)
    outbox.drop(db, alert_id, "snoozed")


def close(db: Connection, alert_id: str, *, by: str, note: str | None, now: datetime) -> None:
    """Close an alert; it can come back after the cooldown. Raises `Fatal` for a closed one."""
    needs_open(db, alert_id)
    noted(db, alert_id, note)
    shut(db, alert_id, "closed", now, by, note)
    outbox.drop(db, alert_id, "closed")


def shut(
    db: Connection,
    alert_id: str,
    event: Event,
    now: datetime,
    by: str | None = None,
    note: str | None = None,
) -> None:
    """Close an alert, of itself or by somebody."""
    update(db, alert_id, state="closed", closed_at=now, snoozed_until=None)
    record(db, alert_id, event, now, by, note)


def needs_open(db: Connection, alert_id: str) -> None:
    """Refuse what is not there or closed already. Raises `Fatal`."""
    row = db.execute("SELECT state FROM alerts WHERE alert_id = $1", [alert_id]).fetchone()
    if row is None:
        raise Fatal(f"no alert {alert_id!r}")
    if row[0] == "closed":
        raise Fatal(f"alert {alert_id} is closed already")


def noted(db: Connection, alert_id: str, note: str | None) -> None:
    """Keep a note on the alert; none leaves the one that is there."""
    if note is not None:
        update(db, alert_id, note=note)


def update(db: Connection, alert_id: str, **values: Any) -> None:
    """Set columns of an alert."""
    columns = ", ".join(f"{name} = ${name}" for name in values)
    statement = f"UPDATE alerts SET {columns} WHERE alert_id = $alert_id"  # noqa: S608 - our own names
    db.execute(statement, {"alert_id": alert_id, **values})
    touch(db)


def record(
    db: Connection,
    alert_id: str,
    event: Event,
    now: datetime,
    by: str | None = None,
    note: str | None = None,
) -> int:
    """Add to the history of an alert, which already is as it is after the event; its sequence."""
    db.execute(
        "INSERT INTO alert_history "
        "SELECT alert_id, (SELECT coalesce(max(sequence), 0) + 1 FROM alert_history AS h "
        "WHERE h.alert_id = a.alert_id), post_id, $2, $3, severity, state, $4, $5 "
        "FROM alerts AS a WHERE alert_id = $1",
        [alert_id, now, event, by, note],
    )
    row = db.execute(  # DuckLake knows no RETURNING
        "SELECT coalesce(max(sequence), 0) FROM alert_history WHERE alert_id = $1", [alert_id]
    ).fetchone()
    touch(db)
    return int(row[0]) if row else 0
