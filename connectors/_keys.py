"""Credentials, which come from environment variables and from nowhere else."""

from __future__ import annotations

import os

from umot.errors import Fatal


def secrets(platform: str, *names: str) -> list[str]:
    """Read the variables `names`. Raises `Fatal` naming all that are missing or blank."""
    values = [os.environ.get(name, "").strip() for name in names]
    if missing := [name for name, value in zip(names, values, strict=True) if not value]:
        raise Fatal(f"{platform} needs the environment variable {' and '.join(missing)}")
    return values


def several(given: object) -> list[str]:
    """Take a single text for a list of one: its letters are never meant. Blanks are left out."""
    texts = [given] if isinstance(given, str) else list(given)  # type: ignore[call-overload]
    return [text.strip() for text in texts if str(text).strip()]
