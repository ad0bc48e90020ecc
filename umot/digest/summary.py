"""A digest in ten lines of a terminal."""

from __future__ import annotations

from umot.digest import shown
from umot.digest.facts import Digest, Quote
from umot.digest.text import plain, shorten
from umot.digest.words import Words, words

WIDTH = 100  # characters of a quote line, unless its source has a long name


def summary(digest: Digest) -> list[str]:
    """At most ten plain lines; none of them can steer a terminal, whatever posts say."""
    w = words(digest.language)
    lines = [w("page.kicker", brand=digest.brand), digest.headline]
    lines.append(" ".join(digest.coverage.lines))
    lines += [tone(digest, w), journey(digest, w), *places(digest, w)]
    for label, found in (("negative", digest.negative), ("positive", digest.positive)):
        if found:
            lines.append(quoted(label, found[0], w))
    if digest.alerts:
        alert = digest.alerts[0]
        lines.append(f"{shown.alarm(alert, w)}: {alert.reason}")
    if digest.sources:
        lines.append(sources(digest, w))
    return [plain(line) for line in lines]


def tone(digest: Digest, w: Words) -> str:
    """How the posts read."""
    if not digest.posts.scored:
        return w("summary.nothing")
    described = shown.described(digest.posts, w)
    return w("summary.tone", tally=described, net=w.signed(digest.posts.net))


def journey(digest: Digest, w: Words) -> str:
    """The stages that were spoken of."""
    stages = [
        w(
            "summary.journey_stage",
            stage=stage.name.lower(),
            moments=stage.tally.total,
            net=w.signed(stage.tally.net),
        )
        for stage in digest.stages
        if stage.tally.total
    ]
    if not stages:
        return w("summary.no_journey")
    return w("summary.journey", stages=", ".join(stages))


def places(digest: Digest, w: Words) -> list[str]:
    """The touchpoint most spoken of, where there is one."""
    found = [place for stage in digest.stages for place in stage.touchpoints]
    if not found:
        return []
    top = max(found, key=lambda place: place.tally.total)
    return [
        w(
            "summary.touchpoint",
            name=top.name,
            moments=w("journey.moments", n=top.tally.total),
            net=w.signed(top.tally.net),
        )
    ]


def quoted(label: str, quote: Quote, w: Words) -> str:
    """The strongest post of a sort, on one line."""
    around = len(w(f"summary.{label}", quote="", source=quote.source))
    text = shorten(quote.text, max(WIDTH - around, WIDTH // 2))
    return w(f"summary.{label}", quote=text, source=quote.source)


def sources(digest: Digest, w: Words) -> str:
    """How many posts each source brought."""
    return w(
        "summary.sources",
        sources=", ".join(
            w("summary.source", name=one.name, posts=one.tally.total) for one in digest.sources
        ),
    )
