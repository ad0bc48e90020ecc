"""A digest as one HTML page that needs nothing else: no script, no file, no font."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from umot.digest import closer, pictures, shown
from umot.digest.facts import DayTally, Digest, Tally
from umot.digest.text import shorten, web_link
from umot.digest.words import Words, words
from umot.language import format_date, sentence

CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")  # a language, as HTML wants it


@cache
def environment() -> Environment:
    """Jinja with every value escaped and every unknown name an error."""
    return Environment(
        loader=PackageLoader("umot.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(digest: Digest) -> str:
    """The whole page."""
    w = words(digest.language)
    parts: dict[str, Any] = {
        "link": web_link,
        "columns": columns(digest),
        "traced": any(stage.tally.total for stage in digest.stages),
        "most": max(
            (one.tally.total for stage in digest.stages for one in stage.touchpoints), default=1
        ),
        "language_of": language_of,
        # Drawn by us from numbers and the catalogue's words, so it is no stranger's markup.
        "picture": Markup(pictures.journey_svg(digest, w) or ""),  # noqa: S704 - see above
        "alternative": pictures.journey_alternative(digest, w),
        "day_name": lambda day, style: format_date(day, w.language, style),
    }
    return environment().get_template("digest.html").render(common(digest, w) | parts)


def common(digest: Digest, w: Words) -> dict[str, Any]:
    """What the templates of the page and the mail both show."""
    return {
        "d": digest,
        "w": w,
        "shown": shown,
        "closer": closer,
        "segments": segments,
        "shorten": shorten,
        "themes": closer.themes(digest, w),
        "answers": closer.answers(digest, w),
        "ratings": closer.ratings(digest, w),
        "voices": closer.voices(digest, w),
        "date": sentence(format_date(digest.day, w.language)),
    }


def segments(tally: Tally) -> list[tuple[str, int]]:
    """The parts of a bar that have any length: (label, count)."""
    counts = (
        ("negative", tally.negative),
        ("neutral", tally.neutral),
        ("positive", tally.positive),
        ("unscored", tally.total - tally.scored),
    )
    return [(label, count) for label, count in counts if count]


def columns(digest: Digest) -> list[tuple[DayTally, float]]:
    """Each day with the height of its column, in per cents of the highest."""
    highest = max(one.tally.total for one in digest.history)
    return [
        (one, round(100 * one.tally.total / highest, 1) if highest else 0.0)
        for one in digest.history
    ]


def language_of(code: str | None) -> str | None:
    """A quote's language for screen readers, where it is a proper code."""
    return code if code and CODE.fullmatch(code) else None
