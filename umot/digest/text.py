"""Making the words of strangers safe to show: posts are hostile until shown otherwise."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

QUOTE = 280  # characters of a post that a digest shows
JOINER = "\u200d"  # of emoji; the one invisible character besides U+200C that words need
KEPT_FORMAT = frozenset({JOINER, "\u200c"})
# Marks that stack on a letter; four and more in a row paint over the lines around them.
MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})  # control, format, surrogate, private use


def plain(text: str) -> str:
    """`text` on one line without anything that steers a terminal or reorders what is read.

    Dropped are control characters (escape sequences lose their lead and become visible), bidi
    controls, tags and other invisible format characters, and marks stacked more than three high.
    """
    # Controls that are no white space go first, so that they cannot glue or part words.
    kept = "".join(
        character
        for character in text
        if character.isspace()
        or character in KEPT_FORMAT
        or unicodedata.category(character) not in DROPPED
    )
    return MARKS.sub(r"\1", " ".join(kept.split()))


def shorten(text: str, limit: int = QUOTE) -> str:
    """At most `limit` characters, cut at a word boundary and ending in "…" where anything is cut.

    A word longer than half the limit is cut itself, but never inside an emoji or accented letter.
    """
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", 0, limit)
    if cut < limit // 2:
        cut = limit - 1
        while cut > limit // 2 and inside(text, cut):
            cut -= 1
    return text[:cut].rstrip(" ,;:-–—") + "…"


def inside(text: str, place: int) -> bool:
    """Whether what is seen as one character runs across `place`."""
    here = text[place]
    return (
        here in KEPT_FORMAT
        or text[place - 1] == JOINER
        or unicodedata.category(here).startswith("M")
        or "\U0001f3fb" <= here <= "\U0001f3ff"  # skin tones
    )


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be followed, and the host it leads to, for people to see."""

    href: str
    host: str


def web_link(url: str | None) -> Link | None:
    """The link of an http or https address; None for anything else, which is shown as text.

    The host is shown in ASCII (xn--…), so that a look-alike letter does not pass for another.
    An address with a user name is refused: it is there to hide the host.
    """
    if not url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if not re.fullmatch(r"[a-z0-9._\-:]+", host):
        return None
    authority = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    rest = quoted(parts.path or "/")
    if parts.query:
        rest += "?" + quoted(parts.query)
    if parts.fragment:
        rest += "#" + quoted(parts.fragment)
    return Link(f"{parts.scheme}://{authority}{rest}", host.removeprefix("www."))


def quoted(part: str) -> str:
    """Part of an address, every character that any format could stumble over percent-encoded."""
    return quote(part, safe="%/:?@!$&*+,;=~-._")


def markdown(text: str) -> str:
    """`text` escaped so that Markdown (CommonMark, GitHub's) shows it as it is.

    It can start no block, no emphasis, code, HTML, entity, table cell, image or link; bare
    addresses and mentions, which some renderers link, get an invisible word joiner inside.
    """
    text = re.sub(r"([\\`*_\[\]{}<>#|~&$^])", r"\\\1", text)
    text = re.sub(r"^([-+=])", r"\\\1", text)
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    text = re.sub(r":(?=[/A-Za-z_+-])", r"\\:", text)
    text = text.replace("//", "/\N{WORD JOINER}/")
    text = re.sub(r"(?i)\bwww\.", lambda found: found[0][:3] + "\N{WORD JOINER}.", text)
    return re.sub(r"@(?=\w)", "@\N{WORD JOINER}", text)
