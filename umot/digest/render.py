"""A digest in a format: html, md, json or eml."""

from __future__ import annotations

import json
import re
from datetime import date

from pydantic import TypeAdapter

from umot.digest import html, letter, markdown
from umot.digest.facts import SCHEMA, Digest
from umot.errors import Fatal, UnknownName

FORMATS = ("html", "md", "json", "eml")
# Characters that steer a terminal or reorder text, which JSON allows in the open.
STEERING = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def render(digest: Digest, format: str) -> str:  # noqa: A002 - as the command line calls it
    """`digest` as text of `format`; raises `UnknownName` for one that is not in `FORMATS`.

    html: one page that asks for nothing from outside. md: CommonMark with tables. eml: a mail that
    opens in a mail program as a draft. json: the fields of `umot.digest.facts.Digest` by name, in
    the order they have there, so that the same digest is the same bytes. In JSON, times are ISO
    8601 in UTC ("2026-11-20T23:00:00Z"), days are ISO dates, shares are 0 to 1, scores -1 to 1,
    net sentiment -100 to 100, what does not exist is null; `schema` rises when a field changes its
    meaning or goes, not when one comes.
    """
    if format == "html":
        return html.page(digest)
    if format == "md":
        return markdown.page(digest)
    if format == "json":
        return to_json(digest)
    if format == "eml":
        return "X-Unsent: 1\r\n" + letter.mail(digest)
    raise UnknownName("format", format, FORMATS)


def to_json(digest: Digest) -> str:
    """`digest` as JSON; see `render`. Nothing in it can steer a terminal that shows it."""
    values = TypeAdapter(Digest).dump_python(digest, mode="json")
    text = json.dumps(values, ensure_ascii=False, indent=2)
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def from_json(text: str) -> Digest:
    """The digest that `to_json` wrote. Raises `Fatal` where it is none, or of a later schema."""
    try:
        digest = TypeAdapter(Digest).validate_json(text)
    except ValueError as error:
        raise Fatal(f"this is no digest: {error}") from error
    if digest.schema != SCHEMA:
        raise Fatal(f"this digest has schema {digest.schema}, this umot knows {SCHEMA}")
    return digest


def file_name(day: date, language: str, format: str) -> str:  # noqa: A002 - as in `render`
    """The name of a digest's file, e.g. ``digest-2026-11-21-nl.html``."""
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return f"digest-{day.isoformat()}-{language}.{format}"
