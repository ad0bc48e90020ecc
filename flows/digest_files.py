"""A day's digest as files, and on its way to people; plain functions, without Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from umot import forgetting
from umot.digest import file_name, render, sending
from umot.digest.sending import Sent
from umot.pipeline import Monitor
from warehouse import files

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

    One that was sent is written as it was sent. A reader sees the old file or the new one, never
    a part. Raises `Fatal` where nothing has been published yet, and for a language or format that
    does not exist.
    """
    monitor = Monitor.open(home)
    brand = monitor.settings.brand
    # What is being erased must not be written again from the copy that was there before.
    with forgetting.alone(home, wait=WAIT):
        with monitor.warehouse.read() as db:
            digest = sending.shown(
                db, monitor.settings, brand.name, day, language or brand.language
            )
        texts = {file_name(day, digest.language, form): render(digest, form) for form in formats}
        paths = [home / FOLDER / name for name in texts]
        for path in paths:
            files.write(path, texts[path.name], mode=0o644)
        return paths


def send_digest(
    home: Path,
    day: date,
    *,
    brand: str | None = None,
    language: str | None = None,
    refresh: bool = False,
) -> Sent:
    """Send the digest of a local day to the channels of ``[[digest.channels]]``, once to each.

    Raises `Fatal` where there is no channel, or nothing has been published yet.
    """
    monitor = Monitor.open(home)
    with forgetting.alone(home, wait=WAIT):
        return sending.send(
            monitor.warehouse,
            monitor.settings,
            brand or monitor.settings.brand.name,
            day,
            language=language,
            refresh=refresh,
        )
