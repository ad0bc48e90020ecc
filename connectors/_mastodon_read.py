"""What a Mastodon server is asked for, and one pass over each of these, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors._answers import shaped
from connectors._mastodon_id import mastodon_id
from connectors._text import storable
from umot.errors import Fatal
from umot.http import Client, Refused, address, show
from umot.post import Batch, RawItem

RECHECKED = 200  # newest known posts of a query that are asked for singly when not listed
PAGE = 40  # the most that a server lists at a time
DEEPEST = 10_000  # results of a search beyond which a server gives none
KEPT = (
    "id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text", "visibility",
    "language", "replies_count", "reblogs_count", "favourites_count", "in_reply_to_id",
    "in_reply_to_account_id", "sensitive",
)  # fmt: skip
ACCOUNT = ("id", "acct", "username", "url", "bot", "followers_count")
BEYOND = re.compile(r"0000-|-\d|\+?\d{5,}-")  # how a year begins that Python has not
WANTS_TOKEN = frozenset({401, 403, 422})


@dataclass(frozen=True, slots=True)
class Query:
    """A list to read, newest first. `name` is what the cursor knows it by.

    `inside` is where the answer (a search's) or an entry of it (a notification's) holds posts.
    """

    name: str
    path: str
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    inside: str = ""

    @property
    def is_search(self) -> bool:
        """Whether its pages are counted by offset: a search takes ids for times, to the second."""
        return self.inside == "statuses"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list: its id in the list, its time (seconds since 1970) and the post, if any."""

    id: str
    at: float
    status: dict[str, Any] | None


@dataclass(slots=True)
class Pass:
    """How far a query is read.

    `since` is the time up to which all is known. `recent` are posts that the next run will see
    again: {id: [time, native id]}. `walk` is a reading that is not at its end: where it is
    (`place`), down to when it goes (`floor`) and the newest it saw (`top`).
    """

    since: float | None = None
    recent: dict[str, list[Any]] = field(default_factory=dict)
    walk: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Pass:
        """Take up what a cursor holds."""
        return cls(known.get("since"), dict(known.get("recent", {})), known.get("walk"))

    def state(self) -> dict[str, Any]:
        """What the cursor is to hold."""
        walk = dict(self.walk) if self.walk else None
        return {"since": self.since, "recent": dict(self.recent), "walk": walk}


class Reader:
    """Reads queries of one server. `overlap` and `history` are in seconds."""

    def __init__(
        self,
        http: Client,
        instance: str,
        headers: Mapping[str, str],
        overlap: float,
        history: float,
        now: datetime,
    ) -> None:
        self._http = http
        self._instance = instance
        self._headers = headers
        self._overlap = overlap
        self._history = history
        self._now = now

    def pages(self, query: Query, this: Pass) -> Iterator[tuple[RawItem, ...]]:
        """Yield the public posts page by page, `this` being moved on before each.

        A reading that a stopped run left is finished first. Then all is read from the newest
        back to the newest known minus the overlap.
        """
        lost = dict(this.recent)
        if this.walk:
            yield from self._walk(query, this, lost)
        floor = self._now.timestamp() - self._history
        if this.since is not None:
            floor = this.since - self._overlap
        this.walk = {"place": None, "floor": floor, "top": this.since or 0.0}
        yield from self._walk(query, this, lost)
        gone, items = self._lookup(lost, this)
        for name in gone:
            this.recent.pop(name)
        this.recent = self._latest(this)
        yield items

    def _walk(
        self, query: Query, this: Pass, lost: dict[str, list[Any]]
    ) -> Iterator[tuple[RawItem, ...]]:
        """Yield the pages of one reading; what is in them is taken out of `lost`."""
        walk = this.walk
        while walk is not None:
            entries = self._page(query, walk["place"])
            fresh = [entry for entry in entries if entry.at >= walk["floor"]]
            # A time to come (a clock that is wrong) must not hide what is posted until then.
            times = [min(entry.at, self._now.timestamp()) for entry in fresh]
            walk["top"] = max([walk["top"], *times])
            posts = [(entry.at, entry.status) for entry in fresh if entry.status]
            for at, status in posts:
                lost.pop(status["id"], None)
                if is_public(status):
                    this.recent[status["id"]] = [at, native_id(status)]
            if fresh:  # one older post is no end: lists are not quite in order
                walk["place"] = self._onward(query, this, walk["place"], entries)
            if not fresh or walk["place"] is None:
                this.since, this.walk = max(walk["top"], this.since or 0.0) or None, None
                walk = None
            # Those known before stay until it is clear what became of them.
            this.recent = self._latest(this) | lost
            yield tuple(self._raw(status) for _, status in posts if is_public(status))

    def _onward(self, query: Query, this: Pass, place: Any, entries: list[Entry]) -> Any:
        """Say where the next page starts; None where there is none to be had."""
        if query.is_search:
            if (place or 0) + PAGE < DEEPEST:
                return (place or 0) + PAGE
            this.notes.append(f"a search gives only the newest {DEEPEST:,} of {query.name}")
            return None
        if entries[-1].id == place:
            raise Fatal(f"{show(self._instance)} gives the same page of {query.name} twice")
        return entries[-1].id

    def _page(self, query: Query, place: Any) -> list[Entry]:
        """Ask for a page, newest first. Raises `Refused`, or `Fatal` for another shape."""
        turn = {} if place is None else {"offset" if query.is_search else "max_id": str(place)}
        path = f"{self._instance}{query.path}"
        params: dict[str, str | int | Sequence[str]] = {"limit": PAGE, **query.params, **turn}
        given = self._http.get(path, params=params, headers=self._headers).json()
        with shaped(path):
            lines = storable(given["statuses"] if query.is_search else given)
            if not isinstance(lines, list):
                raise TypeError("no list")
            return [_entry(line, query) for line in lines]

    def _lookup(
        self, lost: Mapping[str, Sequence[Any]], this: Pass
    ) -> tuple[list[str], tuple[RawItem, ...]]:
        """Ask singly for posts that are listed no more; give which are gone, and what was found."""
        items, deleted = [], []
        for name, (_, native) in lost.items():
            path = f"{self._instance}/api/v1/statuses/{name}"
            try:
                status = storable(self._http.get(path, headers=self._headers).json())
                _checked(status)
                if is_public(status):
                    items.append(self._raw(status))
            except Refused as error:
                if error.status in WANTS_TOKEN:
                    this.notes.append(f"{error}: without a token deletions cannot be seen")
                    break
                if error.status not in (404, 410):
                    raise
                deleted.append(name)
                gone = {"id": name, "native_id": native}
                items.append(RawItem({"gone": gone}, self._now, show(path)))
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise Fatal(f"{show(path)} answers in a shape that is not known") from error
        return deleted, tuple(items)

    def again(self, item: RawItem) -> Batch:
        """Ask for one post again. Where it was read by another server, nothing is learnt."""
        status = item.payload["status"]
        if item.payload.get("server") != address(self._instance).host:
            return Batch(())
        this = Pass()
        asked = {str(status["id"]): [0.0, native_id(status)]}
        _, found = self._lookup(asked, this)
        return Batch(found, None, "; ".join(this.notes) or None)

    def _latest(self, this: Pass) -> dict[str, list[Any]]:
        """Keep the newest posts that the next run will read again."""
        newest = this.walk["top"] if this.walk else this.since or 0.0
        near = [one for one in this.recent.items() if one[1][0] >= newest - self._overlap]
        return dict(sorted(near, key=lambda one: -float(one[1][0]))[:RECHECKED])

    def _raw(self, status: Mapping[str, Any]) -> RawItem:
        kept: dict[str, Any] = {key: status[key] for key in KEPT if key in status}
        kept["account"] = {key: status["account"].get(key) for key in ACCOUNT}
        # Ids are the server's own: by this one alone can the post be asked for again.
        server = address(self._instance).host
        return RawItem({"status": kept, "server": server}, self._now, show(link(status)))


def is_public(status: Mapping[str, Any]) -> bool:
    """Tell whether everybody may read a post, and it is no boost of another."""
    return status.get("visibility") == "public" and not status.get("reblog")


def native_id(status: Mapping[str, Any]) -> str:
    """The post's id, made of the address it has everywhere."""
    return mastodon_id(link(status))


def link(status: Mapping[str, Any]) -> str:
    """The address of the post: of its page, else of itself."""
    return str(status.get("url") or status["uri"])


def _entry(line: Mapping[str, Any], query: Query) -> Entry:
    """Take a line of a list. Raises KeyError, TypeError, AttributeError or ValueError."""
    status = line
    if query.inside == "status":
        # Older servers give every kind of notification; one may have lost its post.
        status = (line.get("type") == "mention" and line.get("status")) or {}
    if status:
        _checked(status)
    # Other servers may claim any year for what is written there.
    claimed = "1970-01-01T00:00Z" if BEYOND.match(line["created_at"]) else line["created_at"]
    at = datetime.fromisoformat(claimed)
    if not (isinstance(line["id"], str) and at.tzinfo):
        raise ValueError("no id or time")
    return Entry(line["id"], at.timestamp(), dict(status) or None)


def _checked(status: Mapping[str, Any]) -> None:
    """Make sure that what the reading relies on is there. Raises as `_entry` does."""
    status["account"].get("acct")
    native_id(status)
    if not isinstance(status["id"], str) or not isinstance(status["created_at"], str):
        raise TypeError("no id or time")
