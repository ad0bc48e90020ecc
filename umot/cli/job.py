"""Commands of the main job: run, collect, classify, up, digest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import a_day, now, progress, reader, say, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umot.pipeline import Classified, Report, Visit

Names = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Only these sources.")]


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


def collect(context: typer.Context, sources: Names = None) -> None:
    """Fetch what is new from the sources and store it; read nothing yet."""
    from umot import pipeline

    monitor = state(context).monitor()
    wanted = monitor.sources(sources or [])
    if not wanted:
        say(f"no sources in {monitor.home / 'umot.toml'}; add some, or use umot import")
    at = now()
    with progress() as show:
        visits = [pipeline.attempt(monitor, source, now=at, progress=show) for source in wanted]
    monitor.warehouse.publish("umot collect")
    show_visits(visits)
    failed = [visit for visit in visits if visit.error]
    for visit in failed:
        say(f"umot: {visit.source}: {visit.error}")
    if failed:
        raise typer.Exit(1)


def classify(context: typer.Context) -> None:
    """Read what today's model has not read yet, and trace it back to the journey."""
    from umot import pipeline

    monitor = state(context).monitor()
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
        parts += [f"{counts.passed_over} passed over (erased, or too old)"] * (
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
        str, typer.Option(help="html, md or json.")
    ] = "md",
    language: Annotated[
        str | None, typer.Option(help="nl or en; else the brand's.", show_default=False)
    ] = None,
    brand: Annotated[
        str | None, typer.Option(help="Another brand than the configured one.", show_default=False)
    ] = None,
) -> None:
    """The sentiment digest of a day, to stdout."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from umot.digest import build, render

    if format not in ("html", "md", "json"):
        raise typer.BadParameter(f"{format!r} is not one of html, md, json")
    if language not in (None, "nl", "en"):
        raise typer.BadParameter(f"{language!r} is not one of nl, en")
    monitor = state(context).monitor()
    settings = monitor.settings
    local = now().astimezone(ZoneInfo(settings.brand.time_zone)).date()
    day = a_day(date) if date else local - timedelta(days=1)
    with monitor.warehouse.read() as db:
        made = build(
            db,
            brand or settings.brand.name,
            day,
            language=language or settings.brand.language,
            examples=settings.digest.examples,
        )
    sys.stdout.write(render(made, format).rstrip("\n") + "\n")


def up(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of the Prefect server, on 127.0.0.1.")] = 4200,
) -> None:
    """Start Prefect's server, a worker and the schedules; Ctrl-C stops all."""
    from flows.up import up as start

    raise typer.Exit(start(state(context).folder(), port))
