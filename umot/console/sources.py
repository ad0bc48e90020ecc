"""The sources: health, visits, and what could not be used."""

from __future__ import annotations

from datetime import datetime

from umot.console import models
from umot.console.asked import packed, unpacked
from umot.console.shown import line, statement
from umot.console.state import Console
from warehouse import console_sources

ERROR = 500  # characters of a failure that are shown


def sources(console: Console) -> models.Sources:
    """Every source that was ever visited."""
    with console.copy.read() as db:
        found = console_sources.health(db)
    for row in found:
        row["last_error"] = line(row["last_error"], ERROR) or None
        row["last_truncated"] = line(row["last_truncated"], ERROR) or None
    return models.Sources(
        sources=[models.Source(**row) for row in found], sql=statement("console_sources", {})
    )


def runs(
    console: Console, source: str | None, failed: bool, after: str | None, size: int
) -> models.Runs:
    """One page of visits."""
    key = unpacked(after, datetime, str)
    with console.copy.read() as db:
        place = (key[0], key[1]) if key else None
        found = console_sources.runs(db, source=source, failed=failed, after=place, size=size + 1)
    for row in found:
        row["error"] = line(row["error"], ERROR) or None
        row["truncated"] = line(row["truncated"], ERROR) or None
    last = found[size - 1] if len(found) > size else None
    return models.Runs(
        runs=[models.Run(**row) for row in found[:size]],
        next=packed(last["started_at"], last["run_id"]) if last else None,
    )


def rejects(console: Console, source: str | None, after: str | None, size: int) -> models.Rejects:
    """One page of items that could not be used."""
    key = unpacked(after, datetime, str)
    with console.copy.read() as db:
        place = (key[0], key[1]) if key else None
        found = console_sources.rejects(db, source=source, after=place, size=size + 1)
    last = found[size - 1] if len(found) > size else None
    return models.Rejects(
        rejects=[models.Reject(**row) for row in found[:size]],
        next=packed(last["rejected_at"], last["reject_id"]) if last else None,
    )
