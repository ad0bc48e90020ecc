"""How well models read, in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from umot.charts.drawing import BLUE, FONT, GREY, INK, SIDE, library

if TYPE_CHECKING:
    import altair

DARK = 0.7  # share of a row from which white letters are easier to read than dark ones


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
