"""A list that a platform gives page by page, the newest first, read again and again.

A reading goes from the newest line back to the newest known one minus an overlap, so that edits,
counts and late items are seen; lines of that stretch that are listed no more are looked up, or
are gone. The state after each page is the cursor: a run that was stopped goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from umot.errors import Fatal, UmotError
from umot.http import Refused
from umot.post import Batch, Post, RawItem

RECHECKED = 500  # newest known lines that are missed when they are listed no more
EXPIRED = frozenset({400, 404, 410})  # what a place in a list is refused with when it is too old


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: its native id, the time it is listed by (seconds since 1970), the item.

    `inside` are the native ids of further posts that the item holds, as replies; with `partial`
    there are more than it holds, so that those it lacks may well be there. A line that was looked
    up may have no item: it is there, and that is all.
    """

    id: str
    at: float
    item: Mapping[str, Any]
    inside: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, and the place of the next page: None after the last. `note` is what was left out."""

    lines: list[Line]
    onward: str | int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to read. `name` is what the cursor knows it by, `where` what people are shown.

    `page` gives the page at a place (None: the first). `lookup` is told ids with their times and
    gives those that are still there; without it, what a list that was read to the end of the
    stretch no longer has is gone. `first` is for a list that is read from a time on, the oldest
    first: it gives the place to start at, from seconds since 1970.
    """

    name: str
    where: str
    page: Callable[[Any], Page]
    lookup: Callable[[Mapping[str, float]], list[Line]] | None = None
    first: Callable[[float], str] | None = None

    def start(self, floor: float) -> str | None:
        """Give the place where a reading of all since `floor` starts."""
        return self.first(floor) if self.first else None


@dataclass(slots=True)
class _State:
    """`since`: all until then is known. `recent`: {id: [time, ids inside]}. `walk`: unfinished."""

    since: float | None = None
    recent: dict[str, list[Any]] = field(default_factory=dict)
    walk: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Items to hand over, the state of the list after them, and what was left out."""

    items: tuple[RawItem, ...]
    state: dict[str, Any]
    note: str | None = None


class Reader:
    """Reads lists at `now`; `history` is how far the first reading goes back, both in seconds."""

    def __init__(self, now: datetime, *, overlap: float, history: float) -> None:
        self._now, self._overlap, self._history = now, overlap, history

    def read(self, listing: Listing, known: Mapping[str, Any]) -> Iterator[Step]:
        """Yield what a list has to say since the state `known`, page by page."""
        state = _State(known.get("since"), dict(known.get("recent", {})), known.get("walk"))
        lost = dict(state.recent)
        if state.walk:
            yield from self._walk(listing, state, lost, resumed=True)
        floor = self._now.timestamp() - self._history
        if state.since is not None:
            floor = state.since - self._overlap
        place = listing.start(floor)
        state.walk = {"place": place, "floor": floor, "top": state.since or 0.0}
        any_listed = False
        for step in self._walk(listing, state, lost):
            any_listed = any_listed or bool(step.items)
            yield step
        if listing.lookup is None:  # what is older was not asked for this time
            lost = {name: one for name, one in lost.items() if one[0] >= floor}
        found: list[Line] = []
        if listing.lookup and lost:
            found = listing.lookup({name: float(one[0]) for name, one in lost.items()})
        note = None
        if lost and listing.lookup is None and not any_listed:
            # More likely a fault of the platform than the end of every review at once.
            note = f"{listing.name}: nothing is listed any more; nothing was taken for deleted"
            lost = {}
        items: list[RawItem] = []
        for line in found:
            before = lost.pop(line.id, None)
            if before is None:
                raise Fatal(f"{listing.where} gives {line.id}, which was not asked for")
            if line.item:
                some, before = self._taken(listing, line, before[1])
                items += some
            state.recent[line.id] = before
        for name, (_, inside) in lost.items():
            items += self._gone(listing, [name, *inside])
            state.recent.pop(name)
        state.recent = self._latest(state)
        yield self._step(state, items, note)

    def _walk(
        self,
        listing: Listing,
        state: _State,
        lost: dict[str, list[Any]],
        *,
        resumed: bool = False,
    ) -> Iterator[Step]:
        """Yield the pages of one reading; what is in them is taken out of `lost`."""
        while (walk := state.walk) is not None:
            page = self._page(listing, walk, resumed=resumed)
            resumed = False
            fresh = [line for line in page.lines if line.at >= walk["floor"]]
            items: list[RawItem] = []
            for line in fresh:
                before = state.recent.get(line.id)
                some, known = self._taken(listing, line, before[1] if before else ())
                items += some
                lost.pop(line.id, None)
                state.recent[line.id] = known
            # A time to come (a clock that is wrong) must not hide what is posted until then.
            now = self._now.timestamp()
            top = max([walk["top"], *(min(line.at, now) for line in fresh)])
            state.walk = {**walk, "place": page.onward, "top": top}
            # One older line is no end: lists are not quite in order.
            if page.onward is None or (page.lines and not fresh):
                state.since, state.walk = max(top, state.since or 0.0) or None, None
            # Those known before stay until it is clear what became of them.
            state.recent = self._latest(state) | lost
            yield self._step(state, items, page.note)

    def _page(self, listing: Listing, walk: dict[str, Any], *, resumed: bool) -> Page:
        place = walk["place"]
        if resumed and isinstance(place, int) and place > 1:
            place -= 1  # what was deleted since moved the rest forward
        try:
            page = listing.page(place)
        except Refused as error:
            if not (resumed and place is not None and error.status in EXPIRED):
                raise
            place = listing.start(walk["floor"])
            page = listing.page(place)
        if page.onward is not None and page.onward == place:
            raise Fatal(f"{listing.where} gives the same page of {listing.name} twice")
        return page

    def _latest(self, state: _State) -> dict[str, list[Any]]:
        """Keep the newest lines that the next reading will see again."""
        newest = state.walk["top"] if state.walk else state.since or 0.0
        near = [one for one in state.recent.items() if one[1][0] >= newest - self._overlap]
        return dict(sorted(near, key=lambda one: -float(one[1][0]))[:RECHECKED])

    def _taken(
        self, listing: Listing, line: Line, before: Sequence[str]
    ) -> tuple[list[RawItem], list[Any]]:
        """Give a line's items, and what is to be known of it; it held `before`."""
        items = [self._raw(listing, line)]
        if line.partial:  # new ones push old ones out; if the line itself goes, so do all of them
            return items, [line.at, list(dict.fromkeys((*before, *line.inside)))]
        return items + self._gone(listing, before, line.inside), [line.at, list(line.inside)]

    def _raw(self, listing: Listing, line: Line) -> RawItem:
        return RawItem(line.item, self._now, f"{listing.where} {line.id}")

    def _gone(
        self, listing: Listing, before: Sequence[str], after: Sequence[str] = ()
    ) -> list[RawItem]:
        return [
            RawItem({"gone": name}, self._now, f"{listing.where} {name}")
            for name in before
            if name not in after
        ]

    def _step(self, state: _State, items: Sequence[RawItem], note: str | None) -> Step:
        walk = dict(state.walk) if state.walk else None
        kept = {"since": state.since, "recent": dict(state.recent), "walk": walk}
        return Step(tuple(items), kept, note)


def batches(
    listings: Sequence[Listing],
    cursor: Mapping[str, Any] | None,
    reader: Reader,
    explained: Callable[[Refused], UmotError],
    beside: Callable[[], Mapping[str, Any]] = dict,
) -> Iterator[Batch]:
    """Read lists one after the other, the cursor moving with every page.

    One that is refused is told of, as `explained`, after the others were read. `beside` is what
    else the cursor is to hold.
    """
    before = (cursor or {}).get("lists", {})
    known = {one.name: before[one.name] for one in listings if one.name in before}
    refused: list[UmotError] = []
    for listing in listings:
        try:
            for step in reader.read(listing, known.get(listing.name, {})):
                known[listing.name] = step.state
                yield Batch(step.items, {**beside(), "lists": dict(known)}, step.note)
        except Refused as error:
            refused.append(explained(error))
    if refused:
        raise Fatal("; ".join(dict.fromkeys(map(str, refused))))


def gone(platform: str, raw: RawItem) -> Post | None:
    """Give the post without its text that a deleted line becomes; None for any other item."""
    name = raw.payload.get("gone")
    return Post(platform, name, body="", deleted_at=raw.fetched_at) if name else None
