"""RSS and Atom feeds, among them the customer reviews of Apple's App Store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from connectors._entries import Page, read_page
from connectors._mastodon_id import mastodon_id
from connectors._text import html_to_text
from umot.errors import Fatal, Skippable
from umot.http import Client, Limits, show, web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

BATCH = 100
SEEN = 500  # ids kept in the cursor, to know where to stop turning pages
APP_STORE = "app_store"


class Feeds:
    """Any RSS or Atom feed, App Store customer reviews among them.

    `url` may hold a key or password; neither is ever shown. `platform` names where the posts
    live; App Store reviews are `app_store` whatever feed they come from, unless it is set. `kind`
    is review, post or comment. Atom feeds that name a next page are followed for at most `pages`
    pages. `timeout` and `total` are seconds (of silence, and for one page), `max_mb` is MiB.
    """

    def __init__(
        self,
        url: str,
        platform: str = "feed",
        kind: str | None = None,
        pages: int = 10,
        timeout: float = 30.0,
        total: float = 120.0,
        max_mb: float = 16.0,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Fatal(f"{show(url)} is no http:// or https:// address")
        if kind is not None and kind not in set(Kind):
            raise Fatal(f"unknown kind {kind!r}; valid: {', '.join(Kind)}")
        self._url = url
        self._platform = platform
        self._kind = Kind(kind) if kind else None
        self._pages = pages
        self._limits = Limits(min(10.0, timeout), timeout, total, int(max_mb * 2**20))

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the entries of the first page, and of later ones until one brings nothing new.

        The cursor comes with the last batch: pages run newest first, so a run that stops early
        has to read them again. What could be read of a damaged feed comes before its error.
        """
        # Not the address itself: the cursor is stored, and the address may hold a key.
        feed = _digest(self._url)
        known = cursor if cursor and cursor.get("feed") == feed else {}
        seen = dict.fromkeys(known.get("seen", ()))
        fresh: dict[str, None] = {}
        visited = {self._url}
        with Client(self._limits) as http:
            first = answer = http.get(
                self._url, etag=known.get("etag"), last_modified=known.get("last_modified")
            )
            for number in range(1, self._pages + 1):
                if answer.status == 304:
                    return
                page = read_page(answer)
                # Apple's last page names itself as the next, and pages shift while they are read.
                found = {
                    name: item
                    for name, item in self._items(page, show(answer.url), now)
                    if name not in fresh
                }
                onward = page.onward if found.keys() - seen.keys() else None
                onward = None if onward in visited else onward
                items = list(found.values())
                fresh.update(dict.fromkeys(found))
                if page.problem:
                    yield from _batches(items)
                    raise page.problem
                if onward is None or number == self._pages:
                    yield from _batches(
                        items,
                        cursor={
                            "feed": feed,
                            "etag": first.headers.get("ETag"),
                            "last_modified": first.headers.get("Last-Modified"),
                            "seen": list(fresh | seen)[:SEEN],
                        },
                        truncated=onward and f"only the first {self._pages} pages were read",
                    )
                    return
                yield from _batches(items)
                visited.add(onward)
                answer = http.get(onward)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the entry as a post; none for the app itself, which older App Store feeds list."""
        entry = raw.payload
        review = entry.get("app_store")
        if review and review.get("rating") is None:
            return
        title, body = _plain(entry.get("title")), _plain(_best(entry.get("texts") or []))
        if not title and not body:
            raise Skippable(f"{raw.place}: the entry has neither a title nor a text")
        kind = self._kind or (Kind.REVIEW if review else Kind.POST)
        posted = _time(entry.get("published")) or _time(entry.get("updated"))
        updated = _time(entry.get("updated"))
        yield Post(
            platform=self._platform_of(entry),
            native_id=self._native_id(entry),
            kind=kind,
            title=title or None,
            body=body,
            url=web_link(entry.get("link")),
            author=entry.get("author") or None,
            # Reviews are written by customers; a forum's or paper's feed does not say by whom.
            author_role=Role.CUSTOMER if kind is Kind.REVIEW else Role.UNKNOWN,
            rating=_rating(review, raw.place) if review else None,
            posted_at=posted,
            edited_at=updated if posted and updated and updated > posted else None,
            engagement=_engagement(entry, raw.fetched_at),
            attributes={"app_version": review["version"]} if review and review["version"] else {},
        )

    def _items(self, page: Page, where: str, now: datetime) -> Iterator[tuple[str, RawItem]]:
        """Yield each entry with what the cursor knows it by."""
        for position, entry in enumerate(page.entries, 1):
            name = _digest(self._native_id(entry))
            yield name, RawItem(entry, now, f"{where} entry {position}")

    def _platform_of(self, entry: Mapping[str, Any]) -> str:
        return APP_STORE if entry.get("app_store") and self._platform == "feed" else self._platform

    def _native_id(self, entry: Mapping[str, Any]) -> str:
        """Return the guid or link; where there is neither, a hash of link and title (or texts)."""
        name: str = entry.get("id") or entry.get("link") or ""
        if not name:
            texts = [text["value"] for text in entry.get("texts") or []]
            title = entry.get("title") or {}
            return _digest("\0".join([title.get("value") or "", *texts]))
        if self._platform == "mastodon":
            return mastodon_id(name)
        if self._platform_of(entry) == "feed" and ":" not in name:
            # A bare number is only unique within its own site.
            return f"{urlsplit(entry.get('feed', '')).hostname}/{name}"
        return name


def _batches(
    items: list[RawItem], cursor: Mapping[str, Any] | None = None, truncated: str | None = None
) -> Iterator[Batch]:
    """Cut a page in batches; the last carries the cursor, even where the page is empty."""
    for start in range(0, len(items) - BATCH, BATCH):
        yield Batch(tuple(items[start : start + BATCH]))
    rest = tuple(items[(len(items) - 1) // BATCH * BATCH :]) if items else ()
    if rest or cursor:
        yield Batch(rest, cursor, truncated)


def _best(texts: list[dict[str, str]]) -> dict[str, str] | None:
    """Prefer plain text: beside it, the HTML of an App Store review is a table for display."""
    return next((t for t in texts if t["type"] == "text/plain"), texts[0] if texts else None)


def _plain(detail: Mapping[str, str] | None) -> str:
    if not detail:
        return ""
    value = detail["value"]
    return value.strip() if detail["type"] == "text/plain" else html_to_text(value)


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _rating(review: Mapping[str, str], place: str) -> float:
    try:
        rating = float(review["rating"])
    except ValueError:
        rating = 0.0
    if not 1 <= rating <= 5:
        raise Skippable(f"{place}: rating {review['rating'][:20]!r} is not 1 to 5")
    return rating


def _engagement(entry: Mapping[str, Any], at: datetime) -> Engagement | None:
    """Count the answers, and those who found a review helpful (or who voted, if only that)."""
    review = entry.get("app_store") or {}
    likes = _count(review.get("votes") or review.get("vote_count"))
    replies = _count(entry.get("replies"))
    return None if likes is None and replies is None else Engagement(at, likes, replies)


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 18 else None


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
