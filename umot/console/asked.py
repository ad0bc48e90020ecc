"""What is asked for in an address: days, filters and the place where a page of a list begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from umot.errors import Fatal, UnknownName

FIRST, LAST = date(1990, 1, 1), date(2200, 1, 1)  # days that are answered to


class NotFound(Fatal):
    """What is asked for does not exist."""


def one_of(what: str, value: str | None, valid: tuple[str, ...]) -> str | None:
    """A choice; None for none. Raises `UnknownName`."""
    if not value:
        return None
    if value not in valid:
        raise UnknownName(what, value, valid)
    return value


def a_day(value: str | date | None) -> date | None:
    """A day given as YYYY-MM-DD; None for none. Raises `Fatal`."""
    if not value:
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError as error:
        raise Fatal(f"{value!r} is not a day like 2026-01-31") from error
    if not FIRST <= day <= LAST:
        raise Fatal(f"{day} is not between {FIRST} and {LAST}")
    return day


def a_number(value: str | None, otherwise: int, least: int, most: int) -> int:
    """A whole number within bounds. Raises `Fatal`."""
    if not value:
        return otherwise
    if not value.isascii() or not value.isdigit() or not least <= int(value[:9]) <= most:
        raise Fatal(f"{value!r} is not a number from {least} to {most}")
    return int(value)


def begins(day: date, zone: str) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ends(day: date, zone: str) -> datetime:
    """When a local day is over, in UTC."""
    return begins(day + timedelta(days=1), zone)


def packed(*key: Any) -> str:
    """The key of a row as one word of an address."""
    plain = [one.isoformat() if isinstance(one, datetime) else one for one in key]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode("ascii").rstrip("=")


def unpacked(word: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The key that `packed` wrote; None for none. Raises `Fatal` for what it did not write."""
    if not word:
        return None
    try:
        given = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if not isinstance(given, list) or len(given) != len(kinds):
            raise ValueError("another key")
        return tuple(made(value, kind) for value, kind in zip(given, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise Fatal("this is no place in this list: begin at its first page") from error


def made(value: Any, kind: type) -> Any:
    """A part of a key as what it was. Raises `ValueError` for anything else."""
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not FIRST.year < moment.year < LAST.year:
            raise ValueError("no such time")
        return moment
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        # Most are microseconds since 1970, and become a time again: the years 1938 to 2286.
        if not -1e15 <= value <= 1e16:
            raise ValueError("no such number")
        return float(value)
    if kind is str and isinstance(value, str):
        return value
    raise ValueError("of another kind")


def kept(given: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """The parameters of an address with some changed; what is empty goes."""
    return {name: value for name, value in {**given, **changed}.items() if value not in (None, "")}
