"""Ad-hoc SQL: asked in the caged child of `warehouse.adhoc`, shown as a table and a chart."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from umot.console import models
from umot.console.state import Console
from umot.errors import Retriable
from warehouse.adhoc import Answer, Limits, ask

ROWS = 1_000  # that a page or the API gives; the CSV gives all that umot sql would
DEEP = 6  # lists within lists that are taken apart
EXACT = 2**53  # whole numbers up to here are the same in every reader of JSON


def answer(console: Console, statement: str, rows: int | None = None) -> Answer:
    """Run one statement. Raises `Fatal` with DuckDB's reason, `Retriable` where all are busy."""
    settings = console.settings.sql
    limits = Limits(settings.seconds, settings.memory * 10**6, settings.rows)
    if rows is not None:
        limits = replace(limits, rows=min(rows, limits.rows))
    path = console.warehouse.readable()
    if not console.statements.acquire(timeout=settings.seconds):
        raise Retriable("other statements are still running; try again in a moment")
    try:
        return ask(path, statement, limits)
    finally:
        console.statements.release()


def shape(found: Answer) -> models.Answer:
    """An answer as JSON can hold it."""
    columns = [str(name) for name in found.table.column_names]
    cells = [[plain(value.as_py()) for value in column] for column in found.table.columns]
    rows = [list(row) for row in zip(*cells, strict=True)] if cells else []
    return models.Answer(columns=columns, rows=rows, truncated=found.truncated)


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON has it; what JSON lacks becomes text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple) and depth < DEEP:
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, dict) and depth < DEEP:
        return {str(name): plain(one, depth + 1) for name, one in value.items()}
    return str(value)


def as_csv(found: Answer) -> Iterator[str]:
    """An answer as CSV in pieces; what a spreadsheet would run as a formula gets an apostrophe."""
    names = [cell(name) for name in found.table.column_names]
    yield row(names)
    for batch in found.table.to_batches(max_chunksize=1_000):
        columns = [column.to_pylist() for column in batch.columns]
        yield "".join(row([cell(one) for one in line]) for line in zip(*columns, strict=True))


def row(values: list[Any]) -> str:
    """One line of CSV."""
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def cell(value: Any) -> Any:
    """A value in CSV."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else plain(value)
