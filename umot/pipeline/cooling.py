"""When a post is worth another look: often while it grows, seldom as it cools, then no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from warehouse.watching import RECENT, Young

SHORTEST = timedelta(minutes=10)  # a pass comes no more often
LONGEST = timedelta(hours=12)
SHARE = 0.25  # of its age a post waits between two looks,
QUIET_SHARE = 0.5  # or this much where nobody reacts to it
REACTIONS = 10.0  # a growing post is looked at as often as so many are to be expected
COOLED = timedelta(days=3)  # the rules on reach look no further back
ALIVE = 0.5  # reactions an hour that keep an older post watched


def interval(age: timedelta, growth: float) -> timedelta | None:
    """How long a post of this age waits for its next look; None: it has cooled.

    `growth` is in reactions an hour, of late.
    """
    if age > COOLED and growth < ALIVE:
        return None
    if growth <= 0:
        wait = age * QUIET_SHARE
    else:
        wait = min(age * SHARE, timedelta(hours=REACTIONS / growth))
    return min(max(wait, SHORTEST), LONGEST)


def growth(post: Young, now: datetime) -> float:
    """Reactions an hour over the last hours, or since it was written where that is not known."""
    hours = RECENT / timedelta(hours=1)
    if post.earlier is not None:
        return (post.total - post.earlier) / hours
    age = max((now - post.posted_at) / timedelta(hours=1), 1.0)
    if age <= 24:
        return post.total / age
    return (post.total - post.first_total) / hours


def due(posts: Iterable[Young], looked: Mapping[int, datetime], now: datetime) -> list[Young]:
    """The posts whose time has come, the longest overdue by their own measure first."""
    waiting = []
    for post in posts:
        wait = interval(now - post.posted_at, growth(post, now))
        since = max(post.last_seen, looked.get(post.number, post.last_seen))
        if wait is not None and now - since >= wait:
            waiting.append(((now - since) / wait, post))
    return [post for _, post in sorted(waiting, key=lambda one: (-one[0], one[1].number))]
