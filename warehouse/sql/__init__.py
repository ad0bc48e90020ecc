"""The SQL files: numbered migrations, views, and queries by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """The text of ``queries/NAME.sql``."""
    return files(__name__).joinpath("queries", f"{name}.sql").read_text("utf-8")


@cache
def folder(name: str) -> list[tuple[str, str]]:
    """(file name, text) of each SQL file in a folder, in order of name."""
    found = [
        (path.name, path.read_text("utf-8"))
        for path in files(__name__).joinpath(name).iterdir()
        if path.name.endswith(".sql")
    ]
    return sorted(found)
