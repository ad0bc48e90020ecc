"""Reddit's comment trees: which comments hang below which, and which a first page leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from samples.reddit_things import Placed, comment_thing, listing, more_thing, thread_thing

PAGE_COMMENTS = 8
"""Top-level comments before a ``more`` stub. Reddit shows hundreds; eight make our longest two
threads need the second request that a long thread needs."""


class Tree:
    """All posts and comments by name and by parent."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._by_name = {one.name: one for one in placed}
        self._below: dict[str, list[Placed]] = defaultdict(list)
        for one in self._by_name.values():
            if one.item is not one.thread:
                self._below[one.parent].append(one)

    def find(self, name: str, now: datetime) -> Placed | None:
        """Return a thing by its fullname, if it was posted by now."""
        found = self._by_name.get(name)
        return found if found and found.created <= now else None

    def flat(self, placed: Placed, now: datetime) -> dict[str, Any]:
        """Return a thing on its own, as listings hold it: a comment without its answers."""
        if placed.item is placed.thread:
            return thread_thing(placed, self.readable(placed.thread.id, now), now)
        return comment_thing(placed, "", self._depth(placed), now)

    def readable(self, thread_id: str, now: datetime) -> int:
        """How many comments of a thread exist by now."""
        return sum(1 for _ in self._walk(f"t3_{thread_id}", now))

    def below(self, name: str, focus: str | None, sort: str, now: datetime) -> list[dict[str, Any]]:
        """Return a thread's comment tree, or only the comment ``focus`` and what is below it."""
        if focus is not None:
            found = self.find(f"t1_{focus}", now)
            return [self._branch(found, sort, now)] if found else []
        top = self._children(name, sort, now)
        shown = [self._branch(one, sort, now) for one in top[:PAGE_COMMENTS]]
        if hidden := top[PAGE_COMMENTS:]:
            amount = len(hidden) + sum(1 for one in hidden for _ in self._walk(one.name, now))
            shown.append(more_thing([one.item.id for one in hidden], amount, name))
        return shown

    def flattened(self, names: list[str], link: str, now: datetime) -> list[dict[str, Any]]:
        """Return some comments of the thread ``link``, each followed by its answers."""
        things: list[dict[str, Any]] = []
        for name in names:
            found = self.find(name, now)
            if found and f"t3_{found.thread.id}" == link:
                family = (found, *self._walk(name, now))
                things.extend(self.flat(one, now) for one in family)
        return things

    def _branch(self, placed: Placed, sort: str, now: datetime) -> dict[str, Any]:
        """Return a comment with everything below it."""
        answers = [self._branch(one, sort, now) for one in self._children(placed.name, sort, now)]
        return comment_thing(placed, listing(answers) if answers else "", self._depth(placed), now)

    def _children(self, name: str, sort: str, now: datetime) -> list[Placed]:
        """Return what answers a thing; a gone comment stays only to hold up its answers."""
        keys: dict[str, Callable[[Placed], float]] = {
            "new": lambda one: -one.created.timestamp(),
            "old": lambda one: one.created.timestamp(),
        }
        there = [
            one
            for one in self._below[name]
            if one.created <= now and (not one.lost(now) or any(self._walk(one.name, now)))
        ]
        return sorted(there, key=keys.get(sort, lambda one: -one.item.score))

    def _walk(self, name: str, now: datetime) -> Iterator[Placed]:
        """Everything below a thing, each before what answers it."""
        for one in self._children(name, "old", now):
            yield one
            yield from self._walk(one.name, now)

    def _depth(self, placed: Placed) -> int:
        """0 for an answer to the thread, 1 for an answer to that, and so on."""
        return 1 + self._depth(self._by_name[placed.parent]) if placed.item.parent else 0
