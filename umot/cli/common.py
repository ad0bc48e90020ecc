"""What the commands share: the opened monitor, safe printing, progress."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from umot.errors import Fatal, Retriable

if TYPE_CHECKING:
    from rich.console import Console

    from models.reader import Reader
    from umot.pipeline import Monitor, Progress


@dataclass(frozen=True, slots=True)
class State:
    """The options given before the command."""

    home: Path | None
    debug: bool

    def folder(self) -> Path:
        """The data folder."""
        from umot import config

        return config.home(self.home)

    def monitor(self) -> Monitor:
        """The brand's monitor, its configuration read."""
        from umot.pipeline import Monitor

        return Monitor.open(self.folder())


def state(context: typer.Context) -> State:
    """The options given before the command."""
    found = context.find_root().obj
    if not isinstance(found, State):
        raise TypeError("the command line was started without its options")
    return found


@cache
def console() -> Console:
    """Where people read: stderr, so that stdout holds rows only."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def safe(text: str) -> str:
    """Text without what could steer a terminal: control and direction characters are shown."""
    return "".join(
        character
        if character in "\n\t"
        or unicodedata.category(character) not in ("Cc", "Cf")
        or character == "\u200d"  # joins emoji
        else f"\\x{ord(character):02x}"
        for character in text
    )


def say(text: str) -> None:
    """A line for people, on stderr."""
    console().print(safe(text), markup=False)


def rows(lines: list[str]) -> None:
    """Lines of output, on stdout."""
    for line in lines:
        sys.stdout.write(safe(line) + "\n")
    sys.stdout.flush()  # in its place among the lines on stderr


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def a_day(text: str) -> date:
    """A date given as YYYY-MM-DD. Raises typer's usage error otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date like 2026-01-31") from error


def morning(day: date, time_zone: str) -> datetime:
    """The beginning of a day on the clocks of a zone, in UTC."""
    from zoneinfo import ZoneInfo

    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC)


def a_morning(text: str, time_zone: str) -> datetime:
    """The beginning of a past day (YYYY-MM-DD) on the clocks of a zone, in UTC.

    Raises typer's usage error for what is no day, or none that has begun.
    """
    start = morning(a_day(text), time_zone)
    if start >= now():
        raise typer.BadParameter(f"{text} has not begun yet")
    return start


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars while a person watches (stderr is a terminal), nothing in logs."""
    from umot.pipeline import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console(), transient=True) as bars:
        tasks = {}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(safe(what), total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def borrow_secrets(context: typer.Context) -> None:
    """Take secrets that are not in the environment from Prefect, if its server runs here."""
    from flows.environment import borrowed

    try:
        names = borrowed(state(context).folder())
    except Retriable as error:  # what is in the environment may do
        say(f"umot: {error}")
        return
    if names:
        say(f"secrets from Prefect: {', '.join(names)}")


def reader(monitor: Monitor) -> Reader:
    """The configured model on the monitor's journey map."""
    from models.reader import make

    return make(monitor.settings.model, monitor.journey, fallback=monitor.settings.brand.language)


def mapping(text: str | None) -> dict[str, str]:
    """``field=column,field=column`` as a dictionary."""
    from connectors.files import parse_mapping

    return parse_mapping(text) if text else {}


def existing(path: Path) -> Path:
    """A path that must exist."""
    if not path.exists():
        raise Fatal(f"{path} does not exist")
    return path


def existing_file(path: Path) -> Path:
    """A path that must be a file, which may be read more than once."""
    if not existing(path).is_file():
        raise Fatal(f"{path} is no file")
    return path
