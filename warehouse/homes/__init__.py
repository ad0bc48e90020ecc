"""Where the writer's warehouse lives: in a DuckDB file, or in a DuckLake that machines share."""

from __future__ import annotations

from pathlib import Path

from warehouse.homes.base import Home
from warehouse.homes.file import FileHome
from warehouse.homes.lake import LakeHome
from warehouse.homes.place import LAKE, Place

__all__ = ["FileHome", "Home", "LakeHome", "choose", "is_lake"]


def choose(place: str, home: Path) -> Home:
    """The home that `place` names: "" or "file" the data folder's own file, else a DuckLake.

    Raises `Fatal` for a place that is neither.
    """
    if place in ("", "file"):
        return FileHome(home / "warehouse")
    return LakeHome(Place.read(place), home)


def is_lake(place: str) -> bool:
    """Whether `place` names a DuckLake."""
    return place.startswith(LAKE)
