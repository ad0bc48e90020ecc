"""Reddit's things (t3 posts, t1 comments, t5 communities) as JSON, as of a moment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from html import escape
from typing import Any

from samples.content import Comment, Thread, brand, threads
from samples.timeline import along, grown, wander

SCORE_PACE = 9.0
VIEWS_PER_POINT = 45


@dataclass(frozen=True, slots=True)
class Placed:
    """A post or comment with its times worked out for one anchor."""

    item: Comment
    thread: Thread
    created: datetime
    edited: datetime | None
    gone: datetime | None

    @property
    def name(self) -> str:
        """The fullname: ``t3_`` or ``t1_`` and the id."""
        return f"{'t3' if self.item is self.thread else 't1'}_{self.item.id}"

    @property
    def parent(self) -> str:
        """The fullname of what this answers; a thread's own name for the thread itself."""
        return f"t1_{self.item.parent}" if self.item.parent else f"t3_{self.thread.id}"

    def lost(self, now: datetime) -> str:
        """Return ``deleted`` or ``removed`` once it is, else empty."""
        return self.item.gone.how if self.item.gone and self.gone and self.gone <= now else ""

    def hours(self, now: datetime) -> float:
        """Its age in hours."""
        return (now - self.created) / timedelta(hours=1)


def place(anchor: datetime) -> list[Placed]:
    """Everything on the sample's Reddit, each with its times."""
    zone = brand().zone
    return [
        Placed(
            item=item,
            thread=thread,
            created=item.when.moment(anchor, zone),
            edited=item.edit.when.moment(anchor, zone) if item.edit else None,
            gone=item.gone.when.moment(anchor, zone) if item.gone else None,
        )
        for thread in threads()
        for item in (thread, *thread.comments)
    ]


def thread_thing(placed: Placed, comments: int, now: datetime) -> dict[str, Any]:
    """Return a t3; ``comments`` is how many comments it has that can be read."""
    thread, lost = placed.thread, placed.lost(now)
    score, counted, shares, views = _growth(placed, comments, now)
    _, subscribers = community(thread.subreddit)
    link = permalink(thread)
    data = _common(placed, score, now) | {
        "title": thread.title,
        "selftext": f"[{lost}]" if lost else _text(placed, now),
        "subreddit_subscribers": subscribers,
        "upvote_ratio": thread.ratio,
        "num_comments": counted,
        "num_crossposts": shares,
        "view_count": views,
        "permalink": link,
        "url": f"https://www.reddit.com{link}",
        "domain": f"self.{thread.subreddit}",
        "removed_by_category": {"deleted": "deleted", "removed": "moderator"}.get(lost),
        "is_self": True,
        "over_18": False,
        "link_flair_text": None,
    }
    return {"kind": "t3", "data": data}


def comment_thing(placed: Placed, replies: Any, depth: int, now: datetime) -> dict[str, Any]:
    """Return a t1; ``replies`` is a listing, or Reddit's empty string for none."""
    lost = placed.lost(now)
    score = grown(placed.item.score, placed.hours(now), SCORE_PACE, start=1)
    data = _common(placed, score, now) | {
        "body": f"[{lost}]" if lost else _text(placed, now),
        "parent_id": placed.parent,
        "link_id": f"t3_{placed.thread.id}",
        "link_title": placed.thread.title,
        "permalink": f"{permalink(placed.thread)}{placed.item.id}/",
        "is_submitter": placed.item.author == placed.thread.author,
        "collapsed": bool(lost),
        "controversiality": 0,
        "score_hidden": False,
        "depth": depth,
        "replies": replies,
    }
    return {"kind": "t1", "data": data}


def more_thing(hidden: list[str], count: int, parent: str) -> dict[str, Any]:
    """Return the stub for comments left out of a tree; ``count`` includes their answers."""
    data = {
        "id": hidden[0],
        "name": f"t1_{hidden[0]}",
        "parent_id": parent,
        "depth": 0,
        "count": count,
        "children": hidden,
    }
    return {"kind": "more", "data": data}


def community_thing(name: str) -> dict[str, Any]:
    """Return a t5: what ``/r/NAME/about`` answers."""
    fullname, subscribers = community(name)
    data = {
        "id": fullname.removeprefix("t5_"),
        "name": fullname,
        "display_name": name,
        "display_name_prefixed": f"r/{name}",
        "title": name,
        "subscribers": subscribers,
        "subreddit_type": "public",
        "url": f"/r/{name}/",
        "over18": False,
    }
    return {"kind": "t5", "data": data}


def listing(children: Iterable[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    """Return a Listing; ``after`` is the fullname to go on from."""
    things = list(children)
    data = {"after": after, "before": None, "dist": len(things), "modhash": None}
    return {"kind": "Listing", "data": data | {"children": things}}


def community(name: str) -> tuple[str, int]:
    """Return the fullname and the number of subscribers of a subreddit."""
    fullname, subscribers = brand().reddit["communities"][name]
    return str(fullname), int(subscribers)


def permalink(thread: Thread) -> str:
    """Return a thread's path on the site, with the title as Reddit squeezes it into one."""
    plain = unicodedata.normalize("NFKD", thread.title).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall(r"[a-z0-9]+", plain))[:50].strip("_")
    return f"/r/{thread.subreddit}/comments/{thread.id}/{slug}/"


def _text(placed: Placed, now: datetime) -> str:
    """Return the body as it reads now."""
    if placed.item.edit and placed.edited and placed.edited <= now:
        return placed.item.edit.body
    return placed.item.body


def _growth(placed: Placed, comments: int, now: datetime) -> tuple[int, int, int, int]:
    """(score, comments, shares, views) of a thread now."""
    thread, hours = placed.thread, placed.hours(now)
    if thread.growth:
        score, counted, shares, views = along(thread.growth, hours)
        return score, max(counted, comments), shares, views
    score = grown(thread.score, hours, SCORE_PACE, start=1)
    if thread.jitter:
        score = max(0, score + wander(thread.id, now, thread.jitter))
    reach = grown(60 + VIEWS_PER_POINT * abs(thread.score), hours, SCORE_PACE)
    return score, comments, 0, reach


def _common(placed: Placed, score: int, now: datetime) -> dict[str, Any]:
    """Return the fields that posts and comments share; what is gone has no author any more."""
    item, lost = placed.item, placed.lost(now)
    fullname, _ = community(placed.thread.subreddit)
    edited = placed.edited if placed.edited and placed.edited <= now else None
    created = placed.created.timestamp()
    return {
        "id": item.id,
        "name": placed.name,
        "author": "[deleted]" if lost else item.author,
        "author_fullname": None if lost else _user_id(item.author),
        "subreddit": placed.thread.subreddit,
        "subreddit_id": fullname,
        "subreddit_name_prefixed": f"r/{placed.thread.subreddit}",
        "subreddit_type": "public",
        "created": created,
        "created_utc": created,
        "edited": edited.timestamp() if edited else False,
        "score": score,
        "ups": score,
        "downs": 0,
        "distinguished": None,
        "stickied": False,
        "locked": False,
        "archived": False,
        "gilded": 0,
    }


def _user_id(name: str) -> str:
    """Return a stable fullname for a user."""
    return f"t2_{blake2b(name.encode(), digest_size=4).hexdigest()}"


def escaped(value: Any) -> Any:
    """Return JSON with & < > as entities, as Reddit does for whoever omits ``raw_json=1``."""
    if isinstance(value, dict):
        return {key: escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [escaped(one) for one in value]
    return escape(value, quote=False) if isinstance(value, str) else value
