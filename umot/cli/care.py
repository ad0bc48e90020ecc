"""Commands of the care of data: backup, restore, export, reprocess."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import a_day, now, progress, rows, say, state
from umot.cli.reprocess import reprocess
from umot.errors import UmotError

if TYPE_CHECKING:
    from datetime import datetime

    from umot.pipeline import Monitor

PATIENCE = 600.0  # seconds to wait for who erases now
FORMATS = ("parquet", "csv", "jsonl")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (backup, restore, export, reprocess):
        app.command()(command)


def backup(
    context: typer.Context,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="TARGET",
            help="A file, or a folder for a dated one; else backups in the data folder.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Remove the oldest dated backups there beyond this many.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Copy the whole warehouse to one checked file.

    Prints its path, bytes and rows. It holds names as the platforms gave them: keep it as safe as
    the warehouse. Configuration, journey map and author.key are files of their own.
    """
    from umot import forgetting
    from warehouse import backup as backups

    monitor = state(context).monitor()
    # Nothing may be erased between copying and putting in place: it would live on in the copy.
    with forgetting.alone(monitor.home, wait=PATIENCE):
        at = now()
        path = backups.place(target, monitor.home, at)
        if keep and not backups.DATED.fullmatch(path.name):
            raise typer.BadParameter("--keep counts dated backups: name a folder, or nothing")
        with progress() as show:
            made = backups.backup(monitor.warehouse, path, now=at, progress=show)
        rows([f"{made.path}\t{made.size}\t{made.manifest.rows}"])
        say(f"{made.manifest.rows:,} rows in {made.size / 1e6:,.1f} MB, checked")
        for gone in backups.prune(path.parent, keep, path) if keep else ():
            say(f"removed {gone}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that umot backup made.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a warehouse that holds anything.")
    ] = False,
) -> None:
    """Put a backup in the place of the warehouse.

    Prints its path, bytes and rows. The file is checked first. What was erased after it was made
    is erased again, and readers get the restored posts. Cut off at any moment, the old warehouse
    or the new one is there, whole.
    """
    from umot import forgetting
    from warehouse import restore as restoring

    monitor = state(context).monitor()
    at = now()
    with forgetting.alone(monitor.home, wait=PATIENCE):
        with progress() as show:
            done = restoring.restore(
                monitor.warehouse,
                file,
                now=at,
                force=force,
                progress=show,
                cleanse=lambda fresh: forgetting.cleanse(monitor, fresh, at),
            )
        made = done.manifest
        say(f"restored what umot {made.umot} backed up at {made.made_at:%Y-%m-%d %H:%M}Z")
        if done.damaged:
            say(f"the damaged file lies at {done.damaged}; remove it when nobody needs it")
        if done.withheld:
            say(f"{done.withheld} messages of the backup may have been sent since: umot alerts")
        problems = erase_again(monitor, at)
        monitor.warehouse.publish("umot restore")
    path = monitor.warehouse.path
    rows([f"{path}\t{path.stat().st_size}\t{made.rows}"])
    say("next: umot run")
    if problems:
        raise type(problems[0])("; ".join(map(str, problems)))


def erase_again(monitor: Monitor, at: datetime) -> list[UmotError]:
    """Finish erasing what a backup brought back: in the warehouse it is gone since before.

    Also what stood in the way of earlier requests a moment ago. Returns what does so now.
    """
    from umot import forgetting

    problems: list[UmotError] = []
    for request in forgetting.due(monitor, at, timedelta()):
        try:
            proof = forgetting.carry_out(monitor, request, at)
        except UmotError as error:
            request.failed(monitor.home, at)
            problems.append(error)
        else:
            say(f"erased again what the backup brought back; the proof: {proof}")
    return problems


def export(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where; it is made if it is not there.")
    ],
    format: Annotated[  # noqa: A002 - the option's name is part of the contract
        str, typer.Option(help="parquet, csv or jsonl.")
    ] = "parquet",
    tables: Annotated[
        str | None,
        typer.Option(help="Only these tables and views: posts,mentions,…", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From this day on (YYYY-MM-DD).", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="To this day, included (YYYY-MM-DD).", show_default=False)
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier export in the folder.")
    ] = False,
) -> None:
    """Write the published tables and views as files.

    Prints each with its rows. No raw items, no names. In parquet, what belongs to posts lies in a
    folder a month. Days are the brand's. The folder's manifest.json tells what is there.
    """
    from warehouse import export as exports

    if format not in FORMATS:
        raise typer.BadParameter(f"{format!r} is not one of {', '.join(FORMATS)}")
    first, last = a_day(since) if since else None, a_day(until) if until else None
    if first and last and first > last:
        raise typer.BadParameter(f"--since {first} is after --until {last}")
    monitor = state(context).monitor()
    chosen = [name.strip() for name in (tables or "").split(",") if name.strip()]
    scope = exports.Scope(format, monitor.settings.brand.time_zone, chosen, first, last)
    with progress() as show:
        done = exports.export(
            monitor.warehouse, folder, scope, now=now(), force=force, progress=show
        )
    rows([f"{one.table}\t{one.rows}" for one in done])
    say(f"{len(done)} tables, {sum(one.rows for one in done):,} rows in {folder}")
