"""Fetching a few items of a source and parsing them, with nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from umot.config import Source
from umot.pipeline import Monitor, parse, prepared
from umot.post import Post
from umot.relevance.about import Match


@dataclass(frozen=True, slots=True)
class Tried:
    """A post as it was parsed, and whom it would be about; or why an item cannot be used."""

    post: Post | None
    matches: tuple[Match, ...] = ()
    reject: str = ""


def a_few(monitor: Monitor, source: Source, count: int, now: datetime) -> Iterator[Tried]:
    """Yield at most `count` posts and rejects of a source. Raises `Fatal` or `Retriable`.

    Its cursor is neither read nor moved.
    """
    made, matcher = prepared(monitor, source)
    left = count
    for batch in made.fetch(None, now=now):
        for item in batch.items:
            posts, rejects = parse(made, [item])
            found = [Tried(None, (), reject.reason) for reject in rejects]
            for _, post in posts:
                one = matcher.signed(post)
                found.append(Tried(one, tuple(matcher.matches(one))))
            yield from found[:left]
            left -= len(found)
            if left <= 0:
                return
