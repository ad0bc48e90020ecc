"""`umot backup`, `restore` and `export` as their users meet them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from tests.cli.conftest import Umot

REVIEWS = """\
id,date,text,author
1,2026-03-01 10:00,"Goed en snel en fijn, dank aan de monteurs",Jan Jansen
2,2026-03-02 11:00,"Traag en slecht, nooit meer een fiets hier",Piet Pietersen
3,2026-04-01 12:00,"=HYPERLINK(""http://x"",""klik"")",Jan Jansen
"""
MAP = "native_id=id,posted_at=date,body=text,author=author"


@pytest.fixture
def imported(umot: Umot, tmp_path: Path) -> Umot:
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, "utf-8")
    assert umot("import", str(path), "--platform", "shop", "--map", MAP).code == 0
    return umot


def count(umot: Umot) -> int:
    shown = umot("sql", "SELECT count(*) AS n FROM posts", "--format", "json").out
    return int(json.loads(shown)[0]["n"])


def test_backed_up_emptied_and_restored(imported: Umot, home: Path, tmp_path: Path) -> None:
    made = imported("backup", "--keep", "2")
    assert made.code == 0
    path, size, rows = made.out.strip().split("\t")
    assert Path(path).parent == home / "backups"
    assert int(size) == Path(path).stat().st_size
    assert int(rows) > 9
    assert "checked" in made.err
    for _ in range(2):
        assert imported("backup", "--keep", "2").code == 0
    assert len(list((home / "backups").glob("*.duckdb"))) == 2
    elsewhere = tmp_path / "elsewhere.duckdb"
    assert imported("backup", str(elsewhere)).code == 0
    refused = imported("restore", str(elsewhere))
    assert (refused.code, refused.out) == (1, "")
    assert "--force" in refused.err
    for file in (home / "warehouse").glob("*.duckdb"):
        file.unlink()
    restored = imported("restore", str(elsewhere))
    assert restored.code == 0, restored.err
    assert restored.out.split("\t")[0] == str(home / "warehouse" / "umot.duckdb")
    assert count(imported) == 3


def test_what_was_erased_does_not_come_back_with_a_backup(
    imported: Umot, home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.duckdb"  # where umot forget does not reach
    assert imported("backup", str(elsewhere)).code == 0
    within = imported("backup").out.split("\t")[0]
    erased = imported("forget", "--author", "Jan Jansen", "--platform", "shop", "--yes")
    assert erased.code == 0, erased.err
    assert count(imported) == 1
    for path in (elsewhere, Path(within)):  # the second one's manifest has followed
        restored = imported("restore", str(path), "--force")
        assert restored.code == 0, restored.err
        assert count(imported) == 1
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path for path in files if b"dank aan de monteurs" in path.read_bytes()] == []


def test_a_restore_shows_nobody_what_was_erased_even_where_a_request_is_stuck(
    imported: Umot, home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.duckdb"
    assert imported("backup", str(elsewhere)).code == 0
    (home / "backups").mkdir()
    (home / "backups" / "a-damaged.duckdb").write_bytes(b"no database" * 1000)
    author = ("--author", "Jan Jansen", "--platform", "shop")
    assert imported("forget", *author, "--yes").code == 1
    assert count(imported) == 1
    restored = imported("restore", str(elsewhere), "--force")
    assert restored.code == 1
    assert "a-damaged.duckdb cannot be opened" in restored.err
    assert restored.out.startswith(str(home / "warehouse" / "umot.duckdb"))
    assert count(imported) == 1
    (home / "backups" / "a-damaged.duckdb").unlink()
    assert imported("forget").code == 0
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path for path in files if b"dank aan de monteurs" in path.read_bytes()] == []


@pytest.mark.slow  # what the commands call is tested in test_forget_restored.py
@pytest.mark.usefixtures("fast_model", "one_thread")
@pytest.mark.parametrize("command", [("collect",), ("classify",)])
def test_a_warehouse_put_in_place_by_hand_is_erased_before_it_is_published(
    imported: Umot, home: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    warehouse = home / "warehouse" / "umot.duckdb"
    before = shutil.copy(warehouse, tmp_path / "before.duckdb")
    erased = imported("forget", "--author", "Jan Jansen", "--platform", "shop", "--yes")
    assert erased.code == 0, erased.err
    shutil.copy(before, warehouse)
    assert imported(*command).code == 0
    assert count(imported) == 1


def test_an_export_is_files_with_a_manifest(imported: Umot, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    made = imported("export", str(folder), "--tables", "posts, brands")
    assert made.code == 0, made.err
    assert sorted(made.out.splitlines()) == ["brands\t1", "posts\t3"]
    (april,) = (folder / "posts" / "2026-04").glob("*.parquet")
    assert parquet.read_table(april)["post_id"].to_pylist() == ["shop:3"]
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["rows"] == 4
    chosen = ("--tables", "posts", "--since", "2026-03-02", "--until", "2026-03-02", "--force")
    assert imported("export", str(folder), "--format", "csv", *chosen).out == "posts\t1\n"
    assert "shop:2" in (folder / "posts.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["backup"], 1, "nothing to back up"),
        (["backup", "a.duckdb", "--keep", "2"], 2, "--keep"),
        (["backup", "--keep", "0"], 2, "--keep"),
        (["restore", "no-such.duckdb"], 1, "no-such.duckdb does not exist"),
        (["export"], 2, "FOLDER"),
        (["export", "out"], 1, "nothing has been published"),
        (["export", "out", "--format", "xls"], 2, "xls"),
        (["export", "out", "--since", "gisteren"], 2, "gisteren"),
        (["export", "out", "--since", "2026-03-02", "--until", "2026-03-01"], 2, "after"),
    ],
)
def test_failures_are_one_clear_line(
    umot: Umot, arguments: list[str], code: int, said: str
) -> None:
    ran = umot(*arguments)
    assert ran.code == code
    assert said.lower() in ran.err.lower()
    assert "Traceback" not in ran.err
