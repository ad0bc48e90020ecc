"""`umot alerts`: what needs people, and what became of it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umot.cli import replay
from umot.cli.common import borrow_secrets, now, rows, say, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from umot.pipeline import Monitor
    from warehouse import Connection
    from warehouse.alert_list import Listed

All = Annotated[bool, typer.Option("--all", help="Show acknowledged and closed ones too.")]
Format = Annotated[str, typer.Option("--format", help="text or json.")]
Which = Annotated[
    str,
    typer.Argument(
        metavar="ALERT", help="Its subject as umot alerts shows it, its id, or how that begins."
    ),
]
Note = Annotated[
    str | None, typer.Option(help="A note to keep with the alert.", show_default=False)
]
By = Annotated[
    str | None, typer.Option(help="Who does this; else who is logged in.", show_default=False)
]
TOLD = ("answered", "resolved", "escalated")  # of a thread; that it is open goes without saying

group = typer.Typer()


@group.callback(invoke_without_command=True)
def alerts(context: typer.Context, all_: All = False, format_: Format = "text") -> None:
    """Warnings that need people. Without a command it lists the open ones."""
    if context.invoked_subcommand is None:
        show(context, all_, format_)


@group.command("list")
def list_(context: typer.Context, all_: All = False, format_: Format = "text") -> None:
    """List the open alerts. In columns: time, severity, rule, brand, subject, state, reason."""
    show(context, all_, format_)


def show(context: typer.Context, all_: bool, form: str) -> None:
    """Print the alerts, and say which messages about them did not arrive."""
    from warehouse import alert_list, alert_threads, outbox

    if form not in ("text", "json"):
        raise typer.BadParameter(f"{form!r} is not one of text, json")
    with state(context).monitor().warehouse.read() as db:
        found = alert_list.listed(db, now=now(), closed=all_)
        threads = alert_threads.threads(db, found)
        sent = outbox.deliveries(db) if form == "json" else ()
        troubled = outbox.undelivered(db)
    if form == "json":
        of_alert: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in sent:
            values = asdict(one)
            of_alert[values.pop("alert_id")].append(values)
        shown = [
            {
                **asdict(one),
                "thread": threads.get(one.alert_id),
                "deliveries": of_alert[one.alert_id],
            }
            for one in found
        ]
        rows([json.dumps(shown, indent=2, default=as_text)])
    else:
        rows([line(one, threads.get(one.alert_id)) for one in found])
        if not found:
            say("no alerts" if all_ else "no open alerts")
    for trouble in troubled:
        end = "given up" if trouble.state == "given_up" else "still being tried"
        say(f"{trouble.count} to {trouble.recipient!r} {end}: {trouble.error}")


def line(alert: Listed, thread: str | None) -> str:
    """An alert in one line; `thread` is what has come of the post's thread, if anything."""
    state = f"{alert.state}, {thread}" if thread in TOLD else alert.state
    parts = (alert.severity, alert.kind, alert.brand, alert.subject, state, alert.reason)
    return f"{alert.raised_at:%Y-%m-%d %H:%M}Z\t" + "\t".join(parts)


def as_text(value: object) -> str:
    """A time in JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


@group.command()
def ack(context: typer.Context, alert: Which, note: Note = None, by: By = None) -> None:
    """Take an alert up: it leaves the list of open ones.

    What still waits to be sent about it is not sent any more.
    """
    from warehouse import alert_states

    def change(db: Connection, found: str, moment: datetime) -> None:
        alert_states.acknowledge(db, found, by=by or who(), note=note, now=moment)

    say(f"alert {changed(context, alert, change)} acknowledged")


@group.command()
def snooze(
    context: typer.Context,
    alert: Which,
    hours: Annotated[float, typer.Option(min=0.1, help="How many hours.")] = 24,
    until: Annotated[
        str | None,
        typer.Option(
            help="Instead, a time on the brand's clocks: 2026-01-31 or 2026-01-31T09:00.",
            show_default=False,
        ),
    ] = None,
    note: Note = None,
    by: By = None,
) -> None:
    """Keep an alert quiet for a while. If its rule still fires then, it is told of again."""
    from warehouse import alert_states

    end = a_moment(until, state(context).monitor()) if until else now() + timedelta(hours=hours)

    def change(db: Connection, found: str, moment: datetime) -> None:
        alert_states.snooze(db, found, until=end, by=by or who(), note=note, now=moment)

    say(f"alert {changed(context, alert, change)} snoozed until {end:%Y-%m-%d %H:%M}Z")


@group.command()
def close(context: typer.Context, alert: Which, note: Note = None, by: By = None) -> None:
    """Close an alert. If its rule still fires after the cooldown, it comes back."""
    from warehouse import alert_states

    def change(db: Connection, found: str, moment: datetime) -> None:
        alert_states.close(db, found, by=by or who(), note=note, now=moment)

    say(f"alert {changed(context, alert, change)} closed")


@group.command("test")
def try_channels(
    context: typer.Context,
    channels: Annotated[
        list[str] | None, typer.Argument(metavar="CHANNEL", help="Only these channels.")
    ] = None,
) -> None:
    """Send every channel a message marked as a test. Exit code 1 where one fails."""
    from umot.notify.channels import try_out

    monitor = state(context).monitor()
    borrow_secrets(context)
    failed = False
    for outcome in try_out(monitor.settings, channels or ()):
        rows([f"{outcome.channel}\t{'failed' if outcome.error else 'sent'}\t{outcome.error or ''}"])
        failed = failed or outcome.error is not None
    if not monitor.settings.alerts.channels:
        say(f"no channels in {monitor.home / 'umot.toml'}: add [[alerts.channels]]")
    if failed:
        raise typer.Exit(1)


def changed(
    context: typer.Context, wanted: str, change: Callable[[Connection, str, datetime], None]
) -> str:
    """Change the alert that is meant and publish it; returns its id."""
    from warehouse import alert_list

    warehouse = state(context).monitor().warehouse
    warehouse.readable()  # without a warehouse there is nothing to change, and none to make
    with warehouse.transaction("umot alerts") as db:
        found = alert_list.find(db, wanted)
        change(db, found, now())
    warehouse.publish("umot alerts")
    return found


def who() -> str:
    """Who is at the keyboard, as far as this machine knows."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have
        return "unknown"


def a_moment(text: str, monitor: Monitor) -> datetime:
    """A date or time on the brand's clocks. Raises typer's usage error otherwise."""
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a time like 2026-01-31T09:00", param_hint="--until"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(monitor.settings.brand.time_zone))
    return moment.astimezone(UTC)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    replay.register(group)
    app.add_typer(group, name="alerts")
