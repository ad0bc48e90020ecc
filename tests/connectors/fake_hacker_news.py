"""Both interfaces of Hacker News, small enough for tests: Algolia's search and the site's items."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from umot.testing import Ask, Item, Reply

MOST = 1000  # hits that a search gives, whatever is asked


def story(number: int, at: float, **given: Any) -> dict[str, Any]:
    """A story as the search gives it."""
    return {
        "objectID": str(number),
        "author": "pieter",
        "created_at": "2026-11-20T10:00:00Z",
        "created_at_i": int(at),
        "title": f"Titel {number}",
        "url": "https://nieuws.example/vlotwiel",
        "story_text": None,
        "points": 57,
        "num_comments": 2,
        "story_id": number,
        "children": [number + 1],
        "updated_at": "2026-11-20T11:00:00Z",
        "_tags": ["story", "author_pieter", f"story_{number}"],
        "_highlightResult": {"author": {"value": "pieter", "matchLevel": "none"}},
    } | given


def comment(number: int, at: float, of: int, **given: Any) -> dict[str, Any]:
    """A comment as the search gives it."""
    return {
        "objectID": str(number),
        "author": "ander",
        "created_at": "2026-11-20T10:00:00Z",
        "created_at_i": int(at),
        "comment_text": "reactie",
        "points": None,
        "num_comments": None,
        "story_id": of,
        "story_title": f"Titel {of}",
        "story_url": "https://nieuws.example/vlotwiel",
        "parent_id": of,
        "updated_at": "2026-11-20T11:00:00Z",
        "_tags": ["comment", "author_ander", f"story_{of}"],
        "_highlightResult": {"author": {"value": "ander", "matchLevel": "none"}},
    } | given


class FakeHackerNews:
    """`hits` are found by the search; `items` are what the site says of single ones."""

    def __init__(self) -> None:
        self.hits: list[dict[str, Any]] = []
        self.items: dict[str, Any] = {}

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: of three the first is a story with a text, the others are its comments."""
        self.hits, self.items = [], {}
        for item in items:
            number, at = 1000 + item.number, item.at.timestamp()
            if item.deleted:
                gone = {"deleted": True, "id": number, "time": int(at), "type": "story"}
                self.items[str(number)] = gone
            elif item.number % 3 == 0:
                text = html.escape(item.text)
                self.hits.append(story(number, at, story_text=text, points=item.likes))
            else:
                of = number - item.number % 3
                self.hits.append(comment(number, at, of, comment_text=html.escape(item.text)))

    def answer(self, ask: Ask) -> Reply:
        """Answer as Algolia and the site do."""
        if match := re.fullmatch(r"/v0/item/(\d+)\.json", ask.path):
            return Reply.json(self.items.get(match[1]))
        if ask.path != "/api/v1/search_by_date":
            return Reply(404, b"{}")
        after, before = map(
            int, re.fullmatch(r"created_at_i>(-?\d+),created_at_i<(\d+)", ask.query["numericFilters"]).groups()
        )  # fmt: skip
        found = [
            hit
            for hit in self.hits
            if after < hit["created_at_i"] < before
            and _tagged(ask.query["tags"], hit["_tags"])
            and ask.query["query"].strip('"') in _searched(hit)
        ]
        found.sort(key=lambda hit: -hit["created_at_i"])
        size = min(int(ask.query.get("hitsPerPage", 20)), MOST)
        start = int(ask.query.get("page", 0)) * size
        return Reply.json(
            {
                "hits": found[:MOST][start : start + size],
                "nbHits": len(found),
                "page": 0,
                "nbPages": -(-min(len(found), MOST) // size),
                "hitsPerPage": size,
                "exhaustiveNbHits": True,
                "processingTimeMS": 1,
                "query": ask.query["query"],
                "params": "advancedSyntax=true&analytics=false",
            }
        )


def _searched(hit: dict[str, Any]) -> str:
    """What the words of a query are looked for in."""
    return " ".join(str(hit.get(name)) for name in ("title", "comment_text", "url", "author"))


def _tagged(wanted: str, tags: Sequence[str]) -> bool:
    """Commas are "and", but "or" within parentheses."""
    parts = re.findall(r"\(([^)]*)\)|([^,()]+)", wanted)
    return all(
        any(one in tags for one in either.split(",")) if either else single in tags
        for either, single in parts
    )
