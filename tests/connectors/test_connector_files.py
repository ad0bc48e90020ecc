"""Exports in files: mapping, encodings, damage, cursors, real data where it is there."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import Files, parse_mapping
from tests.connectors.file_reading import read, written
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


def test_real_tweets(shared_data: Path) -> None:
    path = shared_data / "journey" / "us_airline_tweets_en_train.parquet"
    if not path.is_file():
        pytest.skip("needs ../shared/data/journey/us_airline_tweets_en_train.parquet")
    mapping = parse_mapping("body=text,posted_at=posted_at,shares=reach")
    got = read(path, platform="twitter", map=mapping)
    assert got.rejects == []
    assert len({post.post_id for post in got.posts}) == 7777
    days = sorted({post.posted_at.date() for post in got.posts})
    assert days[0].year == days[-1].year == 2015
    assert all(post.engagement.observed_at is None for post in got.posts)
    assert max(post.engagement.shares for post in got.posts) > 0
