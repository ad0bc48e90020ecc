"""Exports in files: mapping, encodings, damage, cursors, real data where it is there."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import Files, parse_mapping
from tests.connectors.suite import suite
from umot.errors import Fatal, Skippable
from umot.post import Kind, Post, Role
from umot.testing import DATA, NOW, Item, Stage, run, until_error


def as_csv(path: Path, items: Sequence[Item]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(["nummer", "tekst", "datum"])
        rows.writerows([item.number, item.text, item.at.isoformat()] for item in items)


def as_json_lines(path: Path, items: Sequence[Item]) -> None:
    rows = [{"id": i.number, "text": i.text, "created_at": i.at.timestamp()} for i in items]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_parquet(path: Path, items: Sequence[Item]) -> None:
    columns = {
        "id": pa.array([item.number for item in items], pa.int64()),
        "text": pa.array([item.text for item in items], pa.large_string()),
        "posted_at": pa.array([item.at for item in items], pa.timestamp("ns", "Europe/Amsterdam")),
    }
    pq.write_table(pa.table(columns), path)


@pytest.fixture(params=[as_csv, as_json_lines, as_parquet], ids=["csv", "jsonl.gz", "parquet"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    write = request.param
    ending = {as_csv: "csv", as_json_lines: "jsonl.gz", as_parquet: "parquet"}[write]
    path = tmp_path / f"export.{ending}"
    return Stage(
        make=lambda: Files("export.*", home=tmp_path), serve=lambda items: write(path, items)
    )


@pytest.mark.parametrize("check", suite(DATA))
def test_files_conform(check, stage: Stage) -> None:
    check(stage)


@dataclass
class Result:
    posts: list[Post]
    rejects: list[str]


def read(path: Path, **settings: Any) -> Result:
    connector = Files(str(path), **settings)
    result = Result([], [])
    for batch in connector.fetch(None, now=NOW):
        for raw in batch.items:
            json.dumps(raw.payload, ensure_ascii=False, allow_nan=False).encode()
            try:
                result.posts += connector.parse(raw)
            except Skippable as error:
                result.rejects.append(str(error))
    return result


def written(tmp_path: Path, content: str | bytes, called: str = "export.csv") -> Path:
    path = tmp_path / called
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


DUTCH = (
    "nummer;datum;klant;sterren;onderwerp;reactie;product;reacties\n"
    'VW-1;19-11-2026 10:04;G. Postma;4,5;Fijn;"Fietst lekker; echt\nwaar ""top""";Zwaluw;3\n'
    "VW-2;1 nov. 2026;;★★☆☆☆;;Niet waterdicht;;1.204\n"
)


def test_a_dutch_export_is_understood_without_a_mapping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = written(tmp_path, DUTCH)
    first, second = read(path, platform="winkel", kind="review", time_zone="Europe/Amsterdam").posts
    assert first == Post(
        platform="winkel",
        native_id="VW-1",
        kind=Kind.REVIEW,
        title="Fijn",
        body='Fietst lekker; echt\nwaar "top"',
        author="G. Postma",
        author_role=Role.CUSTOMER,
        rating=4.5,
        posted_at=datetime(2026, 11, 19, 9, 4, tzinfo=UTC),
        engagement=first.engagement,
    )
    assert first.engagement.observed_at is None, "an export without a time observes nothing"
    assert (first.engagement.replies, second.engagement.replies) == (3, 1204)
    assert (second.rating, second.author, second.title) == (2.0, None, None)
    assert second.posted_at == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    assert "columns guessed: native_id=nummer, body=reactie, title=onderwerp" in caplog.text


def test_every_field_can_be_mapped(tmp_path: Path) -> None:
    row = {
        "their native_id": "t1",
        "their body": "tekst",
        "their title": "kop",
        "their url": "https://x/1",
        "their author": "Jan",
        "their rating": "8 van 10",
        "their posted_at": 1763632800000,
        "their language": "NL_nl",
        "their thread_id": "t0",
        "their parent_id": "x:t0",
        "their likes": 1,
        "their replies": "2",
        "their shares": 3.0,
        "their views": "1.000",
        "their audience": None,
        "their observed_at": "2026-11-20T11:00:00Z",
        "their kind": "Comment",
        "their platform": "X",
    }
    path = written(tmp_path, json.dumps(row) + "\n", "export.jsonl")
    (post,) = read(path, map={name.removeprefix("their "): name for name in row}).posts
    assert (post.post_id, post.thread_id, post.parent_id) == ("x:t1", "x:t0", "x:t0")
    assert (post.kind, post.language, post.url) == (Kind.COMMENT, "nl", "https://x/1")
    assert post.rating == pytest.approx(4.1111)
    assert post.posted_at == datetime(2025, 11, 20, 10, tzinfo=UTC)
    engagement = post.engagement
    assert (engagement.likes, engagement.replies, engagement.shares) == (1, 2, 3)
    assert (engagement.views, engagement.audience) == (1000, None)
    assert engagement.observed_at == datetime(2026, 11, 20, 11, tzinfo=UTC)


BAD = """id,text,date,stars,likes
1,goed,2026-11-19,4,1
2,,2026-11-19,4,1
3,fout,gisteren,4,1
4,fout,2026-11-19,9,1
5,fout,2026-11-19,4,veel
6,te,veel,2026-11-19,4,1

7,weinig,2026-11-19
8,"twee
regels",2026-11-19,4,1
9,"nooit gesloten,2026-11-19,4,1
10,goed,2026-11-19,4,1
11,"aan"haling,2026-11-19,4,1
12,slotaccoord,2026-11-19,4,1
"""


def test_bad_rows_are_set_aside_with_line_and_reason(tmp_path: Path) -> None:
    got = read(written(tmp_path, BAD))
    assert [post.native_id for post in got.posts] == ["1", "8", "10", "12"]
    places = [reject.split(":")[0] for reject in got.rejects]
    assert places == [f"export.csv line {n}" for n in (3, 4, 5, 6, 7, 9, 12, 14)]
    for reject, reason in zip(
        got.rejects,
        [
            "neither body nor title",
            "date 'gisteren' cannot be read (day first)",
            "rating '9' is not 1 to 5 (the setting rating_scale)",
            "'veel' is no whole number",
            "6 columns where the header has 5",
            "3 columns where the header has 5",
            "no valid CSV",
            "no valid CSV",
        ],
        strict=True,
    ):
        assert reason in reject


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"{n},een bericht {n} zonder eind\n" for n in range(6_000))
    got = read(written(tmp_path, 'id,text\nx,"open\n' + rows))
    assert len(got.posts) == 6_000
    assert len(got.rejects) == 1
    assert "export.csv line 2" in got.rejects[0]


def test_a_rejected_row_keeps_its_text(tmp_path: Path) -> None:
    path = written(tmp_path, b"id,text\n1,\xc3\xa9\xc3\xa9n\n2,kapot \xff hier\n3,a,b\n")
    connector = Files(str(path))
    (batch,) = connector.fetch(None, now=NOW)
    assert [raw.payload.get("text") for raw in batch.items] == [
        None,
        "2,kapot \\xff hier\n",
        "3,a,b\n",
    ]
    with pytest.raises(Skippable, match=r"line 3: bytes that are not utf-8"):
        connector.parse(batch.items[1])


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


def test_only_changed_files_are_read_again(tmp_path: Path) -> None:
    for number in (1, 2):
        written(tmp_path, f"id,text\n{number},bericht {number}\n", f"e{number}.csv")
    make = lambda **more: Files("e*.csv", home=tmp_path, **more)  # noqa: E731
    first = run(make())
    assert [len(batch.items) for batch in first.batches] == [1, 1]
    assert run(make(), first.cursor).batches == []
    with (tmp_path / "e2.csv").open("a") as stream:
        stream.write("3,bericht 3\n")
    second = run(make(), first.cursor)
    assert second.ids == ["file:2", "file:3"]
    os.utime(tmp_path / "e1.csv", ns=(0, 0))
    assert run(make(), second.cursor).ids == ["file:1"]
    assert len(run(make(platform="winkel"), second.cursor).posts) == 3, "other settings"
    (tmp_path / "e1.csv").unlink()
    written(tmp_path, "id,text\n9,nieuw\n", "e3.csv")
    third = run(make(), second.cursor)
    assert third.ids == ["file:9"]
    assert len(third.cursor["files"]) == 2


def test_one_damaged_file_does_not_stop_the_others(tmp_path: Path) -> None:
    written(tmp_path, b"PAR1 nonsense", "a.parquet")
    written(tmp_path, "id,text\n1,b\n", "b.csv")
    written(tmp_path, gzip.compress(b'{"text": "x"}\n' * 5000)[:-60], "c.jsonl.gz")
    batches, error = until_error(Files("*.*", home=tmp_path))
    kept = [raw.place.split()[0] for batch in batches for raw in batch.items]
    assert kept[0] == "b.csv"
    assert kept.count("c.jsonl.gz") > 1000, "what could be unpacked"
    assert isinstance(error, Fatal)
    assert "a.parquet cannot be read as Parquet" in str(error)
    assert "c.jsonl.gz is a damaged gzip file" in str(error)
    assert [Path(file).name for file in batches[0].cursor["files"]] == ["b.csv"]


@pytest.mark.parametrize(
    ("called", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n", "is empty"),
        ("a.csv", b"x,y\n1,2\n", "Map it, e.g. body=…: a.csv has the columns x, y"),
        ("a.csv", b'"id"x,text\n1,2\n', "the line with the columns"),
        ("a.jsonl", b"7\nkapot\n", "nothing that is a JSON object"),
        ("a.json", b'[{"text": "x"}]', "one JSON array; one object on each line"),
        ("a.csv.gz", b"geen gzip", "damaged gzip"),
        ("a.xlsx", b"PK", "save a spreadsheet as CSV first"),
        ("a", b"x", "is not .csv"),
        ("a.csv", b"x" * 9_000_000, "longer than"),
        ("a.csv", 'id,text\n1,"'.encode("utf-16")[:-1] + b"\xd8", "is not in utf-16"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, called: str, content: bytes, says: str) -> None:
    with pytest.raises(Fatal) as caught:
        read(written(tmp_path, content, called))
    assert says in str(caught.value)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(Fatal, match="no file"):
        read(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "weg.csv")
    with pytest.raises(Fatal, match="no file"):
        read(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"path": "weg.csv"}, "there is no file"),
        ({"path": "weg*.csv"}, "no file matches"),
        ({"path": "e.csv", "map": {"body": "reactie"}}, "no column 'reactie': e.csv has the col"),
        ({"path": "e.csv", "map": {"tekst": "text"}}, "unknown field in the mapping 'tekst'"),
        ({"path": "e.csv", "map": {"author": "text"}}, "neither body nor title"),
        ({"path": "e.csv", "map": {"body": ""}}, "gives body no column"),
        ({"path": "e.csv", "kind": "tweet"}, "unknown kind 'tweet'; valid: review, post, comment"),
        ({"path": "e.csv", "time_zone": "Mars/Base"}, "unknown time zone"),
        ({"path": "e.csv", "encoding": "utf-9"}, "unknown encoding 'utf-9'"),
        ({"path": "e.csv", "delimiter": ";;"}, "not one sign"),
        ({"path": "e.csv", "rating_scale": "hoog"}, "rating_scale 'hoog'"),
        ({"path": "e.csv", "rating_scale": "5-5"}, "no room"),
    ],
)
def test_settings_that_cannot_work(tmp_path: Path, given: dict[str, Any], says: str) -> None:
    written(tmp_path, "id,text\n1,x\n", "e.csv")
    with pytest.raises(Fatal) as caught:
        run(Files(home=tmp_path, **given))
    assert says in str(caught.value)


def test_paths_are_in_the_data_folder_unless_absolute(tmp_path: Path) -> None:
    (tmp_path / "diep" / "er").mkdir(parents=True)
    path = written(tmp_path / "diep" / "er", "text\nx\n", "[1] e.csv")
    elsewhere = tmp_path / "home"
    for given, home in [
        ("diep/er/[1] e.csv", tmp_path),
        ("diep/**/*.csv", tmp_path),
        (str(path), elsewhere),
        (f"{tmp_path}/diep/*/*.csv", elsewhere),
    ]:
        assert len(run(Files(given, home=home)).posts) == 1, given


@pytest.mark.parametrize(
    ("typed", "mapping"),
    [
        ("body=text", {"body": "text"}),
        (" body = text , posted_at=a=b", {"body": "text", "posted_at": "a=b"}),
        ("title=Onderwerp van bericht", {"title": "Onderwerp van bericht"}),
    ],
)
def test_mappings_as_typed(typed: str, mapping: dict[str, str]) -> None:
    assert parse_mapping(typed) == mapping


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "'' in the mapping is not field=column"),
        ("body", "'body' in the mapping"),
        ("body=", "'body=' in the mapping"),
        ("=text", "'=text'"),
        ("body=a,,title=b", "''"),
        ("body=a,body=b", "body twice"),
        ("bodie=a", "valid: audience, author, body"),
        ("likes=a", "neither body nor title"),
    ],
)
def test_mappings_that_are_wrong(typed: str, says: str) -> None:
    with pytest.raises(Fatal) as caught:
        parse_mapping(typed)
    assert says in str(caught.value)


def test_real_tweets(shared_data: Path) -> None:
    path = shared_data / "journey" / "us_airline_tweets_en_train.parquet"
    if not path.is_file():
        pytest.skip(f"no {path}")
    mapping = parse_mapping("body=text,posted_at=posted_at,shares=reach")
    got = read(path, platform="twitter", map=mapping)
    assert got.rejects == []
    assert len({post.post_id for post in got.posts}) == 7777
    days = sorted({post.posted_at.date() for post in got.posts})
    assert days[0].year == days[-1].year == 2015
    assert all(post.engagement.observed_at is None for post in got.posts)
    assert max(post.engagement.shares for post in got.posts) > 0
