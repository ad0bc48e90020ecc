"""Credentials, which come from environment variables and from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from umot.errors import Fatal


def secrets(platform: str, *names: str) -> list[str]:
    """Read the variables `names`. Raises `Fatal` naming all that are missing or blank."""
    values = [os.environ.get(name, "").strip() for name in names]
    if missing := [name for name, value in zip(names, values, strict=True) if not value]:
        raise Fatal(f"{platform} needs the environment variable {' and '.join(missing)}")
    return values


def listed(given: str | int | Iterable[Any]) -> list[str]:
    """Take a single text or number for a list of one: its letters are never meant."""
    return [str(given)] if isinstance(given, str | int) else [str(one) for one in given]


def several(given: str | int | Iterable[Any]) -> list[str]:
    """Take texts without the blanks among them."""
    return [text.strip() for text in listed(given) if text.strip()]
