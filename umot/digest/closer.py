"""What every format shows of themes, memory, complaints, stars and competitors: plain text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from umot.digest import shown
from umot.digest.facts import Digest, Group, Stage, Theme
from umot.digest.words import Words
from umot.language import format_number, join

PLACES = 3  # touchpoints named above the themes
Sort = Literal["complaints", "praise", "new"]


@dataclass(frozen=True, slots=True)
class ThemeList:
    """The themes of one sort under their title; `line` stands for them where there are none."""

    sort: Sort
    title: str
    line: str
    themes: tuple[Theme, ...]
    more: tuple[str, ...]


def themes(digest: Digest, w: Words) -> list[ThemeList]:
    """Complaints, praise and what is new; a sort of which there is nothing to say is left out."""
    found = digest.themes
    if found is None:
        return []
    criticism, applause = (touchpoints(digest, label, w) for label in ("negative", "positive"))
    about = (
        ThemeList(
            "complaints", w("themes.complaints"), criticism, found.complaints, found.more_complaints
        ),
        ThemeList("praise", w("themes.praise"), applause, found.praise, found.more_praise),
    )
    lists = [one for one in about if one.themes or one.line]
    line = ""
    if found.new is None:
        line = w("themes.too_early", n=found.days)
    elif not found.new:
        line = w("themes.nothing_new", n=found.days)
    title = w("themes.new", n=found.days)
    lists.append(ThemeList("new", title, line, found.new or (), ()))
    return lists


def touchpoints(digest: Digest, label: str, w: Words) -> str:
    """The touchpoints with most moments of a tone, with how many; empty where there are none."""
    places = [place for stage in digest.stages for place in stage.touchpoints]
    top = sorted(places, key=lambda place: -count(place, label))[:PLACES]
    named = [
        w("themes.place", name=place.name, moments=w("journey.moments", n=count(place, label)))
        for place in top
        if count(place, label)
    ]
    return w("themes.places", places=join(named, w.language)) if named else ""


def count(place: Group, label: str) -> int:
    """Its moments of a tone."""
    found: int = getattr(place.tally, label)
    return found


def figures(theme: Theme, sort: Sort, w: Words) -> str:
    """How many posts a theme has, and what share that is against what is usual."""
    keys = {"complaints": "complaint_share", "praise": "praise_share", "new": "new_share"}
    shares = w(
        f"themes.{keys[sort]}",
        share=fraction(theme.share, w),
        usual=fraction(theme.usual, w),
        net=w.signed(theme.net),
    )
    return f"{w('themes.posts', n=theme.posts)}: {shares}"


def fraction(share: float, w: Words) -> str:
    """A share in per cents, with a decimal below ten."""
    if 0 < share < 0.1:
        return format_number(100 * share, w.language, 1) + w("themes.percent")
    return w.percent(share)


def also(words: Sequence[str], w: Words) -> str:
    """Words that go with a theme, or further ones."""
    return w("themes.also", words=", ".join(words)) if words else ""


def memory(digest: Digest, w: Words) -> list[str]:
    """How the day is remembered against how it was, in sentences; none where it cannot be told."""
    found = digest.memory
    if found is None:
        return []
    lines = [
        w(
            "memory.numbers",
            n=found.experiences,
            remembered=w.signed(found.remembered),
            experienced=w.signed(found.experienced),
        ),
        w(f"memory.{found.verdict}"),
    ]
    for what, cause in (("peak", found.peak), ("end", found.end)):
        if cause is not None:
            values = {"n": cause.experiences, "all": found.experiences}
            lines.append(w(f"memory.{what}", touchpoint=cause.name, **values))
    return lines


def complaints(digest: Digest, w: Words) -> list[str]:
    """How many complaints there are and how they stand, in sentences; none where there are none."""
    found = digest.complaints
    if found is None:
        return []
    states = [
        w(f"complaints.{state}", n=count)
        for state in ("open", "escalated", "answered", "resolved")
        if (count := getattr(found, state))
    ]
    lines = [
        w("complaints.made", n=found.made),
        w("complaints.period", n=found.total, days=found.days, states=join(states, w.language)),
    ]
    if found.hours is not None:
        lines.append(w("complaints.hours", n=max(math.ceil(found.hours), 1)))
    return lines


def beside_journey(digest: Digest, w: Words) -> list[tuple[str, list[str]]]:
    """Titles and sentences about what is remembered and complaints, where there are any."""
    found = (
        (w("memory.title"), memory(digest, w)),
        (w("complaints.title"), complaints(digest, w)),
    )
    return [(title, lines) for title, lines in found if lines]


def answers(digest: Digest, w: Words) -> list[str]:
    """How many complaints wait, and which are shown; nothing where none does."""
    if digest.complaints is None or not digest.answers:
        return []
    waiting = digest.complaints.open + digest.complaints.escalated
    return [
        w("answers.count", n=max(waiting, len(digest.answers))),
        w("answers.intro", days=digest.complaints.days),
    ]


def ratings(digest: Digest, w: Words) -> list[str]:
    """Stars against words, in sentences."""
    found = digest.ratings
    if found is None:
        return []
    mean = w.number(found.mean, 1)
    lines = [w("ratings.numbers", n=found.posts, mean=mean)]
    for key, number in (("high", found.high_but_negative), ("low", found.low_but_positive)):
        if number:
            lines.append(w(f"ratings.{key}", n=number))
    if len(lines) == 1:
        lines.append(w("ratings.agree", n=found.posts))
    return lines


def voices(digest: Digest, w: Words) -> list[tuple[str, str, str, str, str]]:
    """Rows of brand, posts, share, what it was, net sentiment."""
    return [
        (
            one.brand,
            w.number(one.tally.total),
            w.percent(one.share),
            voice_before(one.verdict, one.before, w),
            w.signed(one.tally.net),
        )
        for one in digest.voices
    ]


def voice_before(verdict: str, before: float | None, w: Words) -> str:
    """How a share compares with the week before."""
    if before is None or verdict == "unknown":
        return w("change.few_before")
    key = {"up": "higher", "down": "lower", "same": "same"}[verdict]
    return w(f"change.{key}", before=w.percent(before))


def moved(stage: Stage, w: Words) -> str:
    """How a stage compares with the week before; empty where that is not to be told."""
    if stage.change is None or stage.change.verdict not in ("up", "down"):
        return ""
    return w("journey.moved", change=shown.changed(stage.change, w))
