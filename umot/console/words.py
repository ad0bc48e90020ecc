"""The words of the console: one TOML file a language, as those of the digest."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from umot.digest.words import Words, flat
from umot.errors import UnknownName
from umot.language import format_date, format_time


def languages() -> list[str]:
    """The languages there is a catalogue for."""
    return sorted(
        path.name.removesuffix(".toml")
        for path in files(__package__).joinpath("messages").iterdir()
        if path.name.endswith(".toml")
    )


@cache
def words(language: str) -> Words:
    """The console's words. Raises `UnknownName` for a language without a catalogue."""
    known = languages()
    if language not in known:
        raise UnknownName("language", language, known)
    text = files(__package__).joinpath("messages", f"{language}.toml").read_text("utf-8")
    return Words(language, dict(flat(tomllib.loads(text))))


def moment(at: datetime | None, language: str, zone: str) -> str:
    """A time on the brand's clocks: "21 nov 2026 14:05"; a dash for none."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(zone))
    clock = format_time(local, language, ZoneInfo(zone))
    return f"{format_date(local.date(), language, 'medium')} {clock}"
