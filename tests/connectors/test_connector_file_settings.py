"""Settings of exports: paths, mappings, and what is said of those that cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.files import Files, parse_mapping
from tests.connectors.file_reading import read, written
from umot.errors import Fatal
from umot.testing import run


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
