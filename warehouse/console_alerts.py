"""The alerts as the console lists them, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.alert_list import Listed
from warehouse.console_copy import rows


def page(
    db: Connection,
    *,
    state: str | None,
    after: tuple[datetime, str] | None,
    apart: Sequence[str],
    now: datetime,
    size: int,
    only: str | None = None,
) -> list[Listed]:
    """At most `size` alerts in a state, the newest first, without those in `apart`."""
    raised_at, alert_id = after or (None, None)
    values = {"state": state, "apart": list(apart), "now": now, "size": size, "only": only}
    found = rows(db, "console_alerts", raised_at=raised_at, alert_id=alert_id, **values)
    return [Listed(**row) for row in found]


def one(db: Connection, alert_id: str, now: datetime) -> Listed | None:
    """An alert by its id, whatever its state."""
    found = page(db, state=None, after=None, apart=(), now=now, size=1, only=alert_id)
    return found[0] if found else None


def history(db: Connection, alerts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What happened to each of these alerts, in order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, "console_alert_history", alerts=list(alerts)):
        found[row.pop("alert_id")].append(row)
    return found
