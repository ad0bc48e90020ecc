"""Numbers, dates and plurals as a reader of a language expects them: the home of babel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_skeleton
from babel.dates import format_time as babel_time
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.numbers import format_percent as babel_percent

from umot.errors import Fatal

# English for readers in Europe: "Saturday 21 November", not "Saturday, November 21".
REGIONS = {"en": "en_GB"}

DateStyle = Literal["full", "medium", "short", "weekday"]


@cache
def locale(language: str) -> Locale:
    """The conventions of a language (ISO 639-1). Raises `Fatal` for one that babel lacks."""
    try:
        return Locale.parse(REGIONS.get(language, language))
    except (UnknownLocaleError, ValueError) as error:
        raise Fatal(f"unknown language {language!r}; give an ISO 639-1 code such as nl") from error


def format_number(value: float, language: str, decimals: int = 0) -> str:
    """`value` rounded to `decimals`, with the language's separators: 12.345 or 12,345."""
    shown = round(value, decimals) + 0.0  # no "-0"
    return str(format_decimal(shown, format=pattern(decimals), locale=locale(language)))


def format_signed(value: float, language: str, decimals: int = 0) -> str:
    """As `format_number`, with a plus or a true minus sign; zero has none."""
    text = format_number(abs(value), language, decimals)
    if round(value, decimals) == 0:
        return text
    return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"


def format_percent(share: float, language: str) -> str:
    """A share (0 to 1) in whole per cents."""
    return str(babel_percent(share, locale=locale(language)))


def format_date(day: date, language: str, style: DateStyle = "full") -> str:
    """A date: full is "zaterdag 21 november 2026", weekday the same without the year.

    medium is "21 nov 2026", short "za 21 nov".
    """
    if style == "weekday":
        return str(babel_date(day, format=yearless(language), locale=locale(language)))
    if style == "short":
        return str(format_skeleton("MMMEd", day, locale=locale(language)))
    return str(babel_date(day, format=style, locale=locale(language)))


def format_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """The hour and minute of an aware time on the clocks of `zone`."""
    return str(babel_time(moment, format="short", tzinfo=zone, locale=locale(language)))


def plural(count: float, language: str) -> str:
    """The CLDR category of a number: zero, one, two, few, many or other."""
    return str(locale(language).plural_form(count))


def plural_categories(language: str) -> frozenset[str]:
    """The categories a translation into this language must have a form for."""
    return frozenset(locale(language).plural_form.tags) | {"other"}


def language_name(code: str, language: str) -> str:
    """What the language `code` is called in `language`; the code itself where babel lacks it."""
    return str(locale(language).languages.get(code, code))


def join(items: Iterable[str], language: str) -> str:
    """Items as one enumeration: "a, b en c"."""
    return str(format_list(list(items), locale=locale(language)))


def sentence(text: str) -> str:
    """`text` with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def yearless(language: str) -> str:
    """The pattern of a full date without its year and the words that lead to it."""
    full = str(locale(language).date_formats["full"].pattern)
    return re.sub(r"\s*('[^']*'\s*)?,?\s*y+", "", full).strip(" ,")


def pattern(decimals: int) -> str:
    """A number pattern of CLDR with a fixed number of decimals."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")
