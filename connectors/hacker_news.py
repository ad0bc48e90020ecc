"""Hacker News: stories and comments by search, with their points."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors._answers import shaped
from connectors._keys import listed
from connectors._text import html_to_text, storable
from connectors._values import whole
from umot.errors import Fatal, Skippable
from umot.http import Client, Limits, address, show, web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

SEARCH = "https://hn.algolia.com/api/v1"
ITEMS = "https://hacker-news.firebaseio.com/v0"
SITE = "https://news.ycombinator.com/item?id="
KINDS = "(story,comment)"
PAGE = 500  # hits in an answer; the search gives 1,000 at most, however often it is asked
RECHECKED = 500  # newest known items of a search that are looked up when it finds them no more
KEPT = (
    "objectID", "title", "url", "author", "points", "num_comments", "story_text", "comment_text",
    "story_id", "story_title", "parent_id", "created_at_i", "_tags",
)  # fmt: skip
# The site's own interface has other names for the same.
SAME = {
    "by": "author", "time": "created_at_i", "score": "points", "descendants": "num_comments",
    "parent": "parent_id", "title": "title", "url": "url",
}  # fmt: skip
COUNTED = frozenset({"score", "descendants"})


class HackerNews:
    """Stories and comments on Hacker News that a search finds, with their points.

    Each of `search` is looked for on its own; "double quotes" keep words together. `tags` narrows
    all of them: (story,comment) is either, "comment,author_pg" both. Without `search`, what the
    brand's `query` comes to is looked for. `company_accounts` are the company's own. The first
    run goes `history_days` back; each later one reads the last `overlap_hours` again, so that
    edits, deletions, points and late items are seen. `timeout` is seconds of silence.
    """

    observed_at_once = 1
    observed_requests = 60

    def __init__(
        self,
        search: Sequence[str] = (),
        tags: str = KINDS,
        company_accounts: Sequence[str] = (),
        history_days: float = 365.0,
        overlap_hours: float = 48.0,
        search_url: str = SEARCH,
        items_url: str = ITEMS,
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        if not search and tags == KINDS:
            search = query
        self._searches = listed(search)
        if not all(words.strip() for words in self._searches):
            raise Fatal("one of `search` is empty")
        if not self._searches and tags == KINDS:
            raise Fatal("Hacker News needs `search`, or `tags` that name a story or an author")
        self._searches = self._searches or [""]
        self._company = set(listed(company_accounts))
        self._tags = tags
        self._history = int(history_days * 86_400)
        self._overlap = int(overlap_hours * 3600)
        self._search_url, self._items_url = search_url.rstrip("/"), items_url.rstrip("/")
        for url in (self._search_url, self._items_url):
            address(url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what each search finds, a stretch of time after the other, the oldest first.

        The cursor moves with every batch: a run that is stopped goes on where it was.
        """
        searches = dict((cursor or {}).get("searches", {}))
        with Client(self._limits) as http:
            for words in self._searches:
                name = f"{words} {self._tags}".strip()
                for items, state, note in self._read(http, words, searches.get(name, {}), now):
                    searches[name] = state
                    yield Batch(items, {"searches": dict(searches)}, note)

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Yield the points and comments that stories have now, a story a request."""
        with Client(self._limits) as http:
            for before in known:
                hit = before.payload.get("hit") or _as_hit(before.payload["item"])
                item = _item(http, f"{self._items_url}/item/{hit['objectID']}.json")
                if item is None:
                    yield Batch(())
                elif _is_gone(item):
                    yield Batch((_raw({"item": item}, now),))
                else:  # what else the search told, the site does not
                    fresh = {SAME[own]: item[own] for own in COUNTED & item.keys()}
                    yield Batch((_raw({"hit": hit | fresh}, now),))

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the story or comment as a post; without its text once it was deleted or killed."""
        data = raw.payload.get("hit") or _as_hit(raw.payload.get("item") or {})
        number: Any = data.get("objectID")
        try:
            posted = datetime.fromtimestamp(data["created_at_i"], UTC)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise Skippable(f"{raw.place}: no readable time of posting") from error
        gone = bool(data.get("gone"))
        comment = "comment" in (data.get("_tags") or ())
        text = data.get("comment_text") if comment else data.get("story_text")
        title = None if comment else data.get("title")
        author = data.get("author") or None
        link, about = web_link(data.get("url")), data.get("story_title")
        story = data.get("story_id") if comment else number
        yield Post(
            platform="hacker_news",
            native_id=str(number),
            kind=Kind.COMMENT if comment else Kind.POST,
            title=html.unescape(title) if title and not gone else None,
            body="" if gone else html_to_text(text or ""),
            url=f"{SITE}{number}",
            author=author,
            author_role=Role.UNKNOWN if author is None else self._role(author),
            posted_at=posted,
            deleted_at=raw.fetched_at if gone else None,
            thread_id=f"hacker_news:{story}" if story else None,
            parent_id=f"hacker_news:{data['parent_id']}" if data.get("parent_id") else None,
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(data.get("points")),
                replies=whole(data.get("num_comments")),
            ),
            attributes={
                key: value
                for key, value in (("link", link), ("story_title", about))
                if value and not gone
            },
        )

    def _role(self, author: str) -> Role:
        return Role.BRAND if author in self._company else Role.CUSTOMER

    def _read(
        self, http: Client, words: str, known: Mapping[str, Any], now: datetime
    ) -> Iterator[tuple[tuple[RawItem, ...], dict[str, Any], str | None]]:
        """Yield the items of one search with the state after them, and what was left out."""
        end, recent = int(now.timestamp()), dict(known.get("recent", {}))
        last = known.get("until")
        # A time to come (a clock that is wrong) must not hide what is posted until then.
        start = min(last, end) - self._overlap if last else end - self._history
        found: dict[str, int] = {}
        for hits, until, note in self._stretches(http, words, start, end):
            for hit in hits:
                if hit["objectID"] in recent or hit["created_at_i"] >= end - self._overlap:
                    found[hit["objectID"]] = hit["created_at_i"]
            # Those known before stay until it is clear what became of them.
            state = {"until": until, "recent": self._latest(found, end) | recent}
            yield tuple(_raw({"hit": hit}, now) for hit in hits), state, note
        items = []
        for number in [number for number in recent if number not in found]:
            # Deleted items leave the search: only by number can it be learnt that they are gone.
            item = _item(http, f"{self._items_url}/item/{number}.json")
            if item is not None:
                items.append(_raw({"item": item}, now))
            if item is None or _is_gone(item):
                recent.pop(number)
        yield tuple(items), {"until": end, "recent": self._latest(recent | found, end)}, None

    def _stretches(
        self, http: Client, words: str, start: int, end: int
    ) -> Iterator[tuple[list[dict[str, Any]], int, str | None]]:
        """Yield the hits from `start` to `end` (seconds since 1970) and until when they reach.

        The search lists the newest first and ends at a thousand, so a stretch that holds more
        than a page is made shorter.
        """
        span = end + 1 - start
        while start <= end:
            stop = min(start + span, end + 1)
            hits, total = self._hits(http, words, start, stop)
            full = len(hits) >= PAGE or total > len(hits)
            if full and stop - start > 1:
                share = (stop - start) * PAGE * 3 // (4 * max(total, PAGE))
                span = max(1, min(share, (stop - start) // 2))
                continue
            note = f"only {len(hits)} of {total} items of one second were given" if full else None
            yield hits, stop - 1, note
            start, span = stop, span * 2 if len(hits) < PAGE // 2 else span

    def _hits(
        self, http: Client, words: str, start: int, stop: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Ask for the hits from `start` to before `stop`, and how many there are."""
        answer = http.get(
            f"{self._search_url}/search_by_date",
            params={
                "query": words,
                "tags": self._tags,
                "numericFilters": f"created_at_i>{start - 1},created_at_i<{stop}",
                "hitsPerPage": PAGE,
                "typoTolerance": "false",  # a brand is not another that is spelt like it
            },
        )
        given = storable(answer.json())
        with shaped(answer.url):
            hits = [{key: hit[key] for key in KEPT if key in hit} for hit in given["hits"]]
            for hit in hits:
                if not isinstance(hit["objectID"], str) or type(hit["created_at_i"]) is not int:
                    raise TypeError("no number or time")
            return hits, int(given["nbHits"])

    def _latest(self, times: Mapping[str, int], end: int) -> dict[str, int]:
        """Keep the newest items that the next run will read again."""
        near = [(at, number) for number, at in times.items() if at >= end - self._overlap]
        return {number: at for at, number in sorted(near, reverse=True)[:RECHECKED]}


def _raw(payload: dict[str, Any], now: datetime) -> RawItem:
    number = payload["hit"]["objectID"] if "hit" in payload else payload["item"].get("id")
    return RawItem(payload, now, f"{SITE}{number}")


def _item(http: Client, url: str) -> dict[str, Any] | None:
    """Look one item up by its number; None where the site knows none."""
    item = storable(http.get(url).json())
    if item is None:
        return None
    if not isinstance(item, dict) or type(item.get("id")) is not int or "time" not in item:
        raise Fatal(f"{show(url)} answers in a shape that is not known")
    return item


def _is_gone(item: Mapping[str, Any]) -> bool:
    """Tell whether an item was deleted by its writer, or killed by moderators or flags."""
    return bool(item.get("deleted") or item.get("dead"))


def _as_hit(item: Mapping[str, Any]) -> dict[str, Any]:
    """Write an item of the site's own interface as the search would."""
    kind = item.get("type")
    hit = {name: item[own] for own, name in SAME.items() if own in item}
    hit |= {"objectID": str(item.get("id")), "_tags": [kind], "gone": _is_gone(item)}
    return hit | {"comment_text" if kind == "comment" else "story_text": item.get("text")}
