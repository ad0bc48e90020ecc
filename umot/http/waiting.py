"""How long a server asks to be left alone, in the headers of its answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from umot.errors import Retriable
from umot.http.addresses import origin, show

# The last is X's. Its X-Rate-Limit-Remaining is not heeded: each of its addresses has its own.
RESETS = ("X-RateLimit-Reset", "RateLimit-Reset", "X-Rate-Limit-Reset")
EPOCH = 10**9  # a number of seconds from here on is a time, not a stretch of it
LONGEST = 86_400.0  # a quota that is said to open later than in a day is not waited for


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the seconds to wait from Retry-After: seconds or an HTTP date; None if neither."""
    value = headers.get("Retry-After", "").strip()
    if value.replace(".", "", 1).isdecimal():
        return float(value)
    return _until(_http_date(value), headers)


def quota_reset(headers: Mapping[str, str]) -> float | None:
    """Read the seconds until a quota opens again from X-RateLimit-Reset; None if it says nothing.

    Platforms write a time in ISO 8601 (Mastodon), seconds since 1970 (X), or seconds from now.
    """
    value = next((headers[name].strip() for name in RESETS if name in headers), "")
    if value.replace(".", "", 1).isdecimal():
        number = float(value)
        if number < EPOCH:
            return number
        return _until(_moment(number), headers)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _until(at if at.tzinfo else at.replace(tzinfo=UTC), headers)


class Quotas:
    """Which origins have no requests left, and until when (by the monotonic clock)."""

    def __init__(self) -> None:
        self._closed: dict[tuple[str, str, int | None], float] = {}

    def note(self, target: httpx.URL, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        left = headers.get("X-RateLimit-Remaining", headers.get("RateLimit-Remaining", ""))
        wait = quota_reset(headers)
        if left.strip() in ("0", "0.0") and wait and wait <= LONGEST:
            self._closed[origin(target)] = time.monotonic() + wait

    def check(self, target: httpx.URL) -> None:
        """Raise `Retriable` where asking now would only be refused."""
        wait = self._closed.get(origin(target), 0.0) - time.monotonic()
        if wait > 0:
            raise Retriable(f"{show(target)}: the quota of requests is used up", retry_after=wait)


def _until(at: datetime | None, headers: Mapping[str, str]) -> float | None:
    if at is None:
        return None
    # The server's own clock where it tells: ours may differ.
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (at - now).total_seconds())


def _moment(number: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(number, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _http_date(value: str) -> datetime | None:
    try:
        time_of = parsedate_to_datetime(value)
    except ValueError:
        return None
    return time_of if time_of.tzinfo else time_of.replace(tzinfo=UTC)
