"""Discourse: the posts of a forum, or those that a search finds there."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors._answers import shaped
from connectors._keys import several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._text import html_to_text, storable
from connectors._values import whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

KEY = "UMOT_DISCOURSE_KEY"
WINDOW = 50  # the forum gives the posts of so many numbers at a time
LAST = 10  # no forum gives a page of a search beyond it
# Requests a minute that a forum without limits of its own takes, less a few: 60 for an
# administrator's key; else 200 from an address, and 50 in ten seconds.
SIGNED, UNSIGNED = 57.0, 190.0
LIKE = 2  # the number of "like" among the actions
KEPT = (
    "id", "username", "created_at", "updated_at", "cooked", "post_number", "post_type",
    "reply_to_post_number", "reply_count", "reads", "topic_id", "topic_title", "topic_slug",
    "actions_summary", "version", "user_deleted", "hidden", "staff", "moderator",
)  # fmt: skip


class Discourse:
    """Posts of a Discourse forum: all of them, or those that a search finds.

    `url` is the forum's address. Without `search` all new public posts are read, unless the
    brand's `query` comes to searches. `company_accounts` are the company's own; with `staff` all
    moderators are the company. UMOT_DISCOURSE_KEY, with `username`, opens what needs signing in.
    The first run goes `history_days` back; each later one reads `overlap_hours` before the newest
    known post again, so that edits, deletions and counts are seen. `requests_per_minute` is how
    many are made at most; 0: what a forum takes by default. `timeout` is seconds of silence.
    """

    def __init__(
        self,
        url: str,
        search: Sequence[str] = (),
        company_accounts: Sequence[str] = (),
        staff: bool = False,
        username: str = "system",
        history_days: float = 90.0,
        overlap_hours: float = 48.0,
        requests_per_minute: float = 0.0,
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._url = url.rstrip("/")
        self._host = address(self._url).netloc.decode()
        self._searches = several(search) or several(query)
        self._company = {name.casefold().removeprefix("@") for name in several(company_accounts)}
        self._staff, self._username = staff, username
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        if requests_per_minute < 0:
            raise Fatal(f"requests_per_minute {requests_per_minute!r} is less than 0")
        self._requests, self._limits = requests_per_minute, Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the newest posts page by page, the cursor moving with each."""
        key = os.environ.get(KEY, "").strip()
        headers = {"Api-Key": key, "Api-Username": self._username} if key else {}
        with Client(self._limits) as http:
            pause = 60 / (self._requests or (SIGNED if key else UNSIGNED))
            forum = _Forum(http, self._url, self._host, headers, pause)
            lists = [forum.search(words) for words in self._searches] or [forum.latest()]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(lists, cursor, reader, _explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post as it is; without its text once it was deleted."""
        if deleted := gone("discourse", raw):
            yield deleted
            return
        data = raw.payload
        try:
            posted = datetime.fromisoformat(data["created_at"])
            topic, number = int(data["topic_id"]), int(data["post_number"])
            name = str(data["username"])
        except (KeyError, TypeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable time, topic or writer") from error
        edited = data.get("updated_at") if (data.get("version") or 1) > 1 else None
        thread = f"discourse:{self._host}/{topic}"
        parent = data.get("reply_to_post_number") or 1
        yield Post(
            platform="discourse",
            native_id=f"{self._host}/{topic}/{number}",
            kind=Kind.POST if number == 1 else Kind.COMMENT,
            title=str(data.get("topic_title") or "") or None if number == 1 else None,
            body=html_to_text(str(data.get("cooked") or "")),
            url=f"{self._url}/t/{data.get('topic_slug') or '-'}/{topic}/{number}",
            author=name,
            author_role=self._role(name, bool(data.get("staff"))),
            posted_at=posted,
            edited_at=datetime.fromisoformat(edited) if edited else None,
            thread_id=f"{thread}/1",
            parent_id=None if number == 1 else f"{thread}/{parent}",
            engagement=Engagement(
                raw.fetched_at,
                likes=_likes(data),
                replies=whole(data.get("reply_count")),
                views=whole(data.get("reads")),
            ),
        )

    def _role(self, name: str, staff: bool) -> Role:
        ours = name.casefold() in self._company or (self._staff and staff)
        return Role.BRAND if ours else Role.CUSTOMER


class _Forum:
    """Asks a forum for lists of posts; requests are `pause` seconds apart at least."""

    def __init__(
        self, http: Client, url: str, host: str, headers: Mapping[str, str], pause: float
    ) -> None:
        self._http, self._url, self._host, self._headers = http, url, host, headers
        self._pause, self._next = pause, 0.0

    def latest(self) -> Listing:
        """All public posts, the newest first: those of fifty numbers at a time."""

        def page(place: str | None) -> Page:
            given, url = self._ask("/posts.json", {"before": place} if place else {})
            with shaped(url):
                posts = given["latest_posts"]
                numbers = [int(post["id"]) for post in posts]
                lines = [self._line(post) for post in posts if _is_said(post)]
            # Numbers of private and deleted posts are left out, so a page may well be empty.
            top = int(place) if place else max(numbers, default=0)
            # Older forums begin with the number asked for, newer ones below it: one comes twice.
            return Page(lines, str(top - WINDOW + 1) if top > WINDOW else None)

        return Listing("posts", f"{self._host} post", page, self._lookup)

    def search(self, words: str) -> Listing:
        """The posts that a search finds, the newest first; it gives excerpts, so each is asked."""
        end = f"search {words}: a forum shows the newest {LAST} pages only"

        def page(place: int | None) -> Page:
            if (number := place or 1) > LAST:  # refused, or by old forums answered with the first
                return Page([], None, end)
            asked = {"q": f"{words} order:latest", "page": number}
            given, url = self._ask("/search.json", asked)
            with shaped(url):
                found = given.get("posts") or []
                more = (given["grouped_search_result"] or {}).get("more_full_page_results")
                names = [f"{self._host}/{p['topic_id']}/{p['post_number']}" for p in found]
            lines = self._lookup(dict.fromkeys(names, 0.0))
            if not (more and found):
                return Page(lines)
            return Page(lines, number + 1) if number < LAST else Page(lines, None, end)

        return Listing(f"search {words}", f"{self._host} post", page, self._lookup)

    def _lookup(self, lost: Mapping[str, float]) -> list[Line]:
        """Ask for single posts; those that are refused are gone."""
        lines = []
        for name in lost:
            topic, number = name.split("/")[-2:]
            try:
                post, url = self._ask(f"/posts/by_number/{topic}/{number}.json", {})
            except Refused as error:
                if error.status == 403:
                    self._ask("/posts.json", {})  # refused as well where the key is no good
                elif error.status not in (404, 410):
                    raise
                continue
            with shaped(url):
                if _is_said(post):
                    lines.append(self._line(post))
        return lines

    def _line(self, post: Mapping[str, Any]) -> Line:
        name = f"{self._host}/{int(post['topic_id'])}/{int(post['post_number'])}"
        at = datetime.fromisoformat(post["created_at"]).timestamp()
        return Line(name, at, {key: post[key] for key in KEPT if key in post})

    def _ask(self, path: str, params: Mapping[str, Any]) -> tuple[Any, str]:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._pause
        answer = self._http.get(f"{self._url}{path}", params=params, headers=self._headers)
        return storable(answer.json()), answer.url


def _is_said(post: Mapping[str, Any]) -> bool:
    """Whether somebody wrote it (1: no notice of the forum), and it still stands there."""
    gone = post.get("user_deleted") or post.get("deleted_at") or post.get("hidden")
    return post.get("post_type", 1) == 1 and not gone


def _likes(data: Mapping[str, Any]) -> int:
    counts = [one.get("count") for one in data.get("actions_summary") or () if one["id"] == LIKE]
    return whole(counts[0]) or 0 if counts else 0


def _explained(error: Refused) -> UmotError:
    if error.status in (401, 403):
        return Fatal(f"{error}: this forum wants signing in; check {KEY} and `username`")
    return Fatal(f"{error}: `url` is no Discourse forum, or not its address")
