"""Showing the rows of a query: as a table for people, or csv, json and parquet for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from umot.cli.common import safe

FORMATS = ("table", "csv", "json", "parquet")
WIDEST = 80  # characters of a cell in a table


def write(table: pa.Table, form: str, output: Path | None) -> None:
    """Write rows in a format to a file, or to stdout (as UTF-8)."""
    if form == "parquet" and output is not None:
        parquet.write_table(table, output)
        return
    text = {"table": as_table, "csv": as_csv, "json": as_json}[form](table)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, "utf-8")


def cell(value: Any) -> str:
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e15 else repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def as_table(table: pa.Table) -> str:
    """Columns side by side; numbers to the right, long cells cut, control characters shown."""
    from rich.cells import cell_len, set_cell_size

    names = [safe(name) for name in table.column_names]
    columns = [
        [
            shorten(safe(cell(value)).replace("\n", "⏎").replace("\t", " "))
            for value in column.to_pylist()
        ]
        for column in table.columns
    ]
    numeric = [
        pa.types.is_integer(field.type)
        or pa.types.is_floating(field.type)
        or pa.types.is_decimal(field.type)
        for field in table.schema
    ]
    widths = [
        max([cell_len(name), *(cell_len(text) for text in column)])
        for name, column in zip(names, columns, strict=True)
    ]

    def row(cells: list[str]) -> str:
        padded = [
            " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)
            for text, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return "  ".join(padded).rstrip() + "\n"

    body = [row(list(cells)) for cells in zip(*columns, strict=True)]
    return row(names) + row(["─" * width for width in widths]) + "".join(body)


def shorten(text: str) -> str:
    """A cell of a table at most `WIDEST` characters long."""
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def as_csv(table: pa.Table) -> str:
    """RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in table.column_names])
    for record in table.to_pylist():
        writer.writerow(
            [harmless(cell(v)) if isinstance(v, str) else cell(v) for v in record.values()]
        )
    return out.getvalue()


def harmless(text: str) -> str:
    """A text cell that no spreadsheet computes."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_json(table: pa.Table) -> str:
    """A list of objects, one a line."""
    lines = (json.dumps(row, ensure_ascii=False, default=cell) for row in table.to_pylist())
    return "[" + ",\n ".join(lines) + "]\n"
