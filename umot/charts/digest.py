"""The pictures of the digest; in a page their colours, by the names in `STYLE`, follow its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from umot.charts.drawing import FONT, SCALE, library

TONES = {"negative": "#b4491c", "neutral": "#8b8f96", "positive": "#1f6a9e"}
TEXT, SOFT, LINE = "#1d1f23", "#565a62", "#dedbd3"
STYLE = {**TONES, "text": TEXT, "soft": SOFT, "line": LINE}
ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
WIDE = 560  # of a picture in a mail
NARROW = 330  # of one that a phone must show too


@dataclass(frozen=True, slots=True)
class Column:
    """One day: what stands under it, and how many posts of each tone, by the names in `TONES`."""

    label: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the journey: net sentiment now and before (-100 to 100), how many moments."""

    label: str
    net: float | None
    shown: str
    before: float | None
    moments: int


def days(columns: Sequence[Column], width: int = WIDE) -> Any:
    """Posts per day in stacked columns, the criticism at the bottom where it is compared best."""
    alt = library()
    rows = [
        {"place": place, "label": one.label, "tone": tone, "order": order, "posts": count}
        for place, one in enumerate(columns)
        for order, tone in enumerate(TONES)
        if (count := one.counts.get(tone, 0))
    ]
    names = ", ".join(f"{place}: {json.dumps(one.label)}" for place, one in enumerate(columns))
    axis = alt.Axis(title=None, labelAngle=0, ticks=False, labelExpr=f"({{{names}}})[datum.value]")
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("place:O", axis=axis, scale=alt.Scale(domain=list(range(len(columns))))),
            y=alt.Y("posts:Q", axis=alt.Axis(title=None, tickCount=3, format="d")),
            color=alt.Color(
                "tone:N",
                legend=None,
                scale=alt.Scale(domain=list(TONES), range=list(TONES.values())),
            ),
            order="order:O",
        )
        .properties(width=width - 60, height=110)
    )
    return dressed(chart)


def journey(steps: Sequence[Step], width: int = NARROW) -> Any:
    """Net sentiment stage by stage; larger dots have more moments, rings are the week before."""
    alt = library()
    rows = [
        {
            "label": one.label,
            "net": one.net,
            "before": one.before,
            "shown": one.shown,
            "moments": one.moments,
            "tone": "negative" if one.net < 0 else "positive" if one.net > 0 else "neutral",
        }
        for one in steps
        if one.net is not None
    ]
    names = [one.label for one in steps]
    x = alt.X(
        "label:N",
        sort=names,
        scale=alt.Scale(domain=names),
        axis=alt.Axis(title=None, labelAngle=0, labelExpr="split(datum.label, ' ')", ticks=False),
    )
    limits = alt.Scale(domain=[-100, 100])
    y = alt.Y("net:Q", scale=limits, axis=alt.Axis(title=None, values=[-100, -50, 0, 50, 100]))
    base = alt.Chart(alt.Data(values=rows))
    tones = alt.Scale(domain=list(TONES), range=list(TONES.values()))
    size = alt.Size("moments:Q", scale=alt.Scale(rangeMin=40, rangeMax=420), legend=None)
    zero = alt.Chart(alt.Data(values=[{"net": 0}])).mark_rule(color=SOFT).encode(y=y)
    layers = [
        zero,
        base.mark_line(color=SOFT, strokeWidth=1.5).encode(x=x, y=y),
        base.transform_filter("isValid(datum.before)")
        .mark_point(color=SOFT, size=45, strokeDash=[2, 2], filled=False)
        .encode(x=x, y=alt.Y("before:Q", scale=limits)),
        base.mark_circle(opacity=1).encode(
            x=x, y=y, size=size, color=alt.Color("tone:N", scale=tones, legend=None)
        ),
    ]
    # The number stands on the side where the ring is not.
    for away, rule in ((-21, "!(datum.before > datum.net)"), (23, "datum.before > datum.net")):
        number = base.transform_filter(rule).mark_text(
            dy=away, fontSize=12, fontWeight="bold", color=TEXT
        )
        layers.append(number.encode(x=x, y=y, text="shown:N"))
    return dressed(alt.layer(*layers).properties(width=width - 40, height=150))


def dressed(chart: Any) -> Any:
    """A picture of the digest in its colours, on nothing: what is behind shows through."""
    return (
        chart.configure(font=FONT, padding=6, background="transparent", aria=False)
        .configure_axis(
            labelFontSize=11,
            labelColor=SOFT,
            gridColor=LINE,
            domainColor=SOFT,
            tickColor=LINE,
            labelPadding=6,
        )
        .configure_view(stroke=None)
    )


def described(chart: Any) -> dict[str, Any]:
    """What to draw, not checked a second time: altair checks each part as it is made."""
    found: dict[str, Any] = chart.to_dict(validate=False)
    return found


def svg(chart: Any) -> str:
    """A picture as SVG for a page, its colours by the names of `STYLE` as CSS variables."""
    import vl_convert

    text: str = vl_convert.vegalite_to_svg(described(chart))
    for name, colour in STYLE.items():
        text = text.replace(f'"{colour}"', f'"var(--{name})"')
    # The page says in words what the picture shows; roles of its marks without names help nobody.
    text = ROLES.sub("", text)
    return text.replace("<svg ", '<svg aria-hidden="true" ', 1)


def png(chart: Any) -> bytes:
    """A picture as PNG on white, for mails."""
    import vl_convert

    painted = chart.properties(background="white")
    made: bytes = vl_convert.vegalite_to_png(described(painted), scale=SCALE)
    return made
