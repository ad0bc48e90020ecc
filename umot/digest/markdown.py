"""A digest as Markdown (CommonMark with tables). Whatever strangers wrote stays text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umot.digest import closer, shown
from umot.digest.facts import Digest, Group, Quote, Tally
from umot.digest.text import markdown as safe
from umot.digest.text import web_link
from umot.digest.words import Words, words
from umot.language import format_date


def page(digest: Digest) -> str:
    """The whole digest, ending in a newline."""
    w = words(digest.language)
    date = format_date(digest.day, w.language)
    blocks = [f"# {safe(digest.brand)}: {safe(date)}", f"**{safe(digest.headline)}**"]
    blocks.append(f"{w('coverage.title')}: {safe(' '.join(digest.coverage.lines))}")
    for section in (alerts, tone, themes, answers, journey, quotes, beside, sources, groups):
        blocks += section(digest, w)
    blocks += ["---", *(safe(line) for line in shown.foot(digest, w))]
    return "\n\n".join(blocks) + "\n"


def alerts(digest: Digest, w: Words) -> Iterator[str]:
    """The open alerts, where there are any."""
    if not digest.alerts:
        return
    yield f"## {w('alerts.title')}"
    for alert in digest.alerts[: shown.ALERTS]:
        since = safe(shown.raised(alert, digest, w))
        yield f"**{safe(shown.alarm(alert, w))}.** {safe(alert.reason)} {since}."
        if alert.post is not None:
            yield quoted(alert.post, digest, w)
    if rest := shown.more(digest.alerts, w):
        yield safe(rest)


def tone(digest: Digest, w: Words) -> Iterator[str]:
    """How the posts read, compared with before, and the last days."""
    yield f"## {w('tally.title')}"
    yield safe(shown.described(digest.posts, w))
    if shown.comparable(digest):
        yield table(shown.heads(digest, w), shown.changes(digest, w), numbers={1})
    elif reason := shown.incomparable(digest, w):
        yield safe(reason)
    if not shown.alive(digest):
        return
    yield f"## {w('history.title')}"
    head = [w("history.day"), *tally_head(w)]
    rows = [
        (format_date(one.day, w.language, "short"), *tally_cells(one.tally, w))
        for one in shown.known(digest)
    ]
    yield table(head, rows)


def themes(digest: Digest, w: Words) -> Iterator[str]:
    """What it was about, and what is new."""
    lists = closer.themes(digest, w)
    if lists:
        yield f"## {w('themes.title')}"
    for one in lists:
        yield f"**{safe(one.title)}.** {safe(one.line)}".rstrip()
        rows = []
        for theme in one.themes:
            also = f" ({safe(closer.also(theme.also, w))})" if theme.also else ""
            figures = safe(closer.figures(theme, one.sort, w))
            rows.append(f"- **{safe(theme.words)}** {figures}{also}")
        if rows:
            yield "\n".join(rows)
        if one.more:
            yield safe(w("themes.further", words=", ".join(one.more)))


def answers(digest: Digest, w: Words) -> Iterator[str]:
    """The complaints that wait for an answer."""
    lines = closer.answers(digest, w)
    if not lines:
        return
    yield f"## {w('answers.title')}"
    yield safe(" ".join(lines))
    for quote in digest.answers:
        yield quoted(quote, digest, w)


def beside(digest: Digest, w: Words) -> Iterator[str]:
    """Stars beside words, and the brand beside its competitors."""
    if lines := closer.ratings(digest, w):
        yield f"## {w('ratings.title')}"
        yield safe(" ".join(lines))
    if rows := closer.voices(digest, w):
        yield f"## {w('voices.title')}"
        heads = ("voices.brand", "measure.posts", "voices.share", "voices.before", "measure.net")
        yield table([w(key) for key in heads], rows, numbers={1, 2, 4})


def journey(digest: Digest, w: Words) -> Iterator[str]:
    """The five stages, where any moment was traced to them, what is remembered, complaints."""
    beside = closer.beside_journey(digest, w)
    if not (digest.posts.total or beside):
        return
    yield f"## {w('journey.title')}"
    if any(stage.tally.total for stage in digest.stages):
        head = [w("journey.stage"), w("journey.places"), *tally_head(w)]
        head[2] = w("journey.count")
        rows = [
            (
                f"{stage.name} ({stage.about})",
                "; ".join(shown.places(digest, stage.key, w)) or "–",
                *tally_cells(stage.tally, w),
            )
            for stage in digest.stages
        ]
        yield table(head, rows, numbers=range(2, len(head)))
    else:
        yield safe(w("journey.nothing"))
    if digest.untraced:
        yield safe(w("journey.untraced", n=digest.untraced))
    for title, lines in beside:
        yield f"**{safe(title)}.** {safe(' '.join(lines))}"


def quotes(digest: Digest, w: Words) -> Iterator[str]:
    """The strongest posts of either sort, where there are posts at all."""
    if not digest.posts.total:
        return
    for label, found in (("negative", digest.negative), ("positive", digest.positive)):
        yield f"## {w(f'quotes.{label}')}"
        if not found:
            yield safe(w(f"quotes.no_{label}"))
        for quote in found:
            yield quoted(quote, digest, w)


def quoted(quote: Quote, digest: Digest, w: Words) -> str:
    """One post as a block quote with what is known about it."""
    lines = [f"**{safe(quote.title)}**  "] if quote.title else []
    lines += [safe(quote.text), "", " · ".join(map(safe, shown.remarks(quote, digest, w)))]
    link = web_link(quote.url)
    if link is not None:
        lines[-1] += f" · [{safe(w('quotes.link', host=link.host))}](<{link.href}>)"
    elif quote.url:
        lines[-1] += " · " + safe(w("quotes.bare", url=quote.url))
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def sources(digest: Digest, w: Words) -> Iterator[str]:
    """Each source, its posts and how well it was heard."""
    yield f"## {w('sources.title')}"
    if not digest.sources:
        yield safe(w("sources.nothing"))
        return
    rows = [
        (one.name, *tally_cells(one.tally, w), shown.health(one, digest, w))
        for one in digest.sources
    ]
    head = [w("sources.source"), *tally_head(w), w("sources.health")]
    yield table(head, rows, numbers=range(1, len(head) - 1))


def groups(digest: Digest, w: Words) -> Iterator[str]:
    """Posts by platform and by language."""
    for one, many, found in (
        ("platform", "platforms", digest.platforms),
        ("language", "languages", digest.languages),
    ):
        if found:
            yield f"## {w(f'groups.{many}')}"
            yield group_table(w(f"groups.{one}"), found, w)


def group_table(name: str, found: Sequence[Group], w: Words) -> str:
    """A row for each group."""
    return table([name, *tally_head(w)], [(one.name, *tally_cells(one.tally, w)) for one in found])


def tally_head(w: Words) -> list[str]:
    """The heads of a tally's columns."""
    return [w(f"measure.{key}") for key in ("posts", "negative", "neutral", "positive", "net")]


def tally_cells(tally: Tally, w: Words) -> tuple[str, ...]:
    """A tally's columns."""
    counts = (tally.total, tally.negative, tally.neutral, tally.positive)
    return (*map(w.number, counts), w.signed(tally.net))


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] | set[int] = ()
) -> str:
    """A table; `numbers` are the columns set to the right, all but the first by default."""
    right = set(numbers) or set(range(1, len(head)))
    ruler = ["---:" if place in right else "---" for place in range(len(head))]
    lines = [[safe(cell) for cell in head], ruler, *([safe(c) for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
