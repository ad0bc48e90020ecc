"""The SQL files: numbered migrations, views, and queries by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from duckdb import DuckDBPyConnection as Connection


@cache
def query(name: str) -> str:
    """The text of ``queries/NAME.sql``."""
    return files(__name__).joinpath("queries", f"{name}.sql").read_text("utf-8")


def rows(db: Connection, name: str, /, **values: Any) -> list[dict[str, Any]]:
    """The answer to a query of ``queries`` by its columns' names."""
    found = db.execute(query(name), values or None)
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@cache
def folder(name: str) -> list[tuple[str, str]]:
    """(file name, text) of each SQL file in a folder, in order of name."""
    found = [
        (path.name, path.read_text("utf-8"))
        for path in files(__name__).joinpath(name).iterdir()
        if path.name.endswith(".sql")
    ]
    return sorted(found)
