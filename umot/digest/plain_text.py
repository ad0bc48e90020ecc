"""A digest as plain text, for the part of a mail that every program shows."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from umot.digest import closer, shown
from umot.digest.facts import Digest, Quote
from umot.digest.text import shorten, web_link
from umot.digest.words import Words
from umot.language import format_date

WIDTH = 76  # characters of a line
QUOTES = 3  # of each sort
LONGEST = 200  # characters of a quote


def page(digest: Digest, w: Words, link: str) -> str:
    """The whole digest in lines; `link` leads to the page, where there is one."""
    day = format_date(digest.day, w.language)
    lines = [f"{digest.brand}: {day}", "", *filled(digest.headline), ""]
    if link:
        lines += [w("send.link"), link, ""]
    lines += filled(f"{w('coverage.title')}: {' '.join(digest.coverage.lines)}")
    for part in (alerts, tone, themes, answers, journey, strongest, beside, sources):
        lines += part(digest, w)
    lines += ["", "-- ", *(line for one in shown.foot(digest, w) for line in filled(one))]
    return "\n".join(lines) + "\n"


def alerts(digest: Digest, w: Words) -> Iterator[str]:
    """The open alerts."""
    if digest.alerts:
        yield from headed(w("alerts.title"))
    for alert in digest.alerts[: shown.ALERTS]:
        yield from filled(f"{shown.alarm(alert, w)}: {alert.reason}")
        if alert.post:
            yield from quoted(alert.post, digest, w)
    if rest := shown.more(digest.alerts, w):
        yield from filled(rest)


def tone(digest: Digest, w: Words) -> Iterator[str]:
    """How the posts read, against before."""
    yield from headed(w("tally.title"))
    yield from filled(shown.described(digest.posts, w))
    if not shown.comparable(digest):
        yield from filled(shown.incomparable(digest, w))
        return
    for name, now, *before in shown.changes(digest, w):
        yield from filled(f"{name} {now}", "- ")
        for head, told in zip(shown.heads(digest, w)[2:], before, strict=True):
            yield f"    {head}: {told}"


def themes(digest: Digest, w: Words) -> Iterator[str]:
    """What it was about."""
    for one in closer.themes(digest, w):
        yield from headed(one.title)
        if one.line:
            yield from filled(one.line)
        for theme in one.themes:
            also = f" ({closer.also(theme.also, w)})" if theme.also else ""
            yield from filled(f"{theme.words}: {closer.figures(theme, one.sort, w)}{also}", "- ")


def answers(digest: Digest, w: Words) -> Iterator[str]:
    """What waits for an answer."""
    if waiting := closer.answers(digest, w):
        yield from headed(w("answers.title"))
        yield from filled(" ".join(waiting))
        for quote in digest.answers[:QUOTES]:
            yield from quoted(quote, digest, w)


def journey(digest: Digest, w: Words) -> Iterator[str]:
    """The five stages and what moved, what is remembered, and complaints."""
    beside = closer.beside_journey(digest, w)
    if not (digest.posts.total or beside):
        return
    yield from headed(w("journey.title"))
    if not any(stage.tally.total for stage in digest.stages):
        yield w("journey.nothing")
    for stage in (one for one in digest.stages if one.tally.total):
        moments = w("journey.moments", n=stage.tally.total)
        line = f"{stage.name}: {moments}, {w('journey.net', net=w.signed(stage.tally.net))}"
        if moved := closer.moved(stage, w):
            line += f". {moved}"
        yield from filled(line, "- ")
        if stage.quote:
            yield from filled(f"“{stage.quote.text}”", "  ")
    for title, lines in beside:
        yield from ["", *filled(f"{title}. {' '.join(lines)}")]


def strongest(digest: Digest, w: Words) -> Iterator[str]:
    """The strongest posts of either sort that do not stand further up."""
    for label, found in (("negative", digest.negative), ("positive", digest.positive)):
        fresh = shown.unseen(found, digest, QUOTES)[:QUOTES]
        if fresh:
            yield from headed(w(f"quotes.{label}"))
        for quote in fresh:
            yield from quoted(quote, digest, w)


def beside(digest: Digest, w: Words) -> Iterator[str]:
    """Stars beside words, and the brand beside its competitors."""
    if told := closer.ratings(digest, w):
        yield from headed(w("ratings.title"))
        yield from filled(" ".join(told))
    if rows := closer.voices(digest, w):
        yield from headed(w("voices.title"))
        for brand, posts, share, _, _ in rows:
            yield f"- {brand}: {share} ({posts})"


def sources(digest: Digest, w: Words) -> Iterator[str]:
    """Each source and how well it was heard."""
    yield from headed(w("sources.title"))
    for source in digest.sources:
        posts = w("headline.posts", n=source.tally.total)
        yield from filled(f"{source.name}: {posts}, {shown.health(source, digest, w)}", "- ")


def headed(heading: str) -> list[str]:
    """A heading with a line under it."""
    return ["", heading, "-" * min(len(heading), WIDTH)]


def filled(line: str, mark: str = "") -> list[str]:
    """A sentence in lines; addresses stay whole."""
    return wrap(
        line,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def quoted(quote: Quote, digest: Digest, w: Words) -> list[str]:
    """A post with what is known about it."""
    said = [quote.title, shorten(quote.text, LONGEST)]
    lines = [
        line
        for text in filter(None, said)
        for line in wrap(text, WIDTH, initial_indent="> ", subsequent_indent="> ")
    ]
    lines += filled(" · ".join(shown.remarks(quote, digest, w)), "  ")
    link = web_link(quote.url)
    return [*lines, f"  {link.href}", ""] if link else [*lines, ""]
