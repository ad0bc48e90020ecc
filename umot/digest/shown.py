"""What the page, the Markdown and the terminal all show alike: plain text, not yet escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from umot.digest.change import MIN_DAYS, MIN_POSTS
from umot.digest.facts import (
    Against,
    Change,
    DayTally,
    Digest,
    Measure,
    OpenAlert,
    Quote,
    Source,
    Tally,
)
from umot.digest.words import Words
from umot.language import format_date, format_time, join

TOUCHPOINTS = 3  # of a stage that are shown
ALERTS = 10  # that are shown in full


def value(measure: Measure, number: float | None, w: Words) -> str:
    """A measure's number in its own unit."""
    if number is None:
        return "–"
    if measure == "net":
        return w.signed(number)
    if measure == "posts":
        return w.number(number, 0 if number == int(number) else 1)
    return w.percent(number)


def changed(change: Change, w: Words) -> str:
    """How a measure compares: a word and what it was, or why it cannot be told."""
    if change.verdict == "unknown":
        return w(f"change.{change.reason}")
    before = value(change.measure, change.before, w)
    if change.verdict == "same":
        return w("change.same", before=before)
    up = change.verdict == "up"
    if change.measure == "posts":
        key = "more" if up else "fewer"
    elif change.measure == "net":
        key = "better" if up else "worse"
    else:
        key = "higher" if up else "lower"
    return w(f"change.{key}", before=before)


def compared(digest: Digest) -> list[Against]:
    """What the day is compared with: the same weekday only once that can be told."""
    known = {one.against for one in digest.changes if one.verdict != "unknown"}
    always: list[Against] = ["day_before", "week_before"]
    return [*always, "weekday_before"] if "weekday_before" in known else always


def heads(digest: Digest, w: Words) -> list[str]:
    """The heads of the columns of `changes`."""
    return [w(f"change.{key}") for key in ("measure", "today", *compared(digest))]


def changes(digest: Digest, w: Words) -> list[tuple[str, ...]]:
    """Rows of measure, this day, and how it compares with each of `compared`."""
    by_key: dict[tuple[Measure, Against], Change] = {
        (one.measure, one.against): one for one in digest.changes
    }
    measures = list(dict.fromkeys(one.measure for one in digest.changes))
    return [
        (
            w(f"measure.{measure}"),
            value(measure, by_key[measure, "day_before"].now, w),
            *(changed(by_key[measure, against], w) for against in compared(digest)),
        )
        for measure in measures
    ]


def comparable(digest: Digest) -> bool:
    """Whether any measure can be compared with before."""
    return any(one.verdict != "unknown" for one in digest.changes)


def incomparable(digest: Digest, w: Words) -> str:
    """Why nothing can be compared, in a line; empty where something can, or nothing was said."""
    if comparable(digest) or not digest.posts.total:
        return ""
    reasons = dict.fromkeys(changed(one, w) for one in digest.changes)
    return f"{w('change.title')}: {join(reasons, w.language)}."


def alive(digest: Digest) -> bool:
    """Whether the last days had any post."""
    return any(one.tally.total for one in digest.history)


def doubtful(digest: Digest) -> bool:
    """Whether the reader must know that not all was heard."""
    heard = digest.coverage
    silent = not heard.visited and not digest.posts.total
    return silent or bool(heard.failed or heard.late or heard.truncated)


def described(tally: Tally, w: Words) -> str:
    """A tally in words, the text alternative of its bar."""
    if not tally.scored:
        return w("tally.nothing_scored")
    return w(
        "tally.alternative",
        negative=tally.negative,
        negative_share=w.percent(tally.negative_share),
        neutral=tally.neutral,
        neutral_share=w.percent(tally.neutral_share),
        positive=tally.positive,
        positive_share=w.percent(tally.positive_share),
    )


def known(digest: Digest) -> Sequence[DayTally]:
    """The last days from the first with a post on: before it, nobody may have listened."""
    begun = [bool(one.tally.total) for one in digest.history]
    return digest.history[begun.index(True) if True in begun else -1 :]


def history(digest: Digest, w: Words) -> str:
    """The chart of the last days in a sentence."""
    told = known(digest)
    totals = [one.tally.total for one in told]
    return w(
        "history.alternative",
        first=format_date(told[0].day, w.language, "weekday"),
        last=format_date(told[-1].day, w.language, "weekday"),
        least=min(totals),
        most=max(totals),
    )


def places(digest: Digest, key: str, w: Words) -> list[str]:
    """The touchpoints most spoken of at a stage."""
    stage = next(one for one in digest.stages if one.key == key)
    return [
        w(
            "journey.touchpoint",
            name=place.name,
            moments=w("journey.moments", n=place.tally.total),
            net=w.signed(place.tally.net),
        )
        for place in stage.touchpoints[:TOUCHPOINTS]
    ]


def health(source: Source, digest: Digest, w: Words) -> str:
    """How well a source was heard, in words."""
    found = source.health
    zone = ZoneInfo(digest.time_zone)
    if found.state == "failed":
        text = w("sources.failed", error=found.error or "–")
    elif found.state == "late" and found.last_success is None:
        text = w("sources.never")
    elif found.state == "late" and found.last_success is not None:
        text = w("sources.late", **when(found.last_success, zone, w))
    else:
        text = w(f"sources.{found.state}")
    if found.truncated:
        text += "; " + w("sources.truncated", what=found.truncated)
    return text


def remarks(quote: Quote, digest: Digest, w: Words) -> list[str]:
    """What stands under a quote: source, time, stars, reach, the stage of its peak."""
    zone = ZoneInfo(digest.time_zone)
    shown = [quote.source]
    if quote.posted_at is not None:
        if quote.posted_at.astimezone(zone).date() == digest.day:
            shown.append(format_time(quote.posted_at, w.language, zone))
        else:
            shown.append(w("quotes.posted", **when(quote.posted_at, zone, w)))
    if quote.rating is not None:
        stars = w.number(quote.rating, 0 if quote.rating == int(quote.rating) else 1)
        shown.append(w("quotes.rating", stars=stars))
    for what in ("likes", "replies", "shares"):
        if count := getattr(quote, what):
            shown.append(w(f"quotes.{what}", n=count))
    if quote.stage_name and quote.touchpoint_name:
        shown.append(w("quotes.peak", stage=quote.stage_name, touchpoint=quote.touchpoint_name))
    elif quote.stage_name:
        shown.append(quote.stage_name)
    return shown


def alarm(alert: OpenAlert, w: Words) -> str:
    """What sort of alert it is, and how grave."""
    kind, severity = f"alerts.{alert.kind}", f"severity.{alert.severity}"
    title = w(kind if kind in w.entries else "alerts.other")
    return f"{title} ({w(severity)})" if severity in w.entries else title


def raised(alert: OpenAlert, digest: Digest, w: Words) -> str:
    """Since when an alert is open."""
    return w("alerts.raised", **when(alert.raised_at, ZoneInfo(digest.time_zone), w))


def when(moment: datetime, zone: ZoneInfo, w: Words) -> dict[str, str]:
    """Date and time of a moment on the brand's clocks."""
    return {
        "date": format_date(moment.astimezone(zone).date(), w.language, "medium"),
        "time": format_time(moment, w.language, zone),
    }


def foot(digest: Digest, w: Words) -> list[str]:
    """How to read it, what it holds, and of which hours it is."""
    zone = ZoneInfo(digest.time_zone)
    start, end = when(digest.starts_at, zone, w), when(digest.ends_at, zone, w)
    return [
        w("page.method", posts=MIN_POSTS, days=MIN_DAYS),
        w("page.as_of"),
        w(
            "page.footer",
            start=", ".join(start.values()),
            end=", ".join(end.values()),
            zone=digest.time_zone,
        ),
    ]


def unseen(found: Sequence[Quote], digest: Digest, most: int) -> list[Quote]:
    """Quotes that do not stand further up in a mail: `most` of the alerts' and answers owed do."""
    above = [alert.post for alert in digest.alerts[:most]] + list(digest.answers[:most])
    known = {quote.post_id for quote in above if quote is not None}
    return [quote for quote in found if quote.post_id not in known]


def more(alerts: Sequence[OpenAlert], w: Words) -> str | None:
    """How many alerts are not shown in full, where some are not."""
    rest = len(alerts) - ALERTS
    return w("alerts.more", n=rest) if rest > 0 else None
