"""Commands of the data: import and sql."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from umot.cli.common import existing, mapping, now, progress, say, state
from umot.cli.sql import sql


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(name="import")(import_)
    app.command()(sql)


def import_(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="CSV, JSON Lines or Parquet files.")
    ],
    platform: Annotated[
        str, typer.Option(help="Where the posts were published, e.g. trustpilot.")
    ] = "file",
    kind: Annotated[str, typer.Option(help="review, post or comment.")] = "post",
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            help="Which column holds what: body=text,posted_at=date,…; else as their names say.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of all rows, e.g. nl; else told by text.", show_default=False),
    ] = None,
    brand: Annotated[
        str | None,
        typer.Option(help="The brand they are about; else your own.", show_default=False),
    ] = None,
    competitor: Annotated[
        bool, typer.Option("--competitor", help="That brand is a competitor.")
    ] = False,
) -> None:
    """Store posts from exported files. Needs no configuration; a second time adds nothing."""
    from umot import pipeline
    from umot.config import Source

    monitor = state(context).monitor()
    settings: dict[str, Any] = {"platform": platform, "kind": kind}
    if columns := mapping(map_):
        settings["map"] = columns
    if language:
        settings["language"] = language
    say(f"storing in {monitor.home}")
    # It says which columns it takes for what, where --map does not.
    logging.getLogger("connectors.files").setLevel(logging.INFO)
    rejected = 0
    with progress() as show:
        for file in files:
            source = Source(
                name=f"import:{file.name}",
                connector="files",
                brand=brand,
                role="competitor" if competitor else "own",
                **{**settings, "path": str(existing(file).resolve())},
            )
            visit = pipeline.collect(monitor, source, now=now(), progress=show)
            counts = visit.counts
            line = f"{file.name}: {counts.seen} rows, {counts.new} new, {counts.changed} changed"
            if counts.passed_over:
                line += f", {counts.passed_over} passed over (erased before)"
            say(line)
            rejected += counts.rejected
    monitor.warehouse.publish("umot import")
    if rejected:
        show_rejects(monitor, rejected)
    say("next: umot classify")


def show_rejects(monitor: Any, rejected: int) -> None:
    """The first few rows that could not be used, with place and reason."""
    from warehouse.state import latest_rejects

    say(f"{rejected} rows could not be used; they are kept aside:")
    with monitor.warehouse.read() as db:
        for place, reason in latest_rejects(db, 10):
            say(f"  {place}: {reason}")
    if rejected > 10:
        say('  … all of them: umot sql "SELECT place, reason FROM rejects"')
