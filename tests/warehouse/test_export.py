"""Exports: everything public, nothing private, readable by other programs, safe in a spreadsheet."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.warehouse.conftest import Stories
from umot.cli.answer import harmless
from umot.errors import Fatal, UnknownName
from warehouse import Warehouse, export
from warehouse.export import Scope
from warehouse.sql import query

NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x";"klik")\r\n;+1 "\'; DROP TABLE posts; -- \x1b[31mrood\u202e,😀'
ZONE = "Europe/Amsterdam"
SHORT = ("posts", "moments", "daily_sentiment", "brands")


@pytest.fixture(scope="module")
def warehouse(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Five posts of three months, one of them at the turn of a month, published."""
    home = tmp_path_factory.mktemp("told") / "brand"
    shutil.copytree(empty_home, home)
    made = Warehouse(home)
    with made.write("test") as db:
        stories = Stories(made, db)
        stories.tell("a", "2026-01-15 10:00", (0.9, "ride"), author="Jan Jansen")
        stories.tell("b", "2026-02-01 00:30", (-0.9, "delivery"))  # in UTC it is January yet
        stories.tell("c", "2026-02-28 23:59", (0.5, "ride"), (-0.5, "delivery"))
        stories.tell("d", "2026-03-01 00:00", (0.1, "site", HOSTILE))
        stories.tell("e", "2026-03-02 12:00")
    made.publish()
    return made


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_parquet_lies_in_months_of_the_brands_days_and_holds_every_value(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    done = export.export(warehouse, tmp_path / "out", Scope("parquet", ZONE), now=NOW)
    folder = tmp_path / "out"
    assert [path.name for path in sorted((folder / "posts").iterdir())] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    rows = {one.table: one.rows for one in done}
    with warehouse.read() as db, duckdb.connect() as other:
        public = {name for (name,) in db.execute("SELECT table_name FROM duckdb_tables() "
            "WHERE schema_name = 'main' UNION ALL SELECT view_name FROM duckdb_views() "
            "WHERE schema_name = 'main' AND NOT internal").fetchall()}  # fmt: skip
        assert set(rows) == public - set(export.HIDDEN)
        for table in ("posts", "moments", "mentions", "sentiments", "engagement"):
            (kept,) = db.execute(f"SELECT count(*) FROM {table}").fetchall()
            assert kept == (rows[table],)
        other.execute("SET TimeZone = 'UTC'")
        there = f"read_parquet('{folder}/posts/*/*.parquet')"
        kept = db.execute("SELECT * FROM posts ORDER BY post_id").fetchall()
        assert other.execute(f"SELECT * FROM {there} ORDER BY post_id").fetchall() == kept
        columns = [row[0] for row in other.execute(f"DESCRIBE SELECT * FROM {there}").fetchall()]
        assert columns == [row[0] for row in db.execute("DESCRIBE posts").fetchall()]
        month = f"SELECT post_id FROM '{folder}/posts/2026-02/*.parquet' ORDER BY 1"
        assert other.execute(month).fetchall() == [("forum:b",), ("forum:c",)]
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = [name for table in content["tables"] for name in table["files"]]
    assert sorted([*listed, "manifest.json"]) == names(folder)
    assert (content["complete"], content["format"], content["made_at"]) == (
        True,
        "parquet",
        NOW.isoformat(),
    )
    assert content["rows"] == sum(rows.values())
    assert content["umot"]
    assert content["schema_version"] >= 1
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Jan Jansen" not in everything
    # Counts that DuckDB sums as 128-bit numbers stay whole numbers.
    stages = parquet.read_schema(folder / "stage_sentiment.parquet")
    assert pa.types.is_integer(stages.field("moments").type)


def test_csv_holds_no_formula_and_reads_back(warehouse: Warehouse, tmp_path: Path) -> None:
    export.export(warehouse, tmp_path / "out", Scope("csv", ZONE, SHORT), now=NOW)
    with (tmp_path / "out" / "posts.csv").open(encoding="utf-8", newline="") as file:
        posts = {row["post_id"]: row for row in csv.DictReader(file)}
    assert posts["forum:d"]["body"] == harmless(HOSTILE)
    assert posts["forum:d"]["body"].startswith("'=HYPERLINK")
    at = datetime.fromisoformat(posts["forum:b"]["posted_at"])
    assert at == datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert posts["forum:b"]["deleted_at"] == ""
    with (tmp_path / "out" / "moments.csv").open(encoding="utf-8", newline="") as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    assert sorted(scores) == pytest.approx([-0.9, -0.5, 0.1, 0.5, 0.9])  # -0.9 stays a number


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+31 6 12345678", "-", "@SUM(A1)", " =1", "a;=1", "a\n=1", "a=b",
        "＝1", "gewoon", "", "5-3", "\x00=1", "a\r\nb", "\x1b]0;x\x07", "\u202e", "\ufeff=1",
        "\x7f", "é\x85", "a;\u3000=1", "a; ; -1", "👩\u200d👩\u200d👧",
    ],
)  # fmt: skip
def test_cells_are_as_in_the_csv_of_umot_sql(text: str) -> None:
    with duckdb.connect() as db:
        db.execute(query("harmless"))
        assert db.execute("SELECT harmless($1)", [text]).fetchone() == (harmless(text),)


def test_a_formula_after_empty_lines_and_cells_is_seen() -> None:
    with duckdb.connect() as db:
        db.execute(query("harmless"))
        for before in ("a\n\n\n", "\t\t", "\n", ";;", ""):
            shown = db.execute("SELECT harmless($1)", [f"{before}=1"]).fetchone()
            assert shown == (f"{before}'=1",)
        assert db.execute("SELECT harmless(NULL)").fetchone() == (None,)


def test_json_lines_hold_the_texts_as_they_are(warehouse: Warehouse, tmp_path: Path) -> None:
    export.export(warehouse, tmp_path / "out", Scope("jsonl", ZONE, SHORT), now=NOW)
    lines = (tmp_path / "out" / "posts.jsonl").read_text("utf-8").split("\n")[:-1]
    posts = {row["post_id"]: row for row in map(json.loads, lines)}
    assert posts["forum:d"]["body"] == HOSTILE
    assert posts["forum:b"]["posted_at"] == "2026-01-31T23:30:00.000000Z"
    assert posts["forum:b"]["deleted_at"] is None


def test_days_choose_posts_with_what_belongs_to_them(warehouse: Warehouse, tmp_path: Path) -> None:
    scope = Scope("jsonl", ZONE, (), date(2026, 2, 1), date(2026, 2, 28))
    done = export.export(warehouse, tmp_path / "out", scope, now=NOW)
    rows = {one.table: (one.rows, one.days) for one in done}
    for table in ("posts", "post_brands", "sentiments"):
        assert rows[table] == (2, "posted_at")
    assert rows["moments"] == (3, "posted_at")
    assert rows["mentions"] == (2, "day")
    assert rows["daily_sentiment"] == (2, "day")
    assert rows["brands"] == (1, None)
    lines = (tmp_path / "out" / "posts.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["post_id"] for line in lines] == ["forum:b", "forum:c"]


def test_a_folder_that_holds_anything_is_refused_and_force_replaces_only_an_export(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    first = Scope("parquet", ZONE, ("posts", "brands"))
    export.export(warehouse, folder, first, now=NOW)
    (folder / "mine.txt").write_text("mine")
    (folder / "posts" / "2026-01" / "mine.txt").write_text("mine, too")
    second = Scope("csv", ZONE, ("posts",))
    with pytest.raises(Fatal, match="not empty"):
        export.export(warehouse, folder, second, now=NOW)
    export.export(warehouse, folder, second, now=NOW, force=True)
    assert names(folder) == ["manifest.json", "mine.txt", "posts.csv", "posts/2026-01/mine.txt"]
    with pytest.raises(Fatal, match="in the way"):
        export.export(warehouse, folder, first, now=NOW, force=True)
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["complete"] is False
    shutil.rmtree(folder / "posts")
    export.export(warehouse, folder, first, now=NOW, force=True)
    assert "posts.csv" not in names(folder)


def test_a_manifest_from_elsewhere_removes_nothing_outside(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "manifest.json").write_text(
        json.dumps({"tables": [{"files": ["../mine.txt", "no/such.csv", str(tmp_path)]}]})
    )
    export.export(warehouse, folder, Scope("csv", ZONE, ("brands",)), now=NOW, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert names(folder) == ["brands.csv", "manifest.json"]


def test_what_cannot_be_exported_is_said(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"raw_items.*valid: active"):
        export.export(warehouse, tmp_path / "x", Scope("csv", ZONE, ("raw_items",)), now=NOW)
    assert not (tmp_path / "x").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(Fatal, match="name a folder"):
        export.export(warehouse, tmp_path / "file", Scope("csv", ZONE), now=NOW)
    with pytest.raises(Fatal, match="nothing has been published"):
        export.export(Warehouse(tmp_path / "none"), tmp_path / "x", Scope("csv", ZONE), now=NOW)


def test_nothing_exported_is_still_files(warehouse: Warehouse, tmp_path: Path) -> None:
    day = NOW.date() + timedelta(days=400)
    scope = Scope("parquet", ZONE, ("posts", "brands"), day)
    done = export.export(warehouse, tmp_path / "out", scope, now=NOW)
    assert {one.table: one.rows for one in done} == {"posts": 0, "brands": 1}
    assert names(tmp_path / "out") == ["brands.parquet", "manifest.json"]
