"""A day's digest as files; plain functions, without Prefect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from umot import forgetting
from umot.digest import build, file_name, render
from umot.pipeline import Monitor

FORMATS = ("html", "md", "json")
FOLDER = "digests"
WAIT = 600.0  # seconds that erasing may take before a digest gives up


def yesterday(time_zone: str, now: datetime) -> date:
    """Return the last whole day at `now` in a time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)


def write_digest(
    home: Path, day: date, language: str | None = None, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Write the brand's digest of a local day into ``home/digests``; returns the files.

    A reader sees the old file or the new one, never a part. Raises `Fatal` where nothing has
    been published yet, and for a language or format that does not exist.
    """
    monitor = Monitor.open(home)
    brand, examples = monitor.settings.brand, monitor.settings.digest.examples
    # What is being erased must not be written again from the copy that was there before.
    with forgetting.alone(home, wait=WAIT):
        with monitor.warehouse.read() as db:
            digest = build(
                db, brand.name, day, language=language or brand.language, examples=examples
            )
        texts = {file_name(day, digest.language, form): render(digest, form) for form in formats}
        folder = home / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        return [replace(folder / name, text) for name, text in texts.items()]


def replace(path: Path, text: str) -> Path:
    """Write a file in one step."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path
