"""The parts of a digest that look closer: stages that moved, answers owed, stars, competitors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from umot.digest import quotes
from umot.digest.change import MIN_DAYS, MIN_POSTS, nets, proportions
from umot.digest.facts import Change, Quote, Ratings, Reason, Stage, Tally, Verdict, Voice
from umot.digest.text import plain, shorten
from umot.digest.words import Words
from warehouse import Connection
from warehouse import digest_details as store
from warehouse.digest import ComplaintRow, touchpoint_names

MIN_STARS = 3  # posts with stars, below which nothing is said about them


def stages(
    db: Connection,
    brand: str,
    starts_at: datetime,
    ends_at: datetime,
    now: Sequence[Stage],
    before: Sequence[Stage],
    spread: float,
    w: Words,
) -> tuple[Stage, ...]:
    """The stages with what moved against `before` (the week), and the sentence felt most.

    `spread` is how many moments a post has: moments of one post are felt alike, so they count
    for as many fewer.
    """
    rows = store.sentences(db, brand, starts_at, ends_at)
    chosen = {}
    for stage in now:
        first, second = ("negative", "positive")
        if stage.tally.positive > stage.tally.negative:
            first, second = second, first
        found = {row.label: row for row in rows if row.stage == stage.key}
        if row := found.get(first) or found.get(second):
            chosen[stage.key] = row
    quoted = store.quoted(db, brand, [row.post_id for row in chosen.values()], ends_at)
    names = touchpoint_names(db)
    past = {stage.key: stage.tally for stage in before}

    def sentence(key: str) -> Quote | None:
        row = chosen.get(key)
        if row is None or row.post_id not in quoted:
            return None
        made = quotes.quote(quoted[row.post_id], names, w)
        return replace(made, title=None, text=shorten(plain(row.text)), label=row.label)

    return tuple(
        replace(
            stage,
            change=moved(stage.tally, past[stage.key], spread),
            quote=sentence(stage.key),
        )
        for stage in now
    )


def moved(now: Tally, before: Tally, spread: float) -> Change:
    """The net sentiment of a stage's moments against those of the week before."""
    if now.net is None or before.net is None or min(now.scored, before.scored) < MIN_POSTS:
        reason: Reason = "few_now" if now.scored < MIN_POSTS else "few_before"
        return Change(
            "net", "week_before", now.net, None, None, None, None, "unknown", reason
        )  # fmt: skip
    low, high = nets(now, before)
    middle, half = (low + high) / 2, (high - low) / 2 * math.sqrt(max(spread, 1.0))
    verdict: Verdict = "up" if middle > half else "down" if middle < -half else "same"
    return Change(
        "net",
        "week_before",
        now.net,
        before.net,
        round(now.net - before.net, 4),
        round(middle - half, 4),
        round(middle + half, 4),
        verdict,
        None,
    )


def answers(
    db: Connection,
    brand: str,
    complaints: Sequence[ComplaintRow],
    ends_at: datetime,
    most: int,
    w: Words,
) -> tuple[Quote, ...]:
    """Those of the complaints that wait for an answer, at most so many, to take up first."""
    ids = store.answers(db, complaints, ends_at, most)
    return found(db, brand, ids, ends_at, w)


def found(
    db: Connection, brand: str, ids: Sequence[str], ends_at: datetime, w: Words
) -> tuple[Quote, ...]:
    """Posts as quotes, in this order, without those that are gone."""
    rows = store.quoted(db, brand, ids, ends_at)
    names = touchpoint_names(db)
    return tuple(quotes.quote(rows[one], names, w) for one in ids if one in rows)


def ratings(
    db: Connection, brand: str, starts_at: datetime, ends_at: datetime, w: Words
) -> Ratings | None:
    """Stars against words; None where fewer than `MIN_STARS` posts have stars."""
    row = store.ratings(db, brand, starts_at, ends_at)
    if row.posts < MIN_STARS or row.mean is None:
        return None
    shown = found(db, brand, [row.strongest] if row.strongest else [], ends_at, w)
    return Ratings(
        row.posts,
        round(row.mean, 2),
        row.low_but_positive,
        row.high_but_negative,
        shown[0] if shown else None,
    )


def voices(
    db: Connection, brand: str, since: datetime, starts_at: datetime, ends_at: datetime, days: int
) -> tuple[Voice, ...]:
    """The brand and its competitors, the most spoken of first; empty where it has none.

    `days` are the days before with posts about the brand: too few are no week to compare with.
    """
    rows = store.voices(db, brand, since, starts_at, ends_at)
    brands = {row.brand: row.own for row in rows}
    if len(brands) < 2 or not any(row.in_period for row in rows):
        return ()
    now = {row.brand: row for row in rows if row.in_period}
    before = {row.brand: row.posts for row in rows if not row.in_period}
    posts, earlier = sum(row.posts for row in now.values()), sum(before.values())
    fair = posts >= MIN_POSTS and earlier >= MIN_POSTS and days >= MIN_DAYS

    def voice(name: str) -> Voice:
        row = now.get(name)
        own = row.posts if row else 0
        verdict: Verdict = "unknown"
        if fair:
            low, high = proportions(own, posts, before.get(name, 0), earlier)
            verdict = "up" if low > 0 else "down" if high < 0 else "same"
        return Voice(
            plain(name),
            brands[name],
            Tally.of(own, row.negative, row.neutral, row.positive) if row else Tally.of(0, 0, 0, 0),
            round(own / posts, 4),
            round(before.get(name, 0) / earlier, 4) if fair else None,
            verdict,
        )

    made = [voice(name) for name in brands]
    return tuple(sorted(made, key=lambda one: (-one.tally.total, not one.own, one.brand)))
