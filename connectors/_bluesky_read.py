"""What Bluesky is asked for: a search, an account, the replies to it, single posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from connectors._answers import shaped
from connectors._listing import Line, Listing, Page
from connectors._reviews import utc
from connectors._text import storable
from umot.http import Answer, Refused

PAGE = 100
THREADS = 50  # posts of an account on a page, each of which may bring its replies
AT_ONCE = 25  # the most that may be asked for by address
DEPTH = 20  # replies to replies, that far
KEPT = ("uri", "record", "indexedAt", "likeCount", "replyCount", "repostCount", "quoteCount")
RECORD = ("text", "createdAt", "langs", "reply")
MOMENT = timedelta(milliseconds=1)

Get: TypeAlias = Callable[[str, Mapping[str, Any]], Answer]


class Lists:
    """Makes lists of searches and accounts; `get` asks for a method of app.bsky.feed."""

    def __init__(self, get: Get, *, replies: bool) -> None:
        self._get, self._replies = get, replies

    def search(self, words: str) -> Listing:
        """The posts that a search finds, the newest first."""

        def page(place: str | None) -> Page:
            asked = {"q": words, "sort": "latest", "limit": PAGE}
            given, url = self._ask("searchPosts", asked | ({"until": place} if place else {}))
            with shaped(url):
                lines = [line for view in given["posts"] if (line := _line(view))]
                times = [posted(view) for view in given["posts"]]
                if not (len(times) >= PAGE or (times and given.get("cursor"))):
                    return Page(lines)
                onward = _before(min(times), place)
            full = onward is None and len(times) >= PAGE
            note = f"the search {words} goes no further back" if full else None
            return Page(lines, onward, note)

        return Listing(f"search {words}", "bluesky", page, self._lookup)

    def account(self, name: str) -> Listing:
        """What an account posts, the newest first, each with the replies to it."""

        def page(place: str | None) -> Page:
            asked = {"actor": name, "filter": "posts_with_replies", "limit": THREADS}
            given, url = self._ask("getAuthorFeed", asked | ({"cursor": place} if place else {}))
            with shaped(url):
                own = [one["post"] for one in given["feed"] if "reason" not in one]
                lines = {line.id: line for view in own if (line := _line(view))}
                for view in own:
                    if self._replies and view.get("replyCount") and view["uri"] in lines:
                        at = lines[view["uri"]].at
                        lines |= {line.id: line for line in self._answers(view["uri"], at)}
                return Page(list(lines.values()), given.get("cursor"))

        return Listing(f"account {name}", "bluesky", page, self._lookup)

    def _answers(self, uri: str, at: float) -> list[Line]:
        """Ask for the replies to a post; they are listed by its time."""
        try:
            given, url = self._ask("getPostThread", {"uri": uri, "depth": DEPTH, "parentHeight": 0})
        except Refused as error:
            said = error.json()
            if isinstance(said, dict) and said.get("error") == "NotFound":
                return []  # deleted since it was listed
            raise
        found, lines = [given["thread"]], []
        with shaped(url):
            while found:
                for node in found.pop().get("replies") or []:
                    # Blocked and deleted ones have no post.
                    if "post" in node and (line := _line(node["post"], at)):
                        lines.append(line)
                        found.append(node)
        return lines

    def now(self, uris: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Give those of these posts that are still there, by address."""
        return {line.id: line.item for line in self._lookup(dict.fromkeys(uris, 0.0))}

    def _lookup(self, lost: Mapping[str, float]) -> list[Line]:
        lines: list[Line] = []
        uris = list(lost)
        for start in range(0, len(uris), AT_ONCE):
            given, url = self._ask("getPosts", {"uris": uris[start : start + AT_ONCE]})
            with shaped(url):
                lines += [line for view in given["posts"] if (line := _line(view))]
        return lines

    def _ask(self, method: str, params: Mapping[str, Any]) -> tuple[Any, str]:
        answer = self._get(method, params)
        given = storable(answer.json())
        if not isinstance(given, dict):
            with shaped(answer.url):
                raise TypeError("no object")
        return given, answer.url


def posted(view: Mapping[str, Any]) -> datetime:
    """Give the time that a post is listed by: the earlier of the claimed and the seen one.

    A claim that is no time counts for nothing. Raises KeyError, ValueError or TypeError.
    """
    claimed, seen = view["record"]["createdAt"], utc(view["indexedAt"])
    try:
        return min(utc(claimed), seen)
    except (ValueError, TypeError):  # its writer may claim anything
        return seen


def _line(view: Mapping[str, Any], at: float | None = None) -> Line | None:
    """Take a post; None for one whose writer wants it shown to people signed in only."""
    labels = view["author"].get("labels") or []
    if any(label.get("val") == "!no-unauthenticated" for label in labels):
        return None
    item = {name: view[name] for name in KEPT if name in view}
    item["record"] = {name: view["record"][name] for name in RECORD if name in view["record"]}
    item["author"] = {name: view["author"][name] for name in ("did", "handle")}
    return Line(str(view["uri"]), posted(view).timestamp() if at is None else at, item)


def _before(oldest: datetime, place: str | None) -> str | None:
    """Say where the next page of a search starts: by time, since cursors want an account.

    The last moment is read again, unless that is all that the page held. None where the page
    brought nothing older: then the server has no more, or does not know `until`.
    """
    places = (_written(oldest + MOMENT), _written(oldest))
    return next((onward for onward in places if place is None or onward < place), None)


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
