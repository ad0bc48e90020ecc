"""What has come of the threads that alerts are about."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection as Connection

from warehouse.alert_list import Listed
from warehouse.sql import query


def threads(db: Connection, alerts: Sequence[Listed]) -> dict[str, str]:
    """By alert_id: open, answered, resolved or escalated, as the view `complaints` has it.

    Alerts about no post, or whose post is no complaint and was not answered, are left out.
    """
    ids = [one.alert_id for one in alerts if one.post_id]
    first = db.execute(
        "SELECT min(coalesce(posted_at, collected_at)) FROM posts WHERE fingerprint IN "
        "(SELECT md5_number_lower(post_id) FROM (SELECT unnest($1::VARCHAR[]) AS post_id))",
        [[one.post_id for one in alerts if one.post_id]],
    ).fetchone()
    if not first or first[0] is None:
        return {}
    found = db.execute(query("alert_threads"), {"alerts": ids, "since": first[0]}).fetchall()
    return dict(found)
