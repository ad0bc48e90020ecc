"""Ad-hoc SQL: answers for everyone, no door to anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from umot.errors import Fatal
from warehouse import Warehouse, load
from warehouse.adhoc import Limits, ask


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = Warehouse(tmp_path_factory.mktemp("home"))
    with warehouse.transaction("test") as db:
        for number in range(5):
            load.save_brand(db, f"brand {number}", "Europe/Amsterdam", "nl")
    warehouse.publish()
    return warehouse.published


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT brand FROM brands ORDER BY brand",
        "FROM brands SELECT brand ORDER BY ALL;",
        "WITH b AS (SELECT brand FROM brands) SELECT * FROM b ORDER BY 1 -- a remark; with a sign",
    ],
)
def test_statements_that_read_are_answered(published: Path, statement: str) -> None:
    answer = ask(published, statement)
    assert answer.table.column("brand").to_pylist() == [f"brand {n}" for n in range(5)]
    assert not answer.truncated


def test_more_rows_than_the_limit_are_cut_and_said_so(published: Path) -> None:
    answer = ask(published, "SELECT * FROM range(1000000)", Limits(rows=1234))
    assert answer.table.num_rows == 1234
    assert answer.truncated
    assert not ask(published, "SELECT * FROM range(1234)", Limits(rows=1234)).truncated


def test_no_rows_are_an_answer_too(published: Path) -> None:
    assert ask(published, "SELECT brand FROM brands WHERE false").table.num_rows == 0


HOSTILE = [
    "DELETE FROM brands",
    "CREATE TABLE x AS SELECT 1",
    "SELECT 1; SELECT 2",
    "",
    "COPY brands TO 'out.csv'",
    "ATTACH 'other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 8",
    "PRAGMA database_list",
    "CALL enable_logging(storage='file')",
    "EXPLAIN SELECT 1",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text/**/('/etc/passwd')",
    "SELECT * FROM \"read_blob\"('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT getenv('HOME')",
    "SELECT current_setting('secret_directory')",
    "SELECT list_transform([1], lambda x: getenv('HOME'))",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_databases",
    "SELECT path FROM duckdb_databases()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('brands')",
    "WITH x AS (SELECT (SELECT count(*) FROM glob('*')) AS n) SELECT n FROM x",
    "SELECT nonsense FROM brands",
    "SELEC brand FROM brands",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_everything_else_is_refused_without_telling_paths(published: Path, statement: str) -> None:
    with pytest.raises(Fatal) as refused:
        ask(published, statement)
    assert str(published.parent) not in str(refused.value)
    assert "root:" not in str(refused.value)


def test_a_statement_that_takes_too_long_is_stopped(published: Path) -> None:
    endless = "SELECT count(*) FROM range(3000000) AS a, range(3000000) AS b"
    with pytest.raises(Fatal, match="longer than 2 s"):
        ask(published, endless, Limits(seconds=2))


def test_a_statement_that_needs_too_much_memory_is_stopped(published: Path) -> None:
    huge = "SELECT length(repeat('a', 2000000000) || repeat('b', 2000000000)) AS n"
    with pytest.raises(Fatal, match="emory"):
        ask(published, huge, Limits(memory=100_000_000))


def test_nothing_published_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="nothing has been published"):
        ask(tmp_path / "none.duckdb", "SELECT 1")
