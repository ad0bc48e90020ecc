"""Ad-hoc SQL: answers for everyone, no door to anything else."""

from __future__ import annotations

import re
import signal
import tempfile
from pathlib import Path

import duckdb
import pytest

from umot.errors import Fatal
from warehouse import Warehouse, cage, load
from warehouse.adhoc import Limits, ask, reason


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


@pytest.mark.parametrize(
    "statement",
    [
        "DESCRIBE brands",
        "SUMMARIZE brands",
        "SHOW TABLES",
        "TABLE brands",
        "VALUES (1), (2)",
        "SELECT * FROM (DESCRIBE mentions)",
        "SELECT column_name FROM information_schema.columns",
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'brands'",
        "FROM (PIVOT brands ON language IN ('nl', 'en') USING count(*))",
        "SELECT unnest(range(3)) AS n, version() AS v, current_date AS today",
        "SELECT key, value FROM json_each('{\"a\": 1}')",
        'WITH "mijn merken" AS (FROM brands) SELECT count(*) FROM "mijn merken"',
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT list_transform([1, 2], lambda x: x + 1) AS l, now() AT TIME ZONE 'Europe/Amsterdam'",
    ],
)
def test_every_kind_of_reading_is_allowed(published: Path, statement: str) -> None:
    assert ask(published, statement).table.num_rows > 0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELEC brand FROM brands", "syntax error"),
        ("SELECT bran FROM brands", 'Candidate bindings: "brand"'),
        ("SELECT * FROM brand", 'Did you mean "brands"'),
        ("SELECT CASE WHEN range > 9000 THEN 'x'::INT END FROM range(10000)", "Could not convert"),
        ("SELECT 1; SELECT 2", "exactly one statement, not 2"),
        ("PIVOT brands ON language USING count(*)", "exactly one statement"),
        ("DELETE FROM brands", "only statements that read"),
        ("SELECT * FROM 'x.csv'", "x.csv: files cannot be read here"),
        ("SELECT $1", "1"),
        ("SELECT '\udcff'", "not UTF-8"),
        ("SELECT " + "1 + " * 30_000 + "1", "longer than 100,000"),
        ("SELECT " + "upper(" * 900 + "'a'" + ")" * 900, "nested"),
    ],
)
def test_what_is_wrong_is_said(published: Path, statement: str, said: str) -> None:
    with pytest.raises(Fatal, match=re.escape(said)):
        ask(published, statement)


def test_the_functions_of_this_duckdb_have_been_judged() -> None:
    # Table functions and views are shut unless the cage lists them, but functions of one value
    # are open unless it does: look at those that are new, then write the new version here.
    assert duckdb.__version__ == "1.5.5"


def test_a_statement_that_takes_too_long_is_stopped(published: Path) -> None:
    endless = "SELECT count(*) FROM range(3000000) AS a, range(3000000) AS b"
    with pytest.raises(Fatal, match=r"longer than 1\.5 s"):
        ask(published, endless, Limits(seconds=1.5))


SMALL = Limits(seconds=120, memory=100_000_000)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT length(repeat('a', 2000000000) || repeat('b', 2000000000)) AS n",
        "SELECT range, md5(range::VARCHAR) AS m FROM range(1000000000) ORDER BY m",
        "SELECT repeat('a', 1000000) AS wide FROM range(90000)",
    ],
)
def test_a_statement_that_needs_too_much_memory_is_stopped(published: Path, statement: str) -> None:
    with pytest.raises(Fatal, match="needed more than 100 MB of memory"):
        ask(published, statement, SMALL)


def test_an_answer_that_is_too_large_is_stopped(published: Path) -> None:
    limits = Limits(seconds=120, memory=100_000_000, rows=10_000_000)
    with pytest.raises(Fatal, match="larger than 100 MB; ask for fewer rows"):
        ask(published, "SELECT repeat('a', 200) || range AS a FROM range(10000000)", limits)


def test_rows_beyond_the_limit_are_never_made(published: Path) -> None:
    answer = ask(published, "SELECT range, md5(range::VARCHAR) FROM range(10000000000)", SMALL)
    assert (answer.table.num_rows, answer.truncated) == (100_000, True)


def test_a_path_in_a_reason_is_hidden_but_for_what_was_asked() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"IO Error: /srv/umot/home/published.duckdb: no, nor /etc/passwd; 3/4 of it")
        told = reason(cage.REFUSED, file, "SELECT '/etc/passwd'", Limits())
    assert told == "IO Error: …: no, nor /etc/passwd; 3/4 of it"


def test_a_process_that_dies_is_no_fault_of_the_one_who_asked() -> None:
    with tempfile.TemporaryFile() as file:
        assert "memory" in reason(-signal.SIGKILL, file, "SELECT 1", Limits())
        assert "made its process fail" in reason(-signal.SIGSEGV, file, "SELECT 1", Limits())
        assert "no room on the disk" in reason(cage.NO_DISK, file, "SELECT 1", Limits())


def test_nothing_published_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="nothing has been published"):
        ask(tmp_path / "none.duckdb", "SELECT 1")
