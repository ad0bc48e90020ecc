"""The alerts as people see them, and finding the one they mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse.sql import query


@dataclass(frozen=True, slots=True)
class Listed:
    """An alert as people see it; `state` is open, acknowledged, snoozed or closed."""

    alert_id: str
    raised_at: datetime
    severity: str
    kind: str
    brand: str
    subject: str
    post_id: str | None
    state: str
    reason: str
    stage: str | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    note: str | None


def find(db: Connection, wanted: str) -> str:
    """The alert_id for what people type: an alert_id or its beginning, or what it is about.

    Of several about the same post those that are not closed come first. Raises `Fatal` where
    none or several fit.
    """
    rows = db.execute(
        "SELECT alert_id, state <> 'closed' FROM alerts "
        "WHERE starts_with(alert_id, $1) OR subject = $1 ORDER BY alert_id",
        [wanted],
    ).fetchall()
    found = [alert_id for alert_id, alive in rows if alive] or [one for one, _ in rows]
    if not wanted or not found:
        raise Fatal(f"no alert {wanted!r}; umot alerts --all lists them")
    if len(found) > 1:
        raise Fatal(f"{wanted!r} may be any of these alerts: {', '.join(found)}")
    return str(found[0])


def listed(db: Connection, *, now: datetime, closed: bool = False) -> list[Listed]:
    """The open alerts, or with `closed` all of them, the newest first."""
    rows = db.execute(query("listed_alerts"), {"now": now, "closed": closed}).fetchall()
    return [Listed(*row) for row in rows]
