"""The alerts as people see them, their history, and finding the one they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse.sql import query, rows


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
    fitting = db.execute(
        "SELECT alert_id, state <> 'closed' FROM alerts "
        "WHERE starts_with(alert_id, $1) OR subject = $1 ORDER BY alert_id",
        [wanted],
    ).fetchall()
    found = [alert_id for alert_id, alive in fitting if alive] or [one for one, _ in fitting]
    if not wanted or not found:
        raise Fatal(f"no alert {wanted!r}; umot alerts --all lists them")
    if len(found) > 1:
        raise Fatal(f"{wanted!r} may be any of these alerts: {', '.join(found)}")
    return str(found[0])


def listed(
    db: Connection,
    *,
    now: datetime,
    closed: bool = False,
    state: str | None = None,
    after: tuple[datetime, str] | None = None,
    apart: Collection[str] = (),
    only: str | None = None,
    size: int | None = None,
) -> list[Listed]:
    """The alerts that nobody took up, or with `closed` all of them, the newest first.

    Only those in `state`, without those in `apart`, or the one that is `only` asked for; at most
    `size` of them, from `after` on, a time of raising and an alert_id.
    """
    raised_at, alert_id = after or (None, None)
    values = {"now": now, "waiting": not closed, "state": state, "apart": list(apart)}
    values |= {"raised_at": raised_at, "alert_id": alert_id, "only": only, "size": size}
    return [Listed(*row) for row in db.execute(query("listed_alerts"), values).fetchall()]


def history(db: Connection, alerts: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """What happened to each of these alerts, in order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, "console_alert_history", alerts=list(alerts)):
        found[row.pop("alert_id")].append(row)
    return found
