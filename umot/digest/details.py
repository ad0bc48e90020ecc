"""The parts of a digest that look closer: stages that moved, answers owed, stars, competitors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from umot.digest import quotes
from umot.digest.asked import Asked
from umot.digest.change import MIN_POSTS, against, proportions
from umot.digest.facts import Change, Quote, Ratings, Stage, Tally, Verdict, Voice
from umot.digest.text import plain, shorten
from warehouse import digest_details as store
from warehouse.digest import ComplaintRow

MIN_STARS = 3  # posts with stars, below which nothing is said about them


def stages(
    asked: Asked, now: Sequence[Stage], before: Sequence[Stage], spread: float, *, usual: bool
) -> tuple[Stage, ...]:
    """The stages with what moved against `before` (the week), and the sentence felt most.

    `spread` is how many moments a post has: moments of one post are felt alike, so they count
    for as many fewer. `usual` says whether enough days of that week have posts.
    """
    rows = store.sentences(asked.db, asked.brand, asked.starts_at, asked.ends_at)
    chosen = {}
    for stage in now:
        first, second = ("negative", "positive")
        if stage.tally.positive > stage.tally.negative:
            first, second = second, first
        found = {row.label: row for row in rows if row.stage == stage.key}
        if row := found.get(first) or found.get(second):
            chosen[stage.key] = row
    posts = [row.post_id for row in chosen.values()]
    quoted = store.quoted(asked.db, asked.brand, posts, asked.ends_at)
    past = {stage.key: stage.tally for stage in before}

    def sentence(key: str) -> Quote | None:
        row = chosen.get(key)
        if row is None or row.post_id not in quoted:
            return None
        made = quotes.quote(quoted[row.post_id], asked.names, asked.w)
        return replace(made, title=None, text=shorten(plain(row.text)), label=row.label)

    return tuple(
        replace(
            stage,
            change=moved(stage.tally, past[stage.key], spread, usual=usual),
            quote=sentence(stage.key),
        )
        for stage in now
    )


def moved(now: Tally, before: Tally, spread: float, *, usual: bool) -> Change:
    """The net sentiment of a stage's moments against those of the week before."""
    change = against("net", "week_before", now, before, 1, usual)
    if change.low is None or change.high is None:
        return change
    middle, half = (change.low + change.high) / 2, (change.high - change.low) / 2
    half *= math.sqrt(max(spread, 1.0))
    verdict: Verdict = "up" if middle > half else "down" if middle < -half else "same"
    low, high = round(middle - half, 4), round(middle + half, 4)
    return replace(change, low=low, high=high, verdict=verdict)


def answers(asked: Asked, complaints: Sequence[ComplaintRow], most: int) -> tuple[Quote, ...]:
    """Those of the complaints that wait for an answer, at most so many, to take up first."""
    return found(asked, store.answers(asked.db, complaints, asked.ends_at, most))


def found(asked: Asked, ids: Sequence[str]) -> tuple[Quote, ...]:
    """Posts as quotes, in this order, without those that are gone."""
    rows = store.quoted(asked.db, asked.brand, ids, asked.ends_at)
    return tuple(quotes.quote(rows[one], asked.names, asked.w) for one in ids if one in rows)


def ratings(asked: Asked) -> Ratings | None:
    """Stars against words; None where fewer than `MIN_STARS` posts have stars."""
    row = store.ratings(asked.db, asked.brand, asked.starts_at, asked.ends_at)
    if row.posts < MIN_STARS or row.mean is None:
        return None
    shown = found(asked, [row.strongest] if row.strongest else [])
    return Ratings(
        row.posts,
        round(row.mean, 2),
        row.low_but_positive,
        row.high_but_negative,
        shown[0] if shown else None,
    )


def voices(asked: Asked, since: datetime, *, usual: bool) -> tuple[Voice, ...]:
    """The brand and its competitors, the most spoken of first; empty where it has none.

    `usual` says whether enough of the days from `since` on have posts to be compared with.
    """
    rows = store.voices(asked.db, asked.brand, since, asked.starts_at, asked.ends_at)
    brands = {row.brand: row.own for row in rows}
    if len(brands) < 2 or not any(row.in_period for row in rows):
        return ()
    now = {row.brand: row for row in rows if row.in_period}
    before = {row.brand: row.posts for row in rows if not row.in_period}
    posts, earlier = sum(row.posts for row in now.values()), sum(before.values())
    fair = usual and min(posts, earlier) >= MIN_POSTS

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
