"""Reading CSV, JSON Lines and Parquet row by row, never a whole file."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from connectors._lines import ESCAPED, Lines, known_encoding, open_lines, readable
from connectors._text import storable
from umot.errors import Fatal

SAMPLE = 1000  # JSON objects whose keys count as the columns; rows of Parquet read at a time
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `cells` by column (JSON-able), or a `problem` with the `text` that has it.

    `number` counts from 1: lines of a text file (the first of the row), rows of Parquet.
    """

    number: int
    cells: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    text: str = ""


class Table(Protocol):
    """A file of rows. Both methods raise `Fatal` for a file that cannot be read (any further)."""

    unit: str

    def columns(self, sought: Iterable[str] = ()) -> list[str]:
        """Name the columns; none for JSON Lines without a line.

        JSON Lines are read until all those `sought` have come, and somewhat further.
        """
        ...

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Yield the rows, with the cells of the `wanted` columns."""
        ...


def open_table(path: Path, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """Choose the reader by the file's name; .gz may follow that of a text file."""
    encoding = known_encoding(encoding) if encoding else None
    suffixes = [suffix.lower() for suffix in path.suffixes]
    suffix = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt"):
        return _Csv(path, "\t" if suffix == ".tsv" and not delimiter else delimiter, encoding)
    if suffix in (".jsonl", ".ndjson", ".json"):
        return _JsonLines(path, encoding)
    if suffix in (".parquet", ".pq") and suffixes[-1] != ".gz":
        return _Parquet(path)
    excel = "; save a spreadsheet as CSV first" if suffix in (".xlsx", ".xls", ".ods") else ""
    raise Fatal(f"{path.name} is not .csv, .tsv, .txt, .jsonl, .ndjson, .json or .parquet{excel}")


class _Csv:
    unit = "line"

    def __init__(self, path: Path, delimiter: str | None, encoding: str | None) -> None:
        self._path = path
        self._delimiter = delimiter
        self._encoding = encoding

    def columns(self, sought: Iterable[str] = ()) -> list[str]:
        with open_lines(self._path, self._encoding) as lines:
            return self._header(lines)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        with open_lines(self._path, self._encoding) as lines:
            header = self._header(lines)
            if doubled := [column for column in wanted if header.count(column) > 1]:
                raise Fatal(
                    f"{self._path.name} has more than one column {doubled[0]!r}: rename the others"
                )
            places = {column: header.index(column) for column in wanted}
            reader = self._reader(lines)
            while True:
                number = lines.number + 1
                lines.taken.clear()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    # A quote that is never closed would swallow all that follows: only the line
                    # where the row began is given up, the next one starts a row again.
                    text = readable(lines.give_back())
                    reader = self._reader(lines)
                    yield Row(number, problem=f"no valid CSV: {error}", text=text)
                    continue
                text = "".join(lines.taken)
                if len(cells) == len(header):
                    found = {column: cells[place] for column, place in places.items()}
                    yield _checked(lines, number, found, text)
                elif text.strip():
                    problem = f"{len(cells)} columns where the header has {len(header)}"
                    yield Row(number, problem=problem, text=readable(text))

    def _header(self, lines: Lines) -> list[str]:
        first = next(lines, None)
        if first is not None and (named := re.fullmatch(r"sep=(.)\s*", first)):
            # Excel writes this line so that it can open its own file again.
            self._delimiter = self._delimiter or named[1]
            first = next(lines, None)
        if first is None or not first.strip():
            raise Fatal(f"{self._path.name} is empty: the first line should name the columns")
        if self._delimiter is None:
            self._delimiter = max(
                DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign)))
            )
        lines.return_line(first)
        try:
            return [name.strip() for name in next(self._reader(lines))]
        except csv.Error as error:
            raise Fatal(f"{self._path.name}: the line with the columns: {error}") from error

    def _reader(self, lines: Lines) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter or ",", strict=True)


class _JsonLines:
    unit = "line"

    def __init__(self, path: Path, encoding: str | None) -> None:
        self._path = path
        self._encoding = encoding

    def columns(self, sought: Iterable[str] = ()) -> list[str]:
        with open_lines(self._path, self._encoding) as lines:
            first, names, missing = None, dict[str, None](), set(sought)
            for count, (_, found, line) in enumerate(self._objects(lines)):
                first = line if first is None else first
                if isinstance(found, dict):
                    names |= dict.fromkeys(found)
                    missing -= found.keys()
                if count >= SAMPLE and not missing:
                    break
        if first is not None and not names:
            array = first.lstrip().startswith("[")
            what = "one JSON array" if array else "nothing that is a JSON object"
            raise Fatal(f"{self._path.name} holds {what}; one object on each line is needed")
        return list(names)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        with open_lines(self._path, self._encoding) as lines:
            for number, found, text in self._objects(lines):
                if isinstance(found, dict):
                    cells = {column: found.get(column) for column in wanted}
                    yield _checked(lines, number, cells, text)
                else:
                    yield Row(number, problem=found, text=readable(text))

    def _objects(self, lines: Lines) -> Iterator[tuple[int, dict[str, Any] | str, str]]:
        """Yield line number, object or what is wrong, and line."""
        for line in lines:
            lines.taken.clear()
            if not line.strip():
                continue
            try:
                found = json.loads(line, parse_constant=_finite, parse_float=_finite)
            except (ValueError, RecursionError) as error:
                yield lines.number, f"no valid JSON: {error}", line
                continue
            is_object = isinstance(found, dict)
            yield lines.number, found if is_object else "no JSON object", line


class _Parquet:
    unit = "row"

    def __init__(self, path: Path) -> None:
        self._path = path

    def columns(self, sought: Iterable[str] = ()) -> list[str]:
        with self._file() as file:
            return list(file.schema_arrow.names)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        number = 0
        with self._file() as file:
            for batch in file.iter_batches(SAMPLE, columns=list(wanted)):
                for cells in _microseconds(batch).to_pylist():
                    number += 1
                    try:
                        found = {name: _json(cell) for name, cell in cells.items()}
                    except UnicodeDecodeError:
                        yield Row(number, problem="bytes that are not UTF-8")
                    else:
                        yield Row(number, found)

    @contextmanager
    def _file(self) -> Iterator[Any]:
        import pyarrow as pa  # heavy, and only needed here
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self._path, pre_buffer=False) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            raise Fatal(f"{self._path.name} cannot be read as Parquet: {error}") from error


def _microseconds(batch: Any) -> Any:
    """Round times to what Python has, in UTC where they have a zone."""
    import pyarrow as pa

    for place, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type):
            unit = pa.timestamp("us", "UTC" if column.type.tz else None)
            batch = batch.set_column(place, column.name, batch.column(place).cast(unit, safe=False))
    return batch


def _checked(lines: Lines, number: int, cells: dict[str, Any], text: str) -> Row:
    if any(isinstance(cell, str) and ESCAPED.search(cell) for cell in cells.values()):
        return Row(number, problem=f"bytes that are not {lines.encoding}", text=readable(text))
    return Row(number, storable(cells))


def _finite(number: str) -> float | None:
    """Read a number of JSON; None for NaN and infinity, which may be written but not stored."""
    return float(number) if math.isfinite(float(number)) else None


def _json(cell: Any) -> Any:
    """Make a cell of Parquet JSON-able; NaN, as pandas writes what is missing, is None.

    Bytes are text that was not marked as such. Raises `UnicodeDecodeError`.
    """
    if isinstance(cell, bytes):
        return cell.decode("utf-8")
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if cell is None or isinstance(cell, str | int):
        return cell
    if isinstance(cell, dict | list):
        return json.loads(json.dumps(cell, default=str))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
