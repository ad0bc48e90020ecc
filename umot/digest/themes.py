"""What the day's complaints and praise are about, and what is new against the weeks before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from umot.digest import quotes
from umot.digest.asked import Asked
from umot.digest.days import MONTH
from umot.digest.facts import Tally, Theme, Themes
from umot.digest.standing import (
    EARLIER,
    Found,
    Said,
    beside,
    named,
    new,
    sides,
    standing_out,
)
from umot.digest.terms import stop_words, terms
from umot.digest.text import plain
from warehouse import digest_details as store
from warehouse.digest import QuoteRow

SHOWN = 6  # themes of each sort
MORE = 12  # words of further themes, named without their figures
TODAY, BEFORE = 10_000, 5_000  # posts looked at, at most
LENGTH = 1_000  # characters of each


def themes(asked: Asked, since: datetime, days: int) -> Themes | None:
    """The themes of a period against what was said from `since` on; None where none is scored.

    `days` is how many days before history goes back, at most `MONTH`.
    """
    today = said(asked, asked.starts_at, asked.ends_at, TODAY)
    if not today:
        return None
    past = said(asked, since, asked.starts_at, BEFORE)
    chosen = {
        "complaints": standing_out(today, past, "negative"),
        "praise": standing_out(today, past, "positive"),
        "new": new(today, past),
    }
    picked: dict[tuple[str, int], str] = {}
    used: set[str] = set()
    for sort, found in chosen.items():
        for place, one in enumerate(found[:SHOWN]):
            post_id = example(one, today, used)
            picked[sort, place] = post_id
            used.add(post_id)
    quoted = store.quoted(asked.db, asked.brand, picked.values(), asked.ends_at)

    def shown(sort: str, base: Sequence[int], other: Collection[Said]) -> tuple[Theme, ...]:
        return tuple(
            theme(one, today, base, other, quoted.get(picked[sort, place]), asked)
            for place, one in enumerate(chosen[sort][:SHOWN])
        )

    def more(sort: str) -> tuple[str, ...]:
        rest = sorted(chosen[sort][SHOWN:], key=lambda one: (-len(one.posts), one.terms[0]))
        return tuple(plain(named(one, today)) for one in rest[:MORE])

    enough = len(past) >= EARLIER
    return Themes(
        days=days if enough else MONTH,
        before=len(past),
        complaints=shown("complaints", *sides(today, past, "negative")),
        praise=shown("praise", *sides(today, past, "positive")),
        new=shown("new", range(len(today)), past) if enough else None,
        more_complaints=more("complaints"),
        more_praise=more("praise"),
    )


def said(asked: Asked, start: datetime, end: datetime, most: int) -> list[Said]:
    """Posts of a period with their terms."""
    stop = stop_words(asked.brand)
    rows = store.texts(asked.db, asked.brand, start, end, most=most, length=LENGTH)
    return [Said(row, terms(row.text, stop)) for row in rows]


def example(one: Found, today: Sequence[Said], used: Collection[str]) -> str:
    """The post that shows a theme best, in the tone that prevails; none twice."""
    first = one.terms[0]
    tones = Counter(today[place].row.label for place in one.posts)
    tone = max(sorted(tones), key=lambda label: tones[label])
    candidates = [today[place] for place in one.posts if first in today[place].terms]
    wanted = set(one.terms)
    fresh = [said for said in candidates if said.row.post_id not in used] or candidates
    best = max(
        fresh,
        key=lambda said: (
            said.row.label == tone,
            min(len(said.terms & wanted), 3),
            round(abs(said.row.score), 4),
            said.row.post_id,
        ),
    )
    return best.row.post_id


def theme(
    one: Found,
    today: Sequence[Said],
    base: Sequence[int],
    other: Collection[Said],
    quoted: QuoteRow | None,
    asked: Asked,
) -> Theme:
    """A theme as the digest shows it: how many posts have its words, here and among the others."""
    wanted = set(one.terms)
    elsewhere = sum(1 for said in other if not said.terms.isdisjoint(wanted))
    tones = Counter(today[place].row.label for place in one.posts)
    tally = Tally.of(len(one.posts), tones["negative"], tones["neutral"], tones["positive"])
    return Theme(
        words=plain(named(one, today)),
        also=tuple(plain(term) for term in beside(one, today, base)),
        posts=len(one.posts),
        share=round(len(one.posts) / max(len(base), 1), 4),
        usual=round(elsewhere / max(len(other), 1), 4),
        odds=round(one.odds, 2),
        net=tally.net,
        quote=quotes.quote(quoted, asked.names, asked.w) if quoted else None,
    )
