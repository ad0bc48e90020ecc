"""The alerts of a replay in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from umot.charts.drawing import FONT, GREY, SIDE, library


@dataclass(frozen=True, slots=True)
class Fired:
    """One alert of a replay: when (UTC), how grave, and hours of lead where its post went viral."""

    at: datetime
    severity: str
    lead_hours: float | None = None


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
