"""The forms of exports: encodings, delimiters, JSON Lines, the types of Parquet."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors._tables import open_table
from connectors.files import parse_mapping
from tests.connectors.file_reading import read, written
from umot.errors import Fatal


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("cp1252", None),
        ("utf-16", None),
        ("cp1252", "cp1252"),
        ("utf-8-sig", "utf8"),
        ("iso-8859-15", "iso-8859-15"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, given: str | None) -> None:
    path = written(tmp_path, "id\ttext\n1\tÉén café voor €5\n".encode(encoding))
    (post,) = read(path, encoding=given).posts
    assert (post.native_id, post.body) == ("1", "Één café voor €5")


def test_an_accent_after_the_first_megabyte_is_found(tmp_path: Path) -> None:
    rows = "id,text\n" + f"1,{'saai bericht ' * 9000}\n" * 10 + "2,één\n"
    assert len(rows) > 2**20
    assert read(written(tmp_path, rows.encode("cp1252"))).posts[-1].body == "één"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, sign: str) -> None:
    rows = f'"id"{sign}"te,kst;x"{sign}text\n1{sign}a{sign}b\n'
    (post,) = read(written(tmp_path, rows)).posts
    assert (post.native_id, post.body) == ("1", "b")
    given = "tab" if sign == "\t" else sign
    assert read(written(tmp_path, rows), delimiter=given).posts == [post]


def test_excels_own_first_line(tmp_path: Path) -> None:
    (post,) = read(written(tmp_path, "sep=;\r\nid;text\r\n1;a,b\r\n")).posts
    assert post.body == "a,b"
    bad = read(written(tmp_path, "sep=;\r\nid;text\r\n1;a;b\r\n")).rejects
    assert "line 3" in bad[0]


def test_columns_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="more than one column 'text': rename the others"):
        read(written(tmp_path, "id,text,text\n1,oud,nieuw\n"))
    (post,) = read(written(tmp_path, "id,text,note,note\n1,mooi,a,b\n")).posts
    assert post.body == "mooi"


def test_one_column_is_enough(tmp_path: Path) -> None:
    got = read(written(tmp_path, "review\nmooi\nlelijk\nmooi\n"))
    assert [post.body for post in got.posts] == ["mooi", "lelijk", "mooi"]
    assert got.posts[0].native_id == got.posts[2].native_id != got.posts[1].native_id


def test_an_id_from_the_content_does_not_depend_on_how_it_is_written(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, "text,date\nmooi,2026-11-19 10:00\n")).posts
    row = json.dumps({"body": "mooi", "datum": "19-11-2026 10:00", "likes": 4})
    (two,) = read(written(tmp_path, row, "b.jsonl"), platform="elders").posts
    (three,) = read(written(tmp_path, "text,date\nmooi,2026-11-19 10:01\n")).posts
    assert one.native_id == two.native_id != three.native_id


def test_json_lines_with_everything_wrong(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "text": "goed", "likes": NaN, "stars": 1e999}',
        "{kapot",
        "[1, 2]",
        "",
        '{"id": 2, "text": ["geen", "tekst"]}',
        '{"id": 3, "text": true}',
        '{"id": 4, "text": "half \\ud83d emoji \\ud83d\\ude00"}',
        "[" * 100_000,
        '{"id": 5, "other": 1}',
    ]
    got = read(written(tmp_path, "\n".join(lines), "e.ndjson"))
    assert [(post.native_id, post.body) for post in got.posts] == [
        ("1", "goed"),
        ("4", "half \ufffd emoji 😀"),
    ]
    assert [reject.split(":")[0] for reject in got.rejects] == [
        f"e.ndjson line {n}" for n in (2, 3, 5, 6, 8, 9)
    ]


def test_parquet_of_every_type(tmp_path: Path) -> None:
    naive = datetime(2026, 11, 19, 10)  # noqa: DTZ001 - as files have them
    table = pa.table(
        {
            "id": pa.array([1.0, None, 3.0]),
            "text": pa.array(["a", "b", None]).dictionary_encode(),
            "posted_at": pa.array([naive, None, None], pa.timestamp("ns")),
            "rating": pa.array([Decimal("4.5"), None, None]),
            "observed_at": pa.array([date(2026, 11, 19), None, None]),
            "likes": pa.array([float("nan"), 4.0, 1.0]),
            "views": pa.array([2**40, 1, 2]),
            "title": pa.array([{"x": naive}, None, None]),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    got = read(path, time_zone="Europe/Amsterdam")
    assert got.rejects[0].startswith("a.parquet row 1: \"{'x': '2026-11-19 10:00:00'}\" is no text")
    assert got.rejects[1] == "a.parquet row 3: neither body nor title"
    (second,) = got.posts
    assert (second.body, second.engagement.likes) == ("b", 4)
    fields = "native_id=id,body=text,posted_at=posted_at,rating=rating,views=views,likes=likes"
    first = read(path, map=parse_mapping(fields + ",observed_at=observed_at")).posts[0]
    assert (first.native_id, first.rating) == ("1", 4.5)
    assert (first.engagement.likes, first.engagement.views) == (None, 2**40)
    assert first.engagement.observed_at == datetime(2026, 11, 19, tzinfo=UTC)
    assert first.posted_at == datetime(2026, 11, 19, 10, tzinfo=UTC)


def test_parquet_text_that_is_not_marked_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = pa.array(["Café, prima.".encode(), b"\xff\xfe", None], pa.binary())
    pq.write_table(pa.table({"text": texts}), path)
    found = list(open_table(path).rows(["text"]))
    assert [row.cells.get("text") for row in found] == ["Café, prima.", None, None]
    assert [row.problem for row in found] == [None, "bytes that are not UTF-8", None]
