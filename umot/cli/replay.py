"""`umot alerts replay`: a rule tried on history before it is switched on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import a_day, a_morning, morning, now, progress, rows, say, state

if TYPE_CHECKING:
    from umot.alerts.replay import Raised, Replay


def replay(
    context: typer.Context,
    rule: Annotated[str, typer.Option(help="A rule of docs/alerts.md, e.g. viral_negative.")],
    from_: Annotated[str, typer.Option("--from", help="The first day (YYYY-MM-DD).")],
    to: Annotated[str, typer.Option("--to", help="The last day, included (YYYY-MM-DD).")],
    every: Annotated[
        float, typer.Option(min=0.1, help="Hours between two moments at which the rule is asked.")
    ] = 1,
    live: Annotated[
        bool,
        typer.Option("--live", help="Take imported posts as if collected when they were posted."),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw the alerts into this .svg or .png file.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Run a rule over history: how often it fires, how early, how right.

    Each past moment is looked at as it was known then. The rule's settings are those of umot.toml,
    whether it is enabled or not; nothing is stored or sent.
    """
    from umot import charts
    from umot.alert_settings import RULES
    from umot.alerts import replay as past

    if format_ not in ("table", "json"):
        raise typer.BadParameter(f"{format_!r} is not one of table, json")
    if rule not in RULES:
        raise typer.BadParameter(f"{rule!r} is not one of {', '.join(RULES)}")
    if plot is not None:
        charts.check(plot)
    monitor = state(context).monitor()
    zone = monitor.settings.brand.time_zone
    start = a_morning(from_, zone)
    end = min(morning(a_day(to) + timedelta(days=1), zone), now())
    with monitor.warehouse.read() as db, progress() as show:
        found = past.replay(
            db,
            monitor.settings,
            rule,
            start,
            end,
            step=timedelta(hours=every),
            live=live,
            progress=show,
        )
    if format_ == "json":
        rows([json.dumps(found.facts(), indent=2)])
    else:
        rows([line(one) for one in found.alerts])
    say(summary(found))
    if plot is not None:
        draw(found, plot)
        say(f"drawn in {plot}")


def line(one: Raised) -> str:
    """An alert in one line: when, how grave, what about, what came of it, why."""
    lead = "" if one.lead_hours is None else f"{one.lead_hours:+.1f} h"
    came = "" if one.outcome is None else ("viral" if one.outcome.viral else "not viral")
    start = f"{one.raised_at:%Y-%m-%d %H:%M}Z"
    return "\t".join((start, one.severity, one.subject, came, lead, one.reason))


def summary(found: Replay) -> str:
    """What came of it, in one line."""
    count = len(found.alerts)
    alerts = f"{count} alert" if count == 1 else f"{count} alerts"
    parts = [f"{found.rule}: {alerts}, {found.a_week:.1f} a week"]
    if found.precision is not None:
        parts.append(f"{found.precision:.0%} of them went viral")
    if found.recall is not None:
        parts.append(f"{found.recall:.0%} of the viral posts alerted")
    if found.lead_hours is not None:
        side = "before" if found.lead_hours >= 0 else "after"
        parts.append(f"in the middle {abs(found.lead_hours):.1f} hours {side} the peak")
    if not found.observed:
        parts.append("no post was observed twice, so a rule on reach has nothing to go by")
    return ", ".join(parts)


def draw(found: Replay, path: Path) -> None:
    """The alerts by day, and their lead."""
    from umot import charts

    count = (found.end - found.start).days + 1
    days = [f"{found.start + timedelta(days=number):%Y-%m-%d}" for number in range(count)]
    alerts = [
        charts.Fired(one.raised_at, one.severity, one.lead_hours if viral(one) else None)
        for one in found.alerts
    ]
    charts.save(charts.replayed(found.rule, summary(found), alerts, days), path)


def viral(one: Raised) -> bool:
    """Whether its post is known to have gone viral."""
    return one.outcome is not None and one.outcome.viral


def register(group: typer.Typer) -> None:
    """Add the command to the group of alerts."""
    group.command()(replay)
