"""A brand whose one platform is a file of notes, with a parser that comes in editions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.lakes import lake, pattern, postgres
from umot import pipeline
from umot.pipeline import Monitor

__all__ = ["lake", "pattern", "postgres"]

PLUGINS = (Path(__file__).parent / "plugin", Path(__file__).parents[1] / "flows" / "plugin")
NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
NOTES: list[dict[str, Any]] = [
    {"id": "a", "text": "Een <b>fijn</b> en snel bericht!", "by": "anna", "likes": 3},
    {"id": "b", "text": "Wat een slecht bericht?", "by": "bas", "within": [
        {"id": "b1", "text": "En traag ook nog", "by": "carla"}]},
    {"id": "c", "text": "Koop nu onze fijne fietsen?", "advert": True, "by": "dealer"},
    {"text": "Geen nummer, wel een bericht", "by": "anna"},
    {"id": "e", "text": "Gewoon een bericht", "by": "bas", "at": "2026-01-05T10:00:00+00:00"},
]  # fmt: skip

Brand = Callable[..., Monitor]


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connectors and models of the tests, as if they were installed."""
    for path in PLUGINS:
        monkeypatch.syspath_prepend(str(path))


@pytest.fixture
def brand(tmp_path: Path) -> Brand:
    """Writes the configuration, with the parser of an edition; `second` is another source."""

    def configured(edition: int = 1, second: bool = False) -> Monitor:
        configure(tmp_path, edition, second)
        return Monitor.open(tmp_path / "home")

    return configured


def configure(folder: Path, edition: int = 1, second: bool = False) -> None:
    """Write the brand's umot.toml."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / "author.key").write_text("a key of 32 characters or more for tests")
    lines = ["[brand]", 'name = "Vlotte Fiets"', "[model]", 'name = "test-words"']
    for name in ("notes", "others") if second else ("notes",):
        lines += ["[[sources]]", f'name = "{name}"', 'connector = "test-notes"']
        lines += [f'path = "{folder / name}.json"', f"edition = {edition}"]
    (home / "umot.toml").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the notes as edition 1 stores them, made once."""
    folder = tmp_path_factory.mktemp("notes")
    write(folder / "notes.json", NOTES)
    configure(folder)
    with pytest.MonkeyPatch.context() as patch:
        for path in PLUGINS:
            patch.syspath_prepend(str(path))
        monitor = Monitor.open(folder / "home")
        pipeline.collect(monitor, monitor.sources()[0], now=NOW)
    return folder / "home" / "warehouse"


@pytest.fixture
def collected(brand: Brand, template: Path, tmp_path: Path) -> Monitor:
    """The notes as edition 1 stores them."""
    write(tmp_path / "notes.json", NOTES)
    shutil.copytree(template, tmp_path / "home" / "warehouse")
    return brand()


def write(path: Path, notes: list[dict[str, Any]]) -> None:
    """The notes of a source."""
    path.write_text(json.dumps(notes), "utf-8")


def rows(monitor: Monitor, sql: str) -> list[tuple[Any, ...]]:
    """The answer of the writer's own file."""
    with monitor.warehouse.write("test") as db:
        found: list[tuple[Any, ...]] = db.execute(sql).fetchall()
    return found


def dump(monitor: Monitor) -> dict[str, list[str]]:
    """Every row of every table but the visits."""
    with monitor.warehouse.write("test") as db:
        tables = db.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary "
            "AND table_name NOT IN ('source_runs', 'schema_versions', 'changes') ORDER BY 1"
        ).fetchall()
        return {
            table: sorted(map(str, db.execute(f"SELECT * FROM {table}").fetchall()))
            for (table,) in tables
        }
