"""Reading what people's exports hold in their cells: dates, counts, ratings, texts.

Each function takes what CSV, JSON or Parquet gave (text, number, true, None) and returns None for
an empty cell. All raise ValueError, with a reason for people, for what they cannot read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from math import isnan
from typing import Any

EMPTY = frozenset({"", "-", "null", "none", "nan", "n/a", "nvt", "n.v.t."})
CLOCK = r"(?:(?:,? +|T)(?:om |at )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?: uur)?)?"
NUMERIC = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){CLOCK}")
NAMED = re.compile(
    rf"(?:[^\W\d]+\.?,? )?(\d{{1,2}})\.?[ -]([^\W\d]{{3,}})\.?,?[ -](\d{{4}}){CLOCK}"
)
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "maa": 3, "mrt": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
# Units of a second, by the least number in them: from 1973 to 5138 none can be another.
EPOCHS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))
MOST = 10**18  # counts beyond it fit no database
STARS = re.compile(r"[★⭐🌟]\N{VARIATION SELECTOR-16}?")
RATED = re.compile(
    r"(\d+(?:[.,]\d+)?)(?:\s*(?:/|van|von|of|out of|uit|sur)\s*(\d+))?"
    r"\s*(?:stars?|sterren|ster|sterne?|étoiles?|\*)?",
    re.IGNORECASE,
)


def text(value: Any) -> str | None:
    """Read a text, or a number as one."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, dict | list | bool):
        raise ValueError(f"{shorten(value)} is no text")  # noqa: TRY004 - the cell is wrong
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # pandas makes 12.0 of 12 where other rows are empty
    written = str(value)
    return written if written.strip() else None


def moment(value: Any, zone: tzinfo, *, day_first: bool = True) -> datetime | None:
    """Read a time as UTC: ISO 8601, RFC 2822, epochs, Dutch and English dates.

    Times that do not name their zone are in `zone`. Of 03-04-2026 the day is first, unless told
    otherwise; a date that only fits the other order is refused, not turned around.
    """
    if (written := text(value)) is None or written.strip().casefold() in EMPTY:
        return None
    written = " ".join(written.split())
    try:
        if isinstance(value, datetime):
            return _in_utc(value, zone)
        if isinstance(value, int | float) or re.fullmatch(r"\d{9,19}(\.\d+)?", written):
            return _epoch(float(written))
        parsed = _dated(written, day_first) or _standard(written)
        return _in_utc(parsed, zone)
    except (ValueError, OverflowError, IndexError, TypeError) as error:
        order = "day" if day_first else "month"
        raise ValueError(f"date {shorten(value)} cannot be read ({order} first)") from error


def count(value: Any) -> int | None:
    """Read a whole number; a dot, comma or space may part thousands."""
    if (written := text(value)) is None or written.strip().casefold() in EMPTY:
        return None
    written = written.strip()
    if re.fullmatch(r"[+-]?\d{1,3}([., \u00a0\u202f])\d{3}(\1\d{3})*", written):
        written = re.sub(r"[., \u00a0\u202f]", "", written)
    elif re.fullmatch(r"[+-]?\d+[.,]0+", written):
        written = re.split("[.,]", written)[0]
    if not re.fullmatch(r"[+-]?\d{1,30}", written):
        raise ValueError(f"{shorten(value)} is no whole number")
    if abs(int(written)) > MOST:
        raise ValueError(f"{shorten(value)} is too large")
    return int(written)


def rating(value: Any, low: float = 1.0, high: float = 5.0) -> float | None:
    """Read a rating and put it on 1 to 5: `low` becomes 1 and `high` 5.

    "4/5" and "8 van 10" bring their own scale, from 1 to what they name; "★★★★☆" counts stars.
    """
    if (written := text(value)) is None or written.strip().casefold() in EMPTY:
        return None
    written = written.strip()
    if stars := len(STARS.findall(written)):
        if STARS.sub("", written).strip("☆✩ \ufe0f"):
            raise ValueError(f"rating {shorten(value)} cannot be read")
        given, low, high = float(stars), 1.0, 5.0
    else:
        match = RATED.fullmatch(written)
        if match is None:
            raise ValueError(f"rating {shorten(value)} cannot be read")
        given = float(match[1].replace(",", "."))
        if match[2]:
            low, high = 1.0, float(match[2])
    if not low <= given <= high or high <= low:
        raise ValueError(
            f"rating {shorten(value)} is not {low:g} to {high:g} (the setting rating_scale)"
        )
    return round(1 + (given - low) * 4 / (high - low), 4)


def whole(value: Any) -> int | None:
    """Take a whole number that JSON gave as one; None for anything else, or one too large."""
    counts = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST
    return value if counts else None


def total(*counts: int | None) -> int | None:
    """Add what is known of counts; None where none is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def language_code(given: str | None) -> str | None:
    """Take "nl" from "nl-NL"; None for anything but a code, since texts tell their language."""
    code = (given or "").strip().replace("_", "-").split("-")[0].lower()
    return code if code.isalpha() and len(code) == 2 else None


def shorten(value: Any) -> str:
    """Quote at most 40 characters of a value."""
    written = str(value)
    return repr(written if len(written) <= 40 else written[:39] + "…")


def _epoch(number: float) -> datetime:
    for least, unit in EPOCHS:
        if least <= number < least * 1000:
            return datetime.fromtimestamp(number / unit, UTC)
    raise ValueError("no epoch time")


def _dated(written: str, day_first: bool) -> datetime | None:
    """Read 17-02-2015, 17/2/15 14:05, 17 februari 2015 om 14.05 uur; None for other forms."""
    if match := NUMERIC.fullmatch(written):
        one, two = int(match[1]), int(match[2])
        day, month = (one, two) if day_first else (two, one)
    elif match := NAMED.fullmatch(written):
        name = match[2].casefold()[:3]
        if name not in MONTHS:
            raise ValueError("unknown month")
        day, month = int(match[1]), MONTHS[name]
    else:
        return None
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    hour, minute, second = (int(part or 0) for part in match.groups()[3:])
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller's zone


def _standard(written: str) -> datetime:
    """Read ISO 8601, RFC 2822, or what Twitter's exports have (Tue Feb 17 17:58:00 +0000 2015)."""
    try:
        return datetime.fromisoformat(re.sub(r" (UTC|GMT)$", "+00:00", written))
    except ValueError:
        if written[:1].isdigit():
            raise
    try:
        return datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return parsedate_to_datetime(written)


def _in_utc(value: datetime, zone: tzinfo) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
