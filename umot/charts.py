"""Pictures of figures: the home of altair. They are drawn on this machine, without a browser.

Colours tell apart for colour-blind people too, and no picture relies on them alone. The libraries
are in the extra ``charts``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from umot.errors import Fatal

if TYPE_CHECKING:
    import altair

FORMATS = (".svg", ".png")
SCALE = 2.0  # pixels of a PNG per unit, so that letters are sharp on today's screens
SIDE = 300
INK, BLUE, GREY = "#22303c", "#1f5a99", "#8a949e"
DARK = 0.7  # share of a row from which white letters are easier to read than dark ones
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one model read some texts.

    `confusion` counts [truth, read] in the order of `labels`; `reliability` has (rows, mean
    confidence, accuracy) of each bin of confidence, shares 0 to 1.
    """

    title: str
    summary: str
    labels: Sequence[str]
    confusion: Sequence[Sequence[int]]
    reliability: Sequence[tuple[int, float, float]]


@dataclass(frozen=True, slots=True)
class Fired:
    """One alert of a replay: when (UTC), how grave, and hours of lead where its post went viral."""

    at: datetime
    severity: str
    lead_hours: float | None = None


def check(path: Path) -> None:
    """Raise `Fatal` where `save` could not write this file, before hours go into its figures."""
    if path.suffix.lower() not in FORMATS:
        raise Fatal(f"{path.name} is no picture that can be written: end it in .svg or .png")
    if not path.absolute().parent.is_dir():
        raise Fatal(f"there is no folder {path.absolute().parent} to write {path.name} in")
    library()


def library() -> Any:
    """The drawing library. Raises `Fatal` where the extra is not installed."""
    try:
        import altair
        import vl_convert  # noqa: F401  (altair draws with it)
    except ImportError as error:
        raise Fatal(
            f"pictures need the extra charts: pip install 'umot[charts]' ({error})"
        ) from error
    return altair


def save(chart: altair.TopLevelMixin, path: Path) -> None:
    """Write a chart as SVG or PNG, by the name of the file."""
    check(path)
    form: Literal["png", "svg"] = "png" if path.suffix.lower() == ".png" else "svg"
    chart.save(str(path), format=form, scale_factor=SCALE if form == "png" else 1.0)


def quality(found: Sequence[Quality]) -> altair.VConcatChart:
    """For each model a row: what was read as what, and how sure it was against how often right."""
    alt = library()
    rows = [
        alt.hconcat(confusion(one), reliability(one), spacing=50).properties(
            title=alt.TitleParams(one.title, subtitle=one.summary, anchor="start", offset=14)
        )
        for one in found
    ]
    return (  # type: ignore[no-any-return]
        alt.vconcat(*rows, spacing=40)
        .configure(font=FONT, padding=20, background="white")
        .configure_title(fontSize=16, subtitleFontSize=13, color=INK, subtitleColor=INK)
        .configure_axis(
            labelFontSize=12, titleFontSize=12, labelColor=INK, titleColor=INK, gridColor="#e6e9ec"
        )
        .configure_view(stroke=None)
    )


def confusion(one: Quality) -> Any:
    """The table of labels given by people (rows) and by the model; shade is the share of a row."""
    alt = library()
    cells = [
        {
            "truth": truth,
            "read": read,
            "share": count / max(sum(row), 1),
            "text": f"{count:,}",
            "percent": f"{count / max(sum(row), 1):.0%}",
        }
        for truth, row in zip(one.labels, one.confusion, strict=True)
        for read, count in zip(one.labels, row, strict=True)
    ]
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X("read:N", title="as the model read it", sort=list(one.labels)).axis(labelAngle=0),
        y=alt.Y("truth:N", title="as people labelled it", sort=list(one.labels)),
    )
    shade = alt.Scale(domain=[0, 1], range=["#f4f7fa", BLUE])
    ink = alt.when(alt.datum.share > DARK).then(alt.value("white")).otherwise(alt.value(INK))
    return alt.layer(
        base.mark_rect(stroke="white", strokeWidth=2).encode(
            color=alt.Color("share:Q", scale=shade, legend=None)
        ),
        base.mark_text(fontSize=17, dy=-8, fontWeight="bold").encode(text="text:N", color=ink),
        base.mark_text(fontSize=12, dy=12).encode(text="percent:N", color=ink),
    ).properties(width=SIDE, height=SIDE, title=heading("Read as (share of each row)"))


def reliability(one: Quality) -> Any:
    """How often the model was right, by how sure it was; the dashed line is perfect."""
    alt = library()
    total = sum(rows for rows, _, _ in one.reliability)
    points = [
        {"sure": sure, "right": right, "share": rows / max(total, 1)}
        for rows, sure, right in one.reliability
    ]
    whole = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    x = alt.X("sure:Q", title="how sure it was", scale=whole, axis=axis)
    y = alt.Y("right:Q", title="how often it was right", scale=whole, axis=axis)
    data = alt.Chart(alt.Data(values=points))
    ends = alt.Chart(alt.Data(values=[{"sure": 0, "right": 0}, {"sure": 1, "right": 1}]))
    size = alt.Size("share:Q", scale=alt.Scale(domain=[0, 1], range=[30, 900]), legend=None)
    return alt.layer(
        ends.mark_line(color=GREY, strokeDash=[6, 4]).encode(x=x, y=y),
        data.mark_line(color=BLUE, strokeWidth=2).encode(x=x, y=y),
        data.mark_circle(color=BLUE, opacity=0.85).encode(x=x, y=y, size=size),
    ).properties(width=SIDE, height=SIDE, title=heading("Sure and right (larger dots: more texts)"))


def heading(text: str) -> Any:
    """The title of one panel."""
    return library().TitleParams(text, fontSize=13, fontWeight="normal", anchor="start")


# The digest's pictures. In a page the colours follow light and dark by these names of its style.
TONES = {"negative": "#b4491c", "neutral": "#8b8f96", "positive": "#1f6a9e"}
TEXT, SOFT, LINE = "#1d1f23", "#565a62", "#dedbd3"
STYLE = {**TONES, "text": TEXT, "soft": SOFT, "line": LINE}
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


def installed() -> bool:
    """Whether pictures can be drawn here."""
    try:
        library()
    except Fatal:
        return False
    return True


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
        base.mark_text(dy=-21, fontSize=12, fontWeight="bold", color=TEXT).encode(
            x=x, y=y, text="shown:N"
        ),
    ]
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


def svg(chart: Any) -> str:
    """A picture as SVG for a page, its colours by the names of `STYLE` as CSS variables."""
    import vl_convert

    text: str = vl_convert.vegalite_to_svg(chart.to_json())
    for name, colour in STYLE.items():
        text = text.replace(f'"{colour}"', f'"var(--{name})"')
    return text


def png(chart: Any) -> bytes:
    """A picture as PNG on white, for mails."""
    import vl_convert

    painted = chart.properties(background="white")
    made: bytes = vl_convert.vegalite_to_png(painted.to_json(), scale=SCALE)
    return made


def replayed(title: str, summary: str, found: Sequence[Fired], days: Sequence[str]) -> Any:
    """A replay: how many alerts each of the `days` (YYYY-MM-DD, UTC) had, and how early they were.

    The lead is drawn where it is known, over the zero line of posts at their peak.
    """
    alt = library()
    order = ["low", "medium", "high"]
    colours = alt.Scale(domain=order, range=["#a9c4de", "#e0a13b", "#a3262a"])
    values = [
        {"day": f"{one.at:%Y-%m-%d}", "severity": one.severity, "lead": one.lead_hours}
        for one in found
    ]
    x = alt.X("day:O", title="day (UTC)", scale=alt.Scale(domain=list(days))).axis(labelAngle=-45)
    shade = alt.Color("severity:N", scale=colours, title="severity")
    data = alt.Chart(alt.Data(values=values))
    bars = data.mark_bar().encode(
        x=x,
        y=alt.Y("count():Q", title="alerts").axis(tickMinStep=1, format="d"),
        color=shade,
        order=alt.Order("severity:N"),
    )
    panels = [bars.properties(width=max(14 * len(days), SIDE), height=SIDE // 2)]
    if any(one.lead_hours is not None for one in found):
        known = data.transform_filter("isValid(datum.lead)")
        zero = alt.Chart(alt.Data(values=[{}])).mark_rule(color=GREY, strokeDash=[6, 4])
        leads = known.mark_point(filled=True, size=70, opacity=0.8).encode(
            x=x,
            y=alt.Y("lead:Q", title="hours before the peak"),
            color=shade,
            shape=alt.Shape("severity:N", sort=order, title="severity"),
        )
        panel = alt.layer(zero.encode(y=alt.datum(0)), leads)
        panels.append(panel.properties(width=max(14 * len(days), SIDE), height=SIDE // 2))
    return (
        alt.vconcat(*panels, spacing=24)
        .properties(title=alt.TitleParams(title, subtitle=summary, anchor="start", offset=14))
        .configure(font=FONT, padding=20, background="white")
        .configure_view(stroke=None)
    )
