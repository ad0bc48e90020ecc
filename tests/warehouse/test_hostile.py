"""Statements of people who mean harm: every one is run for real, and what comes back is searched."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from umot.errors import Fatal
from warehouse import Warehouse, load
from warehouse.adhoc import Limits, ask

SECRET = "hunter2-in-the-"  # followed by where it is
STATEMENTS = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text("utf-8"))["statement"]
PATIENT = Limits(seconds=120)  # refused at once, but on a machine that may be busy
SHORT = Limits(seconds=2, memory=100_000_000)
LIMIT = re.compile(r"took longer than 2 s|more than 100 MB of memory|larger than 100 MB")


@dataclass(frozen=True)
class Outcome:
    """What came back: an error, or rows as text."""

    error: str | None
    rows: str = ""


def fill(folder: Path) -> None:
    """A warehouse of one brand with secrets in files of every kind beside it."""
    warehouse = Warehouse(folder.parent)
    with warehouse.transaction("test") as db:
        load.save_brand(db, "brand", "Europe/Amsterdam", "nl")
    warehouse.publish()
    (folder / "secret.csv").write_text(f"key,value\nfile,{SECRET}file\n", "utf-8")
    (folder / "secret.json").write_text(f'{{"key": "{SECRET}file"}}\n', "utf-8")
    with duckdb.connect(str(folder / "other.duckdb")) as db:
        db.execute(f"CREATE TABLE secret AS SELECT '{SECRET}file' AS value")
        db.execute(f"COPY secret TO '{folder}/secret.parquet'")
    (folder.parent / ".duckdb" / "stored_secrets").mkdir(parents=True)
    shutil.copy(folder / "secret.csv", folder / "evil.duckdb_extension")


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file below a folder and what is in it."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def attempt(published: Path, statement: dict[str, str]) -> Outcome:
    """Ask one statement."""
    limits = SHORT if statement.get("ends") == "limit" else PATIENT
    try:
        answer = ask(published, written(statement, published.parent), limits)
    except Fatal as error:
        return Outcome(str(error))
    return Outcome(None, str(answer.table.to_pylist()))


def written(statement: dict[str, str], folder: Path) -> str:
    """The statement with its places filled in."""
    text = statement["sql"].replace("{folder}", str(folder))
    return text.replace("{brackets}", "(" * 30_000)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    """What came of each statement, by what it tries; a few run side by side."""
    home = tmp_path_factory.mktemp("hostile-home")
    folder = home / "warehouse"
    fill(folder)
    before = fingerprints(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UMOT_HOSTILE_SECRET", f"{SECRET}environment")
        patch.setenv("HOME", str(home))
        with ThreadPoolExecutor(max_workers=4) as pool:
            found = pool.map(lambda one: attempt(folder / "published.duckdb", one), STATEMENTS)
            outcomes = {one["tries"]: what for one, what in zip(STATEMENTS, found, strict=True)}
        assert fingerprints(home) == before, "a statement wrote a file"
        assert not Path("/out.csv").exists()
        yield outcomes


def test_the_list_is_long_and_names_each_once() -> None:
    assert len(STATEMENTS) >= 60
    assert len({one["tries"] for one in STATEMENTS}) == len(STATEMENTS)
    assert len({one["sql"] for one in STATEMENTS}) == len(STATEMENTS)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one["tries"])
def test_it_ends_well_and_tells_nothing(
    outcomes: dict[str, Outcome], statement: dict[str, str]
) -> None:
    outcome = outcomes[statement["tries"]]
    ends = statement.get("ends", "refused")
    if ends == "answered":
        assert outcome.error is None
    else:
        assert outcome.error is not None, f"it was answered: {outcome.rows[:500]}"
    if ends == "limit":
        assert LIMIT.search(str(outcome.error))
    assert len(outcome.error or "") < 2_000
    told = f"{outcome.error or ''} {outcome.rows}"
    assert SECRET not in told
    assert "root:" not in told
    asked = written(statement, Path(os.environ["HOME"]) / "warehouse")
    for path in paths(told):
        assert path in asked, told
    for name, value in os.environ.items():
        if len(value) >= 8 and value not in asked:
            assert value not in told, name


def paths(text: str) -> list[str]:
    """What looks like a place on this machine in a text."""
    return re.findall(
        r"(?<![\w/:.*])/(?:home|root|tmp|etc|proc|usr|var|dev|work)\b[^\s'\"),;:]*", text
    )


def test_the_search_would_find_what_it_looks_for() -> None:
    assert paths("cannot open '/tmp/x/published.duckdb': gone") == ["/tmp/x/published.duckdb"]
    assert paths("/etc/passwd is no table") == ["/etc/passwd"]
    assert paths("read_text/* */( a/tmp") == []
