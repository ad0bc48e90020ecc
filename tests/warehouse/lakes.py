"""A Postgres of Debian's packages on a port of its own, and DuckLakes in it: fixtures for tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from warehouse import Warehouse, load
from warehouse.homes import LakeHome, extensions

USER, PASSWORD = "umot", "zeer-geheim-42"
NUMBERS = count(1)


def program(name: str) -> Path | None:
    """One of Postgres's programs, where Debian puts them or on the path; None where absent."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found:
        return found[-1]
    path = shutil.which(name)
    return Path(path) if path else None


@dataclass(frozen=True)
class Postgres:
    """A running server that only this test session knows."""

    folder: Path
    port: int

    def run(self, name: str, *arguments: str, database: str = "postgres") -> str:
        """The output of one of Postgres's own clients."""
        command = [str(program(name)), "-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        done = subprocess.run(
            [*command, "-d", database, *arguments],
            env=environment, capture_output=True, text=True, errors="replace", timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, statement: str, database: str = "postgres") -> str:
        return self.run("psql", "-Atqc", statement, database=database).strip()

    def place(self, database: str, data: Path | str) -> str:
        """The address of a lake."""
        keywords = f"host=127.0.0.1 port={self.port} dbname={database} user={USER}"
        return f"ducklake:postgres:{keywords};data={data}"


def as_owner() -> dict[str, object]:
    """How to start Postgres, which refuses to run as root."""
    if os.geteuid():
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server in a temporary folder; skips where the package is absent."""
    initdb, ctl = program("initdb"), program("pg_ctl")
    if initdb is None or ctl is None:
        pytest.skip("needs postgresql (make system-deps)")
    for name in ("postgres", "ducklake"):
        if extensions.extension(name) is None:
            pytest.skip(f"needs duckdb-extension-{name}")
    folder = Path(tempfile.mkdtemp(prefix="umot-postgres-", dir="/tmp"))
    owner = as_owner()
    if owner:
        shutil.chown(folder, "nobody", "nogroup")
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    quiet = {"stdout": subprocess.DEVNULL, "check": True, "cwd": "/", **owner}
    subprocess.run(
        [initdb, "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-N",
         "-E", "UTF8", "--locale=C"], **quiet,  # type: ignore[call-overload]
    )  # fmt: skip
    options = (
        f"-p {port} -k {folder} -c fsync=off -c max_connections=400 -c listen_addresses=127.0.0.1"
    )
    try:
        subprocess.run(
            [ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"], **quiet  # type: ignore[call-overload]
        )  # fmt: skip
        yield Postgres(folder, port)
    finally:
        subprocess.run([ctl, "-D", data, "-m", "immediate", "stop"], **{**quiet, "check": False})  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pattern(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an empty lake whose database is called `pattern`; made once, then copied."""
    from tests.warehouse.conftest import BRAND, MAP, MODEL, ZONE

    folder = tmp_path_factory.mktemp("lake")
    postgres.sql("CREATE DATABASE pattern")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UMOT_WAREHOUSE_PASSWORD", PASSWORD)
        warehouse = Warehouse(folder / "home", place=postgres.place("pattern", folder / "data"))
        with warehouse.transaction("test") as db:
            load.save_brand(db, BRAND, str(ZONE), "nl")
            load.activate(db, MODEL, MAP)
            db.execute("DELETE FROM private.lake_marks")  # each copy is begun by its own key
        assert isinstance(warehouse.home, LakeHome)
        warehouse.home.close()  # a database in use cannot be copied
    return folder / "data"


@pytest.fixture
def lake(
    postgres: Postgres, pattern: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> str:  # fmt: skip
    """The address of a lake of the test's own, which knows the brand, the model and the map."""
    monkeypatch.setenv("UMOT_WAREHOUSE_PASSWORD", PASSWORD)
    name = f"lake{next(NUMBERS)}"
    data = tmp_path_factory.mktemp(name) / "data"
    shutil.copytree(pattern, data)
    postgres.sql(f"CREATE DATABASE {name} TEMPLATE pattern")
    postgres.sql(
        f"UPDATE umot.ducklake_metadata SET value = '{data}/' WHERE key = 'data_path'", name
    )
    return postgres.place(name, data)


@pytest.fixture
def empty_lake(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Makes addresses at which no lake is yet."""
    monkeypatch.setenv("UMOT_WAREHOUSE_PASSWORD", PASSWORD)

    def made() -> str:
        name = f"lake{next(NUMBERS)}"
        postgres.sql(f"CREATE DATABASE {name}")
        return postgres.place(name, tmp_path / name)

    return made


@pytest.fixture(params=["file", pytest.param("lake", marks=pytest.mark.slow)])
def either_home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs on both homes; in a DuckLake with `make test-all` only."""
    return settle(request, monkeypatch)


@pytest.fixture(params=["file", "lake"])
def both_homes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test always runs on both homes: one that tells most."""
    return settle(request, monkeypatch)


def settle(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every warehouse that is opened from here on be of the home that is asked for."""
    if request.param == "lake":
        monkeypatch.setenv("UMOT_WAREHOUSE", request.getfixturevalue("lake"))
    return str(request.param)
