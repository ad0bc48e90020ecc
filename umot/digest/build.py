"""The digest of one brand and local day, from the warehouse alone.

No clock is read. Counts of likes and the like, alerts and visits are those known at the end of the
day, so a day made again later gives the same digest. What can still change a past day is what
changes the past itself: posts of that day that come in later, edits, deletions, and another model
or journey map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from umot.digest import change, details, memory, phrases, quotes
from umot.digest.asked import Asked
from umot.digest.days import (
    MONTH,
    WEEK,
    ago,
    earlier,
    midnight,
    reach,
    tallies_by_day,
    tally,
    weekdays,
)
from umot.digest.facts import (
    SCHEMA,
    Digest,
    Group,
    Health,
    Source,
    Stage,
    State,
    Tally,
    Unscored,
)
from umot.digest.text import plain, shorten
from umot.digest.themes import themes
from umot.digest.words import Words, words
from umot.errors import UnknownName
from umot.journey import NONE, STAGES
from umot.language import language_name, sentence
from warehouse import Connection
from warehouse import digest as store

HISTORY = 14  # days shown, the day itself included
HEARD = 14  # days within which a source must have been visited to count as one still in use
FRESH = timedelta(hours=24)  # how old the last success may be at the end of the day
ERROR = 200  # characters of a source's failure that are shown


def build(db: Connection, brand: str, day: date, *, language: str, examples: int = 5) -> Digest:
    """What customers of `brand` said on the local day `day`, in words of `language`.

    At most `examples` posts are quoted of either sort. Raises `UnknownName` for a brand that the
    warehouse does not know or a language without a catalogue.
    """
    w = words(language)
    zones = store.time_zones(db)
    if brand not in zones:
        raise UnknownName("brand", brand, zones)
    zone = zones[brand]
    asked = Asked(
        db,
        brand,
        midnight(day, zone),
        midnight(day + timedelta(days=1), zone),
        store.touchpoint_names(db),
        w,
    )
    facts = gather(asked, day, zone, examples)
    return replace(facts, headline=phrases.headline(facts, w))


def gather(asked: Asked, day: date, zone: str, examples: int) -> Digest:
    """The digest without its headline."""
    db, brand, w = asked.db, asked.brand, asked.w
    starts_at, ends_at = asked.starts_at, asked.ends_at
    month, week = ago(day, MONTH + 1, zone), ago(day, WEEK + 1, zone)
    counts = store.post_counts(db, brand, month, ends_at)
    days = tallies_by_day(counts, day)
    history = days[-HISTORY:]
    today = [count for count in counts if count.day == day]
    posts, missed, before = history[-1].tally, unscored(today), earlier(history)
    usual = change.busy(before, change.MIN_DAYS)
    visits = store.visits(db, brand, ago(day, HEARD, zone), starts_at, ends_at)
    found = sources(today, visits, ends_at)
    visited = sum(1 for visit in visits if not imported(visit.source))
    stages, untraced = journey(store.moment_counts(db, brand, starts_at, ends_at), w)
    stages_before, _ = journey(store.moment_counts(db, brand, week, starts_at), w)
    traced = sum(stage.tally.total for stage in stages) + untraced
    quoted = quotes.strongest(asked, examples)
    since = ago(day, HISTORY, zone)
    first = store.earliest(db, since, ends_at)
    owing = store.complaints(db, brand, since, starts_at, ends_at, first)
    return Digest(
        schema=SCHEMA,
        brand=plain(brand),
        day=day,
        language=w.language,
        time_zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
        headline="",
        coverage=phrases.coverage(found, visited, posts, missed, w),
        posts=posts,
        unscored=missed,
        changes=change.compare(posts, before, weekdays(days)),
        history=history,
        alerts=quotes.alerts(asked),
        stages=details.stages(
            asked, stages, stages_before, traced / max(posts.scored, 1), usual=usual
        ),
        untraced=untraced,
        negative=quoted["negative"],
        positive=quoted["positive"],
        sources=found,
        platforms=groups(today, lambda one: one.platform, platform_name),
        languages=groups(today, lambda one: one.language, lambda code: tongue(code, w)),
        memory=memory.memory(
            store.experiences(db, brand, starts_at, ends_at, first), asked.names, w
        ),
        complaints=memory.complaints(owing, HISTORY),
        answers=details.answers(asked, owing, examples),
        themes=themes(asked, month, reach(days)),
        ratings=details.ratings(asked),
        voices=details.voices(asked, week, usual=usual),
    )


def unscored(counts: Sequence[store.PostCount]) -> Unscored:
    """How many posts have no sentiment, and why."""
    by_status = dict.fromkeys(("unscored_language", "empty", "failed", "deleted", "unread"), 0)
    for one in counts:
        if one.status in by_status:
            by_status[one.status] += one.posts
    return Unscored(*by_status.values())


def groups(
    counts: Sequence[store.PostCount],
    key: Callable[[store.PostCount], str],
    name: Callable[[str], str],
) -> tuple[Group, ...]:
    """Posts by a key, the most first."""
    keys = sorted({key(one) for one in counts})
    found = [
        Group(plain(value), name(value), tally([one for one in counts if key(one) == value]))
        for value in keys
    ]
    return tuple(sorted(found, key=lambda group: -group.tally.total))


def platform_name(platform: str) -> str:
    """A platform for people: app_store is App Store."""
    return plain(" ".join(sentence(part) for part in platform.split("_")))


def tongue(code: str, w: Words) -> str:
    """What a language is called."""
    return plain(language_name(code, w.language)) if code else w("groups.unknown_language")


def journey(counts: Sequence[store.MomentCount], w: Words) -> tuple[tuple[Stage, ...], int]:
    """All five stages in order with their touchpoints, and the moments of no stage."""
    stages = []
    for key in STAGES:
        own = [one for one in counts if one.stage == key]
        places = [
            Group(plain(one.touchpoint), quotes.touchpoint(one, w), moments([one]))
            for one in own
            if one.touchpoint != NONE
        ]
        # Sorting is stable, so the order of the journey map decides between equals.
        places.sort(key=lambda place: (-place.tally.total, -place.tally.negative))
        stages.append(Stage(key, w(f"stage.{key}"), w(f"about.{key}"), moments(own), tuple(places)))
    untraced = moments([one for one in counts if one.stage not in STAGES]).total
    return tuple(stages), untraced


def moments(counts: Sequence[store.MomentCount]) -> Tally:
    """These counts of moments together; a moment always has a label."""
    negative = sum(one.negative for one in counts)
    neutral = sum(one.neutral for one in counts)
    positive = sum(one.positive for one in counts)
    return Tally.of(negative + neutral + positive, negative, neutral, positive)


def sources(
    counts: Sequence[store.PostCount], visits: Sequence[store.VisitRow], ends_at: datetime
) -> tuple[Source, ...]:
    """Every source with posts that day or in use then, by name."""
    by_name = {visit.source: visit for visit in visits}
    used = {visit.source for visit in visits if visit.visits or not imported(visit.source)}
    return tuple(
        Source(
            plain(name),
            tally([one for one in counts if one.source == name]),
            health(name, by_name.get(name), ends_at),
        )
        for name in sorted(used | {one.source for one in counts})
    )


def health(name: str, visit: store.VisitRow | None, ends_at: datetime) -> Health:
    """How well a source was heard, by its visits up to the end of the day."""
    if visit is None:
        return Health("imported" if imported(name) else "unvisited", None, None, None)
    success = visit.last_success.astimezone(UTC) if visit.last_success else None
    error = shorten(plain(visit.error or ""), ERROR) if visit.failed else None
    truncated = shorten(plain(visit.truncated), ERROR) if visit.truncated else None
    starts_at = ends_at - FRESH
    state: State
    if visit.failed:
        state = "failed"
    elif imported(name):
        state = "imported"
    elif not visit.visits or success is None or success < starts_at:
        state = "late"
    else:
        state = "ok"
    return Health(state, success, error, truncated)


def imported(source: str) -> bool:
    """Whether a source is a file read once, which nobody expects to be visited again."""
    return source.startswith(phrases.IMPORTS)
