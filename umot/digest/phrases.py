"""The sentences of a digest: its headline, and what was heard and read."""

from __future__ import annotations

from collections.abc import Sequence

from umot.digest.facts import Against, Change, Coverage, Digest, Group, Source, Tally, Unscored
from umot.digest.words import Words
from umot.language import format_date, join, sentence

SLIGHT, MUCH = 10, 30  # points of net sentiment: below is "slightly", from there on "clearly"
TOPIC = 3  # moments of one sort that a touchpoint needs to be named in the headline
FEW = 10  # posts per day, below which their mean has a decimal
WORDS = 3  # of complaints that are named in the headline
IMPORTS = "import:"  # how `umot import` names its sources
PERIODS: tuple[Against, ...] = ("day_before", "week_before")


def headline(digest: Digest, w: Words) -> str:
    """What happened, in one to four short sentences."""
    if not digest.posts.total:
        return " ".join([opening(digest, w), silence(digest.coverage, w), *alarms(digest, w)])
    parts = [opening(digest, w)]
    if digest.posts.scored:
        parts.append(tone_and_topic(digest, w))
        parts += spoken(digest, w)
    parts += alarms(digest, w)
    if digest.coverage.failed or digest.coverage.late:
        parts.append(w("headline.gaps"))
    return " ".join(parts)


def opening(digest: Digest, w: Words) -> str:
    """The day, how many posts, and how they read."""
    tally = digest.posts
    day = sentence(format_date(digest.day, w.language, "weekday"))
    if not tally.total:
        return w("headline.nothing", date=day)
    posts = w("headline.posts", n=tally.total)
    volume = telling(digest.changes, "posts")
    if volume is not None and volume.verdict in ("up", "down"):
        way = "busier" if volume.verdict == "up" else "quieter"
        posts = w(f"headline.{way}_{volume.against}", posts=posts, before=rate(volume.before, w))
    if not tally.scored:
        return w("headline.read_none", date=day, posts=posts)
    if tally.scored == tally.total:
        return w("headline.read_all", date=day, posts=posts, tones=tones(tally, w))
    return w(
        "headline.read_some", date=day, posts=posts, scored=tally.scored, tones=tones(tally, w)
    )


def rate(posts: float | None, w: Words) -> str:
    """Posts per day, with a decimal where they are few."""
    number = posts or 0.0
    return w.number(number, 1 if number < FEW and number != int(number) else 0)


def tones(tally: Tally, w: Words) -> str:
    """How scored posts read: "12 negatief en 15 positief", "allemaal neutraal"."""
    for label in ("negative", "neutral", "positive"):
        if getattr(tally, label) == tally.scored:
            return w(f"headline.only_{label}", n=tally.scored)
    return w(
        "headline.two_tones",
        first=w("headline.negative", n=tally.negative),
        second=w("headline.positive", n=tally.positive),
    )


def telling(changes: Sequence[Change], measure: str) -> Change | None:
    """The change worth telling: the first that is more than noise, else the first fair one.

    Where none is fair it is the last, of the longest period, whose reason says most.
    """
    found = [one for one in changes if one.measure == measure and one.against in PERIODS]
    for verdicts in (("up", "down"), ("same",)):
        for change in found:
            if change.verdict in verdicts:
                return change
    return found[-1] if found else None


def tone_and_topic(digest: Digest, w: Words) -> str:
    """How the mood compares, and what most criticism (or else praise) was about."""
    tone = mood(telling(digest.changes, "net"), w)
    places = [place for stage in digest.stages for place in stage.touchpoints]
    for kind, way in (("negative", "criticism"), ("positive", "praise")):
        top = most(places, kind)
        if top is not None:
            return w(f"headline.{way}", tone=tone, touchpoint=top.name)
    return w("headline.no_topic", tone=tone)


def spoken(digest: Digest, w: Words) -> list[str]:
    """The words that stand out in complaints, where some do."""
    found = digest.themes.complaints if digest.themes else ()
    named = [w("headline.word", word=theme.words) for theme in found[:WORDS]]
    return [w("headline.themes", words=join(named, w.language))] if len(named) > 1 else []


def most(places: Sequence[Group], label: str) -> Group | None:
    """The touchpoint with most moments of a label; None where those are few."""
    best: Group | None = None
    for place in places:
        count = getattr(place.tally, label)
        if count >= TOPIC and (best is None or count > getattr(best.tally, label)):
            best = place
    return best


def mood(change: Change | None, w: Words) -> str:
    """How net sentiment compares with before, without a full stop."""
    if change is None or change.difference is None:
        reason = "no_history" if change and change.reason == "no_history" else "few"
        return w(f"tone.{reason}")
    period = w(f"against.{change.against}")
    if change.verdict == "same":
        return w("tone.same", against=period)
    size = abs(change.difference)
    degree = "slightly_" if size < SLIGHT else "much_" if size >= MUCH else ""
    return w(f"tone.{degree}{change.verdict}", against=period)


def silence(coverage: Coverage, w: Words) -> str:
    """What it means that there is no post: that nobody wrote, or that nobody listened."""
    if not coverage.visited:
        return w("headline.silent_unvisited")
    heard = coverage.visited - len(coverage.failed) - len(coverage.late)
    if heard <= 0:
        return w("headline.silent_unheard")
    return w("headline.silent_heard" if coverage.complete else "headline.silent_gaps")


def alarms(digest: Digest, w: Words) -> list[str]:
    """The sentence about open alerts, where there are any."""
    return [w("headline.alerts", n=len(digest.alerts))] if digest.alerts else []


def coverage(
    sources: Sequence[Source], visited: int, posts: Tally, unscored: Unscored, w: Words
) -> Coverage:
    """What was heard and read. `visited` is how many sources had any visit in two weeks."""
    names = {
        state: tuple(source.name for source in sources if source.health.state == state)
        for state in ("ok", "failed", "late", "unvisited", "imported")
    }
    truncated = tuple(source.name for source in sources if source.health.truncated)
    lines = [*heard(names, visited, posts, w)]
    for what in ("failed", "late"):
        if names[what]:
            lines.append(w(f"coverage.{what}", sources=join(names[what], w.language)))
    if truncated:
        lines.append(w("coverage.truncated", sources=join(truncated, w.language)))
    for what in ("unvisited", "imported"):
        if names[what]:
            told = [name.removeprefix(IMPORTS) for name in names[what]]
            lines.append(w(f"coverage.{what}", sources=join(told, w.language)))
    if posts.total:
        lines.append(reading(posts, unscored, w))
    complete = visited > 0 and not (names["failed"] or names["late"] or truncated)
    return Coverage(
        complete,
        visited,
        names["failed"],
        names["late"],
        truncated,
        names["unvisited"],
        names["imported"],
        tuple(lines),
    )


def heard(names: dict[str, tuple[str, ...]], visited: int, posts: Tally, w: Words) -> list[str]:
    """How many sources were visited; nothing where all posts were brought in another way."""
    good = len(names["ok"])
    if not visited:
        return [] if posts.total else [w("coverage.none")]
    if good == visited:
        return [w("coverage.all_visited", n=visited)]
    return [w("coverage.some_visited", good=good, n=visited)]


def reading(posts: Tally, unscored: Unscored, w: Words) -> str:
    """How many posts were read, and why the others were not."""
    if posts.scored == posts.total:
        return w("coverage.read_all", n=posts.total)
    reasons = [
        w(f"coverage.{key}", n=count)
        for key, count in (
            ("language", unscored.language),
            ("empty", unscored.empty),
            ("unreadable", unscored.failed),
            ("deleted", unscored.deleted),
            ("unread", unscored.unread),
        )
        if count
    ]
    return w(
        "coverage.read_some",
        scored=posts.scored,
        n=posts.total,
        reasons=join(reasons, w.language),
    )
