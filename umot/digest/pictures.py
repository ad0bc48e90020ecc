"""The pictures of a digest, where they can be drawn; what they show also stands in words."""

from __future__ import annotations

from umot import charts
from umot.digest import shown
from umot.digest.facts import Digest
from umot.digest.words import Words
from umot.language import format_date


def days(digest: Digest) -> bytes | None:
    """The posts of the last days as PNG; None where there are none or no picture can be drawn."""
    if not charts.installed() or not any(one.tally.total for one in digest.history):
        return None
    columns = [
        charts.Column(
            str(one.day.day),
            {
                "negative": one.tally.negative,
                "neutral": one.tally.neutral,
                "positive": one.tally.positive,
            },
        )
        for one in digest.history
    ]
    return charts.png(charts.days(columns))


def journey_svg(digest: Digest, w: Words) -> str | None:
    """The journey for a page; None as `days`."""
    found = steps(digest, w)
    return charts.svg(charts.journey(found)) if found else None


def journey_png(digest: Digest, w: Words) -> bytes | None:
    """The journey for a mail; None as `days`."""
    found = steps(digest, w)
    return charts.png(charts.journey(found, charts.WIDE)) if found else None


def steps(digest: Digest, w: Words) -> list[charts.Step]:
    """The stages as points; empty where no moment was traced or no picture can be drawn."""
    if not charts.installed() or not any(stage.tally.total for stage in digest.stages):
        return []
    return [
        charts.Step(
            w(f"short.{stage.key}"),
            stage.tally.net,
            w.signed(stage.tally.net),
            stage.change.before if stage.change else None,
            stage.tally.total,
        )
        for stage in digest.stages
    ]


def journey_alternative(digest: Digest, w: Words) -> str:
    """The picture of the journey in a sentence."""
    points = "; ".join(f"{stage.name} {w.signed(stage.tally.net)}" for stage in digest.stages)
    return f"{w('send.chart_journey')}: {points}"


def days_alternative(digest: Digest, w: Words) -> str:
    """The picture of the last days in a sentence."""
    points = "; ".join(
        f"{format_date(one.day, w.language, 'short')} {w.number(one.tally.total)}"
        for one in shown.known(digest)
    )
    return f"{w('send.chart_days')}: {points}"
