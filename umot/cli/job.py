"""Commands of the main job: run, collect, classify, up, digest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import (
    a_day,
    a_morning,
    borrow_secrets,
    now,
    progress,
    reader,
    rows,
    say,
    state,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date as Day  # noqa: N812 - date is the name of an option

    from umot.pipeline import Classified, Monitor, Report, Visit

Names = Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Only these sources.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (run, collect, classify, digest, up):
        app.command()(command)


def run(
    context: typer.Context,
    sources: Names = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Without Prefect: no retries, no run history.")
    ] = False,
) -> None:
    """One pass: collect, classify, trace, alert, publish."""
    monitor = state(context).monitor()
    chosen = [source.name for source in monitor.sources(sources or [])]
    if not chosen:
        say(f"no sources in {monitor.home / 'umot.toml'}: only what is stored will be read")
    with progress() as show:
        if plain:
            from umot import forgetting, pipeline

            forgetting.catch_up(monitor, now())
            report = pipeline.run(
                monitor, lambda: reader(monitor), chosen, now=now(), progress=show
            )
            forgetting.settle(monitor, now())
        else:
            from flows.environment import prepare

            prepare(monitor.home)
            from flows.monitor import run_monitor

            report = run_monitor(monitor.home, chosen, now(), show)
    finish(report)


def finish(report: Report) -> None:
    """Say what a pass did; exit code 1 where a source failed."""
    show_visits(report.visits)
    show_classified(report.classified)
    for alert in report.alerts:
        say(f"alert ({alert.severity}) {alert.subject}: {alert.reason}")
    for line in report.delivered.failures:
        say(f"umot: {line}")
    if report.failures:
        for line in report.failures:
            say(f"umot: {line}")
        raise typer.Exit(1)


def collect(
    context: typer.Context,
    sources: Names = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Read again from this day on (YYYY-MM-DD), as far back as each platform gives.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fetch what is new and store it; umot classify reads it."""
    from umot import forgetting, pipeline
    from umot.pipeline.together import collect_all

    monitor = state(context).monitor()
    wanted = monitor.sources(sources or [])
    if not wanted:
        say(f"no sources in {monitor.home / 'umot.toml'}; add some, or use umot import")
    start = a_morning(since, monitor.settings.brand.time_zone) if since else None
    for source in wanted if start else ():
        if not pipeline.goes_back(source):
            say(f"{source.name}: {source.connector} gives what it holds now, however old that is")
    forgetting.catch_up(monitor, now())
    with progress() as show:
        visits = collect_all(monitor, wanted, now=now(), progress=show, since=start)
    monitor.warehouse.publish("umot collect")
    show_visits(visits)
    failed = [visit for visit in visits if visit.error]
    for visit in failed:
        say(f"umot: {visit.source}: {visit.error}")
    if failed:
        raise typer.Exit(1)


def classify(context: typer.Context) -> None:
    """Read the posts that are unread: how they feel, and about what.

    That is, all that the configured model has not read yet on today's journey map.
    """
    from umot import forgetting, pipeline

    monitor = state(context).monitor()
    forgetting.catch_up(monitor, now())
    with progress() as show:
        done = pipeline.classify(monitor, reader(monitor), now=now(), progress=show)
        monitor.warehouse.publish("umot classify")
    show_classified(done)


def show_visits(visits: Sequence[Visit]) -> None:
    """A line per source on stderr."""
    for visit in visits:
        if visit.error:
            continue
        counts = visit.counts
        parts = [f"{counts.seen} seen", f"{counts.new} new"]
        parts += [f"{counts.changed} changed"] if counts.changed else []
        parts += [f"{counts.deleted} deleted"] if counts.deleted else []
        parts += [f"{counts.rejected} rejected (see the rejects table)"] if counts.rejected else []
        parts += [f"{counts.passed_over} passed over (not about the brand, erased, or too old)"] * (
            counts.passed_over > 0
        )
        parts += [f"truncated: {visit.truncated}"] if visit.truncated else []
        say(f"{visit.source}: {', '.join(parts)}")


def show_classified(done: Classified) -> None:
    """A line about what was read, on stderr."""
    line = f"read {done.scored} posts, {done.moments} moments"
    line += f"; {done.unscored} unscored (another language, or empty)" if done.unscored else ""
    line += f"; {done.failed} failed" if done.failed else ""
    say(line)


def digest(
    context: typer.Context,
    date: Annotated[
        str | None, typer.Option(help="The day (YYYY-MM-DD); else yesterday.", show_default=False)
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name is part of the contract
        str, typer.Option(help="html, md, json or eml (a mail).")
    ] = "md",
    language: Annotated[
        str | None, typer.Option(help="nl or en; else the brand's.", show_default=False)
    ] = None,
    brand: Annotated[
        str | None,
        typer.Option(
            help="Another brand than the configured one, e.g. a competitor.", show_default=False
        ),
    ] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send", help="Send it to the [[digest.channels]] of umot.toml that have not had it."
        ),
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh", help="Make it again from what is known now, as the next revision."
        ),
    ] = False,
) -> None:
    """Print or send the digest of a day.

    It goes to stdout; one that was sent is shown as it was sent.
    """
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from umot.digest import FORMATS, render, sending
    from umot.digest.words import languages

    if format not in FORMATS:
        raise typer.BadParameter(f"{format!r} is not one of {', '.join(FORMATS)}")
    if language is not None and language not in languages():
        raise typer.BadParameter(f"{language!r} is not one of {', '.join(languages())}")
    monitor = state(context).monitor()
    settings = monitor.settings
    local = now().astimezone(ZoneInfo(settings.brand.time_zone)).date()
    day = a_day(date) if date else local - timedelta(days=1)
    name, spoken = brand or settings.brand.name, language or settings.brand.language
    if send:
        borrow_secrets(context)
        send_it(monitor, day, name, language, refresh)
        return
    if refresh:
        sending.keep(monitor.warehouse, settings, name, day, [spoken], refresh=True, now=now())
        monitor.warehouse.publish("umot digest")
    with monitor.warehouse.read() as db:
        made = sending.shown(db, settings, name, day, spoken)
    sys.stdout.write(render(made, format).rstrip("\n") + "\n")


def send_it(monitor: Monitor, day: Day, brand: str, language: str | None, refresh: bool) -> None:
    """Send a day's digest, and say how it fares at each channel; exit code 1 where one failed."""
    from flows.digest_files import send_digest

    sent = send_digest(monitor.home, day, brand=brand, language=language, refresh=refresh)
    say(f"digest of {day}, revision {sent.revision}")
    for one in sent.sendings:
        at = f" on {one.sent_at:%Y-%m-%d %H:%M}Z" if one.sent_at else ""
        rows([f"{one.recipient}\t{one.state}{at}\t{one.error or ''}".rstrip()])
    if sent.missing:
        raise typer.Exit(1)


def up(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of the Prefect server, on 127.0.0.1.")] = 4200,
    console_port: Annotated[
        int, typer.Option(help="Port of the web console, on 127.0.0.1; 0: without it.")
    ] = 4242,
) -> None:
    """Run everything on schedule, with the web console. Ctrl-C stops it.

    It starts Prefect's server, a worker, the schedules and the console.
    """
    from flows.up import up as start

    raise typer.Exit(start(state(context).folder(), port, console=console_port or None))
