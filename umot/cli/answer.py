r"""Showing the rows of a query: as a table for people, or csv, json and parquet for programs.

Texts come from strangers. In JSON what steers a terminal is escaped, so nothing is lost; in a
table and in CSV it is shown as ``\x1b``. Parquet holds the values as they are.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from umot.cli.common import safe
from umot.errors import Fatal

FORMATS = ("table", "csv", "json", "parquet")
WIDEST = 80  # characters of a cell in a table
ROWS = 10_000  # made into text at once
# Control characters but for tab and line feed, and what turns the direction of writing.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
# Where a spreadsheet would begin a cell, also one that takes other separators than ours (the
# Dutch Excel parts at semicolons), and a sign there that begins a formula.
FORMULA = re.compile(r"(^|[;\t\n])([^\S\t\n]*[=+\-@＝＋－＠])")


def write(table: pa.Table, form: str, output: Path | None) -> None:
    """Write rows in a format to a file, or to stdout (as UTF-8). Raises `Fatal` where it cannot."""
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.writelines(pieces(table, form))
        sys.stdout.flush()
        return
    try:
        if form == "parquet":
            parquet.write_table(table.rename_columns(unique(table.column_names)), output)
            return
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces(table, form))
    except pa.ArrowException as error:
        raise Fatal(f"parquet cannot hold this; cast it to text: {error}") from error
    except OSError as error:
        raise Fatal(f"{output} cannot be written: {error.strerror}") from error


def pieces(table: pa.Table, form: str) -> Iterable[str]:
    """The text of a table in a format, bit by bit."""
    if form == "table":
        return [as_table(table)]
    return as_csv(table) if form == "csv" else as_json(table)


def values(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values; as texts where Python has none (the year 200,000, say)."""
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (ValueError, OverflowError) as error:
        try:
            return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
        except pa.ArrowException:
            raise Fatal(f"a value cannot be shown; cast it to text: {error}") from error


def records(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows, a part of the table in memory at a time; names may be there twice."""
    for start in range(0, table.num_rows, ROWS):
        part = table.slice(start, ROWS)
        yield from zip(*(values(column) for column in part.columns), strict=True)


def cell(value: Any) -> str:
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, pa.MonthDayNano):
        return duration(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=cell)
    return str(value)


def duration(value: pa.MonthDayNano) -> str:
    """An interval as DuckDB writes it: ``2 months 3 days 04:05:06``."""
    seconds, nanoseconds = divmod(abs(value.nanoseconds), 10**9)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if nanoseconds:
        clock += f".{nanoseconds // 1000:06}"
    parts = [f"{value.months} months"] if value.months else []
    parts += [f"{value.days} days"] if value.days else []
    if value.nanoseconds or not parts:
        parts.append("-" + clock if value.nanoseconds < 0 else clock)
    return " ".join(parts)


def rounded(value: Any) -> str:
    """A value as text for people: fractions to four digits."""
    if isinstance(value, float) and (value == 0 or 1e-4 <= abs(value) < 1e15):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return cell(value)


def as_table(table: pa.Table) -> str:
    """Columns side by side; numbers to the right, long cells cut, control characters shown."""
    from rich.cells import cell_len, set_cell_size

    names = [safe(name) for name in table.column_names]
    columns = [
        [
            shorten(safe(rounded(value)).replace("\n", "⏎").replace("\t", " "))
            for value in values(column)
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


def as_csv(table: pa.Table) -> Iterator[str]:
    """RFC 4180, line by line; texts as `harmless` makes them, numbers as they are."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")

    def written(cells: Iterable[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    yield written(harmless(name) for name in table.column_names)
    for record in records(table):
        yield written(
            cell(value) if isinstance(value, int | float | Decimal) else harmless(cell(value))
            for value in record
        )


def harmless(text: str) -> str:
    """A text cell that no spreadsheet computes and that steers no terminal."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = STEERING.sub(lambda found: f"\\x{ord(found[0]):02x}", lines)
    return FORMULA.sub(r"\1'\2", shown)


def as_json(table: pa.Table) -> Iterator[str]:
    """A list of objects, one a line."""
    names = unique(table.column_names)
    between = "["
    for record in records(table):
        row = plain(dict(zip(names, record, strict=True)))
        text = json.dumps(row, ensure_ascii=False, default=cell, allow_nan=False)
        yield between + STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        between = ",\n "
    yield "]\n" if between != "[" else "[]\n"


def plain(value: Any) -> Any:
    """A value that JSON knows: whole decimals as whole numbers; NaN and infinity as null."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, pa.MonthDayNano):
        return duration(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def unique(names: list[str]) -> list[str]:
    """The names, one that was there before with a number behind it."""
    found: list[str] = []
    for name in names:
        fresh, number = name, 1
        while fresh in found:
            number += 1
            fresh = f"{name}_{number}"
        found.append(fresh)
    return found
