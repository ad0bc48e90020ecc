"""From the bytes of an RSS or Atom feed to its entries, as far as they can be read."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXParseException

import feedparser

from connectors._text import storable
from umot.errors import Fatal, Retriable, UmotError
from umot.http import Answer, address, follow, show, web_link

ROOTS = (b"</rss>", b"</feed>", b"RDF>")
# Characters by number, one or more. Old feeds write emoji as two halves of a surrogate pair;
# feedparser fails on those, and on numbers beyond Unicode.
REFERENCES = re.compile(rb"(?:&#(?:x[0-9a-f]+|\d+);?)+", re.IGNORECASE)
# What feedparser lets escape when its input is odd enough: such a feed is at fault, not the run.
STUMBLES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed: its entries as JSON-able payloads, and the address of the next page.

    `problem` is why it is not all there, if it is not.
    """

    entries: list[dict[str, Any]]
    onward: str | None
    problem: UmotError | None


def read_page(answer: Answer) -> Page:
    """Take apart a page, whole or not. `problem` says why it is not all there, if so."""
    content, problem, where = answer.content, answer.cut, show(answer.url)
    if problem:
        # Half an entry would come back as an edit of itself, or under another id.
        ends = (content.rfind(end) + len(end) for end in (b"</item>", b"</entry>"))
        content = content[: max(ends)] if b"</item>" in content or b"</entry>" in content else b""
    if not content.strip():
        return Page([], None, problem or Fatal(f"{where} is empty, not a feed"))
    # No content-location: feedparser would make addresses (password and all) of bare ids.
    media = answer.headers.get("Content-Type")
    try:
        parsed = feedparser.parse(
            io.BytesIO(REFERENCES.sub(_mended, content)),  # plain bytes could name a local file
            response_headers={"content-type": media} if media else {},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except STUMBLES as error:
        return Page(
            [], None, problem or Fatal(f"{where} is too damaged a feed ({type(error).__name__})")
        )
    if not parsed.get("version"):
        what = "an HTML page" if b"<html" in content[:4096].lower() else "no RSS or Atom"
        return Page([], None, problem or Fatal(f"{where} is {what}, not a feed"))
    entries = [_payload(entry, where) for entry in parsed.entries]
    onward = next((a.get("href") for a in _links(parsed.feed) if a.get("rel") == "next"), None)
    broken = isinstance(parsed.get("bozo_exception"), SAXParseException)
    if not problem and broken and not any(root in content for root in ROOTS):
        entries = entries[: content.count(b"</item>") + content.count(b"</entry>")]
        problem = Retriable(f"{where} stops in the middle, after {len(entries)} entries")
    if problem or not onward:
        return Page(entries, None, problem)
    try:
        return Page(entries, str(follow(address(answer.url), onward)), None)
    except Fatal as error:
        return Page(entries, None, error)


def _mended(references: re.Match[bytes]) -> bytes:
    parts = [part.rstrip(b";") for part in references[0].split(b"&#")[1:]]
    numbers = [int(part[1:], 16) if part[:1] in b"xX" else int(part[:9]) for part in parts]
    if all(number < 0xD800 or 0xDFFF < number < 0x110000 for number in numbers):
        return references[0]
    text = storable("".join(chr(n) if n < 0x110000 else "\ufffd" for n in numbers))
    return b"".join(b"&#%d;" % ord(sign) for sign in text)


def _payload(entry: Any, where: str) -> dict[str, Any]:
    """Keep what `parse` needs of an entry, JSON-able. `where` is the feed's address as shown."""
    # `dict.get`, since feedparser's own answers one date for another, and a guid for a link.
    texts = entry.get("content") or [dict.get(entry, "summary_detail")]
    links = [*_links(entry), {"href": dict.get(entry, "link")}]
    kept: dict[str, Any] = {
        "feed": where,
        "id": dict.get(entry, "id") or None,
        "link": next(filter(None, (_link(where, link.get("href")) for link in links)), None),
        "title": _detail(dict.get(entry, "title_detail")),
        "texts": [detail for text in texts if (detail := _detail(text))],
        "author": _author(entry),
        "published": _utc(dict.get(entry, "published_parsed")),
        "updated": _utc(dict.get(entry, "updated_parsed")),
        "replies": entry.get("slash_comments") or entry.get("thr_total"),
    }
    if "im_rating" in entry or "im_contenttype" in entry:
        fields = {"rating": "im_rating", "votes": "im_votesum", "vote_count": "im_votecount"}
        kept["app_store"] = {name: entry.get(key) for name, key in fields.items()}
        kept["app_store"]["version"] = entry.get("im_version")
    mended: dict[str, Any] = storable(kept)
    return mended


def _links(part: Any) -> list[Any]:
    """List the links of a feed or entry; damage can leave other things in their place."""
    return [link for link in part.get("links", ()) if isinstance(link, dict)]


def _author(entry: Any) -> str | None:
    detail = entry.get("author_detail")
    name = detail.get("name") if isinstance(detail, dict) else None
    return str(name or entry.get("author") or "") or None


def _link(where: str, link: str | None) -> str | None:
    """Complete a link that may be relative to the feed."""
    try:
        return web_link(urljoin(where, link)) if link else None
    except ValueError:
        return None


def _detail(detail: Any) -> dict[str, str] | None:
    if not isinstance(detail, dict) or not detail.get("value"):
        return None
    return {"type": detail.get("type") or "", "value": detail["value"]}


def _utc(moment: struct_time | None) -> str | None:
    """Write a time that feedparser read (in UTC) as ISO 8601; None for one that cannot be."""
    try:
        return datetime(*moment[:6], tzinfo=UTC).isoformat() if moment else None
    except ValueError:
        return None
