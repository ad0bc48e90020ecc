"""How imported files were read: what umot.toml says of other sources, to parse them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Connection


def note(db: Connection, source: str, settings: Mapping[str, Any], now: datetime) -> None:
    """Keep the settings of an import, in the caller's transaction; the latest ones count."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    if known(db).get(source) == json.loads(text):
        return
    db.execute("DELETE FROM private.imports WHERE source = $1", [source])
    db.execute("INSERT INTO private.imports VALUES ($1, $2, $3)", [source, text, now])


def known(db: Connection) -> dict[str, dict[str, Any]]:
    """The settings of every import by its name."""
    found = db.execute("SELECT source, settings FROM private.imports ORDER BY source").fetchall()
    return {source: json.loads(settings) for source, settings in found}
