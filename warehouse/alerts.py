"""The rules for alerts, as questions to the warehouse as it was known at a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from warehouse.sql import query, rows

HISTORY = timedelta(days=29)  # 28 whole days before a window of at most one day
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """The warehouse as it was known at `now`: what came later is not seen.

    With `live`, posts that were imported afterwards count from when they were posted.
    """

    db: Connection
    now: datetime
    live: bool = False

    def gather(self, *, reach: bool) -> None:
        """Put what is known by then into temporary tables, for `ask`; with `reach` counts too."""
        tables = ("rule_posts", "rule_counts", "rule_seen") if reach else ("rule_posts",)
        for table in tables:
            text = query(table)
            self.db.execute(text, self._values(text, {}))

    def ask(self, name: str, **values: Any) -> list[Row]:
        """The rows of a query by name; `now`, `since` and `live` are filled in."""
        return rows(self.db, name, **self._values(query(name), values))

    def peak_stages(self, posts: Sequence[str]) -> dict[str, str]:
        """The stage of the strongest moment of each of these posts, where it has one."""
        found = self.ask("rule_peak_stages", posts=list(posts)) if posts else []
        return {row["post_id"]: row["stage"] for row in found}

    def busiest_stages(self, hours: float) -> dict[str, str]:
        """For each brand the stage that most negative moments of the last `hours` speak of."""
        found = self.ask("rule_busiest_stages", hours=hours)
        return {row["brand"]: row["stage"] for row in found}

    def _values(self, text: str, values: Row) -> Row:
        """Those of the values that the statement has parameters for."""
        known = {"now": self.now, "since": self.now - HISTORY, "live": self.live, **values}
        return {name: known[name] for name in set(re.findall(r"\$([a-z_]+)", text))}
