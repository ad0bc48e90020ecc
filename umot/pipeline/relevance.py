"""Between parsing and storing: whom each post is about, and what of it counts.

What is about nobody that is followed is not stored: it would be other people's data kept for no
purpose, and a post may be about one brand by one source and about another by the next. A known
post that an edit made irrelevant is kept and left out of views (not_about_us), so that its past
stays explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from umot import plugins
from umot.config import Source
from umot.errors import UmotError
from umot.pipeline.monitor import Monitor
from umot.post import Kind, Post, RawItem
from umot.relevance.about import Match, Matcher
from warehouse import Connection, load, screen

Parsed = Sequence[tuple[RawItem, Post]]


class Sieve:
    """Stores the posts of one source that are about somebody; `matcher` says which are."""

    def __init__(self, monitor: Monitor, source: Source, origin: load.Origin) -> None:
        self._settings = monitor.settings
        self.matcher = matcher_of(monitor, source)
        self._origin = origin

    def open(self, db: Connection, now: datetime) -> None:
        """What a visit begins with, in the caller's transaction."""
        brand = self._settings.brand
        for one in self.matcher.brands:
            load.save_brand(db, one.brand, brand.time_zone, brand.language)
        screen.tidy(db, now)

    def store(
        self,
        db: Connection,
        parsed: Parsed,
        rejects: Sequence[load.Reject],
        cursor: Mapping[str, Any] | None,
        now: datetime,
    ) -> load.Counts:
        """Store a batch, in the caller's transaction; what is about nobody is passed over."""
        signed = [(raw, self.matcher.signed(post)) for raw, post in parsed]
        found = {post.post_id: self.matcher.matches(post) for _, post in signed}
        known = self._join(db, found, [post for _, post in signed])
        kept = [(raw, post) for raw, post in signed if post.post_id in known or found[post.post_id]]
        about = {
            post_id: [(one.brand, one.role, one.by) for one in matches]
            for post_id, matches in found.items()
        }
        counts = load.store_batch(db, self._origin, kept, rejects, cursor, now, about)
        screen.screen(db, [post for _, post in kept], now)
        lost = [post_id for post_id in known if not found[post_id]]
        screen.strays(db, self._origin.source, lost, [one for one in found if found[one]])
        passed = len(parsed) - len(kept)
        return replace(counts, seen=counts.seen + passed, passed_over=counts.passed_over + passed)

    def _join(
        self, db: Connection, found: dict[str, list[Match]], posts: Sequence[Post]
    ) -> set[str]:
        """Give comments the brands of their thread; returns the unmatched that are stored."""
        bare = [post for post in posts if not found[post.post_id]]
        if not bare:
            return set()
        asked = {name for post in bare for name in (post.post_id, post.thread_id, post.parent_id)}
        stored = screen.about(db, [name for name in asked if name])
        for post in bare:
            above = [post.parent_id, post.thread_id] if post.kind is Kind.COMMENT else []
            for other in above:
                near = [(one.brand, one.role) for one in found.get(other or "", ())]
                brands = [*near, *stored.get(other or "", ())]
                if brands and not found[post.post_id]:
                    once = dict.fromkeys(brands)
                    found[post.post_id] = [Match(name, role, "thread") for name, role in once]
        return {post.post_id for post in bare if post.post_id in stored}


def matcher_of(monitor: Monitor, source: Source) -> Matcher:
    """What tells whom the posts of a source are about."""
    # An import is given by hand, for the brand that it names.
    imported = source not in monitor.settings.sources
    return Matcher(monitor.settings, source, by_nature=imported or about_brand(source))


def about_brand(source: Source) -> bool:
    """Whether all that a connector reads is about the brand by what it is: a mailbox, say."""
    try:
        factory = plugins.load(plugins.CONNECTORS, source.connector)
    except UmotError:  # making it says so, with the source's name
        return False
    return bool(getattr(factory, "about_brand", False))
