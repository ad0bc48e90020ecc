"""A DuckLake with its files in S3: they go there, all of them, and nothing beside the command.

The whole way needs a store, Amazon's or one like it: name a folder in a bucket with
``TEST_S3=s3://bucket/folder`` and the usual variables (``AWS_ENDPOINT_URL`` and so on).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.lakes import PASSWORD, Postgres
from tests.warehouse.test_ducklake_forget import CONFIG, NAME, NOW, post, store
from umot import forgetting
from umot.errors import Retriable
from umot.forgetting import job
from umot.pipeline import Monitor
from warehouse import Connection, Warehouse
from warehouse.homes import LakeHome, extensions
from warehouse.homes.place import Place

NUMBERS = count(1)


@pytest.fixture
def catalogue(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty database; the command runs in a folder that must stay empty."""
    monkeypatch.setenv("UMOT_WAREHOUSE_PASSWORD", PASSWORD)
    monkeypatch.setenv("UMOT_AUTHOR_KEY", "a key of 32 characters or more for tests")
    name = f"far{next(NUMBERS)}"
    postgres.sql(f"CREATE DATABASE {name}")
    (tmp_path / "here").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "umot.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path / "here")
    yield name
    assert list((tmp_path / "here").iterdir()) == []


def kept(folder: str) -> list[tuple[str, bytes]]:
    """Every file of a folder in S3 with what it holds."""
    with bucket(folder) as db:
        return db.execute(f"SELECT filename, content FROM read_blob('{folder}/**')").fetchall()


@contextmanager
def bucket(folder: str) -> Iterator[Connection]:
    with duckdb.connect() as db:
        extensions.load(db, "httpfs")
        extensions.credentials(db, f"{folder}/")
        yield db


def test_the_catalogue_sends_the_files_to_the_bucket(
    catalogue: str, postgres: Postgres, tmp_path: Path
) -> None:
    place = Place.read(postgres.place(catalogue, "s3://lakes/it's/in"))
    home = LakeHome(place, tmp_path / "home")
    assert not home.exists()
    home._attach().close()  # no more of it: making the tables takes seconds
    kept = "SELECT value FROM umot.ducklake_metadata WHERE key = 'data_path'"
    assert postgres.sql(kept, catalogue) == "s3://lakes/it's/in/"


@pytest.mark.slow
def test_a_store_that_does_not_answer_is_said_and_nothing_is_written_here(
    catalogue: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "zeer-geheim-s3")
    warehouse = Warehouse(tmp_path / "home", place=postgres.place(catalogue, "s3://lakes/deep/in"))
    with pytest.raises(Retriable, match="s3://lakes/deep/in/ cannot be") as caught:
        store(warehouse, *[post(number, f"Prima {number}.", "anna") for number in range(40)])
    assert "zeer-geheim-s3" not in str(caught.value)


@pytest.mark.slow
def test_rows_readers_and_erasing_in_a_real_store(
    catalogue: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (root := os.environ.get("TEST_S3")):
        pytest.skip("needs an S3 store: TEST_S3=s3://bucket/folder and AWS_…")
    folder = f"{root.rstrip('/')}/{catalogue}-{os.getpid()}"
    monkeypatch.setenv("UMOT_WAREHOUSE", postgres.place(catalogue, folder))
    warehouse = Warehouse(tmp_path / "home")
    mine = [post(number, f"kwartelstroop {number}", NAME) for number in range(30)]
    others = [post(number, f"Prima fiets {number}.", "anna") for number in range(100, 130)]
    store(warehouse, *mine, *others)
    assert any(NAME.encode() in content for _, content in kept(folder))
    assert warehouse.publish()
    assert isinstance(warehouse.home, LakeHome)
    warehouse.home.close()
    with Warehouse(tmp_path / "home").write("test") as db:  # with sessions of its own
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (60,)
    monitor = Monitor.open(tmp_path / "home")
    with forgetting.alone(tmp_path / "home", wait=0):
        request = job.asked(monitor, NOW, author=NAME, platform="forum")
        forgetting.carry_out(monitor, request, NOW)
    left = kept(folder)
    assert left
    for word in (NAME, "kwartelstroop"):
        assert not [name for name, content in left if word.encode() in content], word
    with warehouse.read() as db:
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (30,)
