"""From what platforms send to text that can be read and stored."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

HIDDEN = frozenset({"script", "style", "template", "noscript"})
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
MARKUP = re.compile(r"<[a-zA-Z/!?]")
# A "<" that meets another one, or the end, before any ">": no tag.
STRAY = re.compile(r"<(?=[^<>]*(?:<|\Z))")


def html_to_text(markup: str) -> str:
    """Return the text a reader would see: a line for each block, scripts and styles left out.

    Text without a single tag keeps its own line breaks: many feeds call plain text HTML.
    """
    if not MARKUP.search(markup):
        return html.unescape(markup).replace("\xa0", " ").strip()
    reader = _Reader()
    # html.parser needs minutes for 60 kB of unclosed tags or comments, so those become text.
    reader.feed(STRAY.sub("&lt;", _without_comments(markup)))
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ").split("\n")
    return "\n".join(kept for line in lines if (kept := re.sub(r"[ \t]+", " ", line).strip()))


def storable(value: Any) -> Any:
    """Mend the texts in a JSON-able value that no database takes.

    Halves of surrogate pairs, as old feeds and JSON write emoji, are joined; a half alone becomes
    U+FFFD.
    """
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


def _without_comments(markup: str) -> str:
    kept, at = [], 0
    while (start := markup.find("<!--", at)) >= 0 and (stop := markup.find("-->", start)) >= 0:
        kept.append(markup[at:start])
        at = stop + 3
    return "".join(kept) + markup[at:]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden += 1
        elif tag in BLOCKS:
            self.parts.append("\n")
        elif tag == "img":
            # Forums and blogs send emoji as pictures; they say much about a mood.
            given = dict(attrs)
            if "emoji" in (given.get("class") or "") or "smil" in (given.get("class") or ""):
                self.parts.append(given.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def parse_html_declaration(self, i: int) -> int:
        """Treat ``<![…`` as browsers do, as a comment: the library raises on unknown ones."""
        if self.rawdata.startswith("<![", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)
