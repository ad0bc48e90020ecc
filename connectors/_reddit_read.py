"""One pass over what a Reddit query lists: how far back, which threads, what was cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors._reddit_api import PAGE, Absent, Api
from connectors._text import storable
from umot.http import show
from umot.post import RawItem

RECHECKED = 500  # newest known posts of a query that are asked for by name when not listed
GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
LISTED = 950  # a listing this long was cut by Reddit, which ends them at about 1,000
KEPT = (
    "name", "author", "title", "selftext", "body", "created_utc", "edited", "score", "ups",
    "score_hidden", "hide_score", "upvote_ratio", "num_comments", "num_crossposts", "view_count",
    "subreddit", "subreddit_subscribers", "permalink", "url", "link_id", "parent_id",
    "removed_by_category", "is_self", "over_18", "link_flair_text", "distinguished", "stickied",
    "crosspost_parent",
)  # fmt: skip


def is_gone(data: Mapping[str, Any]) -> bool:
    """Tell whether a post or comment was deleted or removed.

    An author who left keeps standing texts, so a missing author alone says nothing.
    """
    text = str(data.get("body") or data.get("selftext") or "")
    return text.strip() in GONE or bool(data.get("removed_by_category"))


@dataclass(frozen=True, slots=True)
class Query:
    """A listing to read: a subreddit's newest posts, or a search (which has `params`)."""

    path: str
    params: Mapping[str, str]

    @property
    def name(self) -> str:
        """What the cursor knows it by."""
        return f"{self.path}?{self.params['q']}" if self.params else self.path


@dataclass(slots=True)
class Pass:
    """A pass over one query: what the cursor knows of it, and what was found.

    Both hold `newest`, the time of the newest post in seconds since 1970, and `recent`, the full
    names of the newest posts that were still there. `notes` say what was left out.
    """

    known: Mapping[str, Any]
    found: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Reader:
    """Reads queries one after the other; a thread that two of them list is read once.

    `overlap` is in seconds; `expansions` is how many requests may unfold one thread.
    """

    def __init__(
        self, api: Api, site_url: str, overlap: float, expansions: int, now: datetime
    ) -> None:
        self._api = api
        self._site = site_url
        self._overlap = overlap
        self._expansions = expansions
        self._now = now
        self._done: set[str] = set()

    def items(self, query: Query, this: Pass) -> Iterator[RawItem]:
        """Yield posts and comments, a page at a time, until a page is older than the overlap."""
        newest = float(this.known.get("newest", 0))
        listed: dict[str, float] = {}
        total, older = 0, False
        for page in self._api.listing(query.path, query.params):
            posts = [thing["data"] for thing in page if thing["kind"] == "t3"]
            fresh = [data for data in posts if data["created_utc"] >= newest - self._overlap]
            total, older = total + len(posts), older or len(fresh) < len(posts)
            for data in fresh:
                listed[data["name"]] = data["created_utc"]
                if data["name"] not in self._done:
                    self._done.add(data["name"])
                    yield from self._thread(data, this)
            if not fresh:  # one older post is no end: listings are not quite in order
                break
        if total >= LISTED and not older:
            this.notes.append(f"Reddit lists only the newest {total} posts of {query.name}")
        others = [name for name in this.known.get("recent", ()) if name not in listed]
        lost = set[str]()
        for start in range(0, len(others), PAGE):
            # Deleted posts leave the listings: only by name can it be learnt that they are gone.
            for thing in self._api.info(others[start : start + PAGE]):
                if is_gone(thing["data"]):
                    lost.add(thing["data"]["name"])
                    yield self._raw(thing["kind"], thing["data"])
        # A time to come (a clock that is wrong) must not hide what is posted until then.
        newest = min(max([newest, *listed.values()]), self._now.timestamp())
        recent = [*listed, *(name for name in others if name not in lost)]
        this.found = {"newest": newest, "recent": recent[:RECHECKED]}

    def named(self, known: Sequence[RawItem]) -> Iterator[RawItem]:
        """Yield at most a hundred posts and comments as they are now; who is unknown is left out.

        What a comment asked for by name does not say, of its subreddit, is taken from before.
        """
        before = {str(item.payload["data"]["name"]): item.payload["data"] for item in known}
        for thing in self._api.info(list(before)):
            data = thing["data"]
            if shared := before.get(data["name"]):
                name = "subreddit_subscribers"
                yield self._raw(thing["kind"], {name: shared.get(name)} | data)

    def _thread(self, submission: dict[str, Any], this: Pass) -> Iterator[RawItem]:
        yield self._raw("t3", submission)
        if not submission.get("num_comments"):
            return
        shared = {"subreddit_subscribers": submission.get("subreddit_subscribers")}
        comments = self._api.comments(submission["name"], self._expansions)
        try:
            while True:
                yield self._raw("t1", next(comments) | shared)
        except StopIteration as end:
            if end.value:
                this.notes.append(f"{end.value} comments of {submission['name']} not unfolded")
        except Absent:
            # Deleted between the listing and now: the next run sees that by its name.
            this.notes.append(f"the comments of {submission['name']} cannot be read")

    def _raw(self, kind: str, data: Mapping[str, Any]) -> RawItem:
        kept = storable({key: data[key] for key in KEPT if key in data})
        place = show(self._site + str(kept.get("permalink", "/")))
        return RawItem({"kind": kind, "data": kept}, self._now, place)
