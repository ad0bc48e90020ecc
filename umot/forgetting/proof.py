"""The dated proof of an erasure: what went and from where, without saying what it said."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from umot.forgetting import words
from umot.forgetting.request import AGE, Request
from warehouse import files, tombstones

FOLDER = "proofs"


def write(home: Path, request: Request, tables: dict[str, int], now: datetime) -> Path:
    """Write it; returns its path. Made again it replaces itself.

    `tables` are the rows that went from the warehouse. `still_held_by` names files below the
    home folder that hold the words yet: what people put there themselves.
    """
    path = home / FOLDER / f"{request.asked_at[:10]}-{request.kind}-{request.erasure_id}.json"
    stones = [
        {"kind": stone.kind, "hash": stone.hash}
        for stone in tombstones.read(home)
        if stone.erasure_id == request.erasure_id
    ]
    backups = {
        name.removeprefix("backup "): rows
        for name, rows in sorted(request.counts.items())
        if name.startswith("backup ")
    }
    content = {
        "erasure_id": request.erasure_id,
        "kind": request.kind,
        "platform": request.platform,
        "asked_at": request.asked_at,
        "finished_at": now.isoformat(),
        "program": f"umot {version('umot')}",
        "rules": [{"source": source, "before": before} for source, before in request.rules],
        "rows_by_table": dict(sorted(tables.items())),
        "rows_by_backup": backups,
        "digests_changed": request.gone("digest"),
        "places_in_logs": request.gone("log"),
        "rows_in_run_history": request.gone("history"),
        "tombstones": stones,
        "still_held_by": [] if request.kind == AGE else words.holders(home, request),
    }
    files.write(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path
