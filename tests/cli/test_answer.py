"""Rows shown: texts of strangers neither compute in a spreadsheet nor steer a terminal."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from umot.cli.answer import as_csv, as_json, as_table, duration, harmless, write
from umot.errors import Fatal

STEERING = "\x1b[2J\x9b31m\x07\x7f\u202egnp\u2066\u200f\u061c\ufeff"


def cells(table: pa.Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(as_csv(table)), newline="")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+31 6", "'+31 6"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "\t'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("goed;=HYPERLINK(1)", "goed;'=HYPERLINK(1)"),
        ("goed\r\n=1", "goed\n'=1"),
        ("goed\r=1", "goed\n'=1"),
        ("2 = 1 + 1, a-b, mail@x.nl", "2 = 1 + 1, a-b, mail@x.nl"),
        ("", ""),
    ],
)
def test_a_text_that_a_spreadsheet_would_compute_is_made_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_the_separator(separator: str) -> None:
    texts = ["=1", "\t=1", "a;=1", "a\n=1", 'a";=1', "a\t@x", "b,=1;+2\r\n-3", "\x00=1"]
    table = pa.table({"id": [str(n) for n in range(len(texts))], "=name": texts})
    written = "".join(as_csv(table))
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
        for cell in row:
            if separator == "," or cell not in ('"', ""):
                assert cell.strip()[:1] not in ("=", "+", "-", "@"), row


def test_numbers_in_csv_are_exact_and_stay_numbers() -> None:
    table = pa.table({"a": [-1], "b": [0.1 + 0.2], "c": [Decimal("-12.50")], "d": [1234567.5]})
    assert cells(table)[1] == ["-1", "0.30000000000000004", "-12.50", "1234567.5"]


def test_nothing_that_steers_a_terminal_comes_out() -> None:
    table = pa.table({f"name{STEERING}": [STEERING], "list": [[{"a": STEERING}]]})
    for text in (as_table(table), "".join(as_csv(table)), "".join(as_json(table))):
        assert not set(STEERING) & set(text) - set("[2J31mgnp")
    (row,) = json.loads("".join(as_json(table)))
    assert row == {f"name{STEERING}": STEERING, "list": [{"a": STEERING}]}


def test_columns_of_one_name_are_all_there(tmp_path: Path) -> None:
    table = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "a_2"])
    assert cells(table) == [["a", "a", "a_2"], ["1", "2", "3"]]
    assert json.loads("".join(as_json(table))) == [{"a": 1, "a_2": 2, "a_2_2": 3}]
    write(table, "parquet", tmp_path / "x.parquet")
    assert parquet.read_table(tmp_path / "x.parquet").to_pylist() == [
        {"a": 1, "a_2": 2, "a_2_2": 3}
    ]


def test_json_is_valid_whatever_the_values() -> None:
    table = pa.table(
        {
            "sum": [Decimal(7)],
            "price": [Decimal("1.25")],
            "none": [float("nan")],
            "when": [datetime(2026, 3, 1, 12, tzinfo=UTC)],
            "bytes": [b"\x00\xff"],
            "took": [pa.MonthDayNano([0, 1, 90_500_000_000])],
        }
    )
    assert json.loads("".join(as_json(table))) == [
        {
            "sum": 7,
            "price": 1.25,
            "none": None,
            "when": "2026-03-01 12:00:00+00:00",
            "bytes": "00ff",
            "took": "1 days 00:01:30.500000",
        }
    ]
    assert "".join(as_json(table.slice(0, 0))) == "[]\n"


def test_a_table_is_for_people() -> None:
    table = pa.table({"n": [1234567.8, 0.1 + 0.2, None], "text": ["a", "b" * 200, "c"]})
    lines = as_table(table).splitlines()
    assert lines[2].split() == ["1234567.8", "a"]
    assert lines[3].startswith("      0.3  b")
    assert lines[3].endswith("…")
    assert duration(pa.MonthDayNano([2, 0, -1_000_000_000])) == "2 months -00:00:01"


def test_times_beyond_python_are_shown_as_text_or_said() -> None:
    far = pa.array([9_000_000_000_000], pa.timestamp("s"))
    assert len(cells(pa.table({"far": far}))) == 2
    nested = pa.array([[2_000_000_000]], pa.list_(pa.date32()))
    with pytest.raises(Fatal, match="cast it to text"):
        cells(pa.table({"far": nested}))


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    table = pa.table({"a": [pa.MonthDayNano([1, 0, 0])]})
    with pytest.raises(Fatal, match="cannot be written"):
        write(table, "csv", tmp_path / "none" / "x.csv")
    with pytest.raises(Fatal, match="cast it to text"):
        write(table, "parquet", tmp_path / "x.parquet")
