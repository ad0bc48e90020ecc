"""`umot reprocess`: parse stored items again, or read stored posts with another model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import a_morning, now, progress, rows, say, state
from umot.cli.job import show_classified

if TYPE_CHECKING:
    from datetime import datetime

    from models.reader import Reader
    from umot.pipeline import Monitor
    from umot.pipeline.reprocessing import Parsed
    from warehouse.state import Chosen


def reprocess(
    context: typer.Context,
    classify: Annotated[
        bool, typer.Option("--classify", help="Read posts with a model instead of parsing items.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="With --classify: a model of `umot models`, vader, a folder of weights or a "
            "Hugging Face id; else the configured one.",
            show_default=False,
        ),
    ] = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="With --classify: let the views follow that model.")
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Only what came from this source; more than once for several."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only posts from this day on (YYYY-MM-DD).", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it; store nothing.")
    ] = False,
) -> None:
    """Parse stored items again, or read posts with another model.

    It parses with today's connectors, and prints what changed by source. An item that cannot be
    used any more goes to the rejects, and its post stays as it is; an earlier reject that can be
    used by now becomes a post. Nothing is fetched.

    With --classify, stored posts are read by another model beside the active one: both results
    stay, and the views model_comparison and model_agreement show where they differ.
    """
    if not classify and (model or activate):
        raise typer.BadParameter("--model and --activate go with --classify")
    if activate and (source or since):
        raise typer.BadParameter("--activate is for all posts: without --source and --since")
    monitor = state(context).monitor()
    first = a_morning(since, monitor.settings.brand.time_zone) if since else None
    if classify:
        from warehouse.state import Chosen

        chosen = Chosen(tuple(source or ()), first)
        read_again(monitor, model, chosen, activate=activate, dry_run=dry_run)
    else:
        parse_again(monitor, source or [], first, dry_run=dry_run)


def parse_again(
    monitor: Monitor, names: list[str], since: datetime | None, *, dry_run: bool
) -> None:
    """Parse, publish, and say what came of it; exit code 1 where a source could not be parsed."""
    from umot.pipeline import reprocessing

    with progress() as show:
        done = reprocessing.parse_again(
            monitor, names, now=now(), since=since, dry_run=dry_run, progress=show
        )
        if not dry_run:
            monitor.warehouse.publish("umot reprocess")
    rows([line(one) for one in done if not one.error])
    failed = [one for one in done if one.error]
    for one in failed:
        say(f"umot: {one.source}: {one.error}")
    changed = sum(one.counts.new + one.counts.changed for one in done)
    if dry_run:
        say("a dry run: nothing was stored")
    elif changed:
        say("next: umot classify reads the texts that changed")
    if failed:
        raise typer.Exit(1)


def line(done: Parsed) -> str:
    """What came of one source, as columns."""
    counts = done.counts
    parts = [
        done.source,
        f"{counts.seen} items",
        f"{counts.changed} changed",
        f"{counts.new} new",
        f"{counts.deleted} deleted",
        f"{counts.rejected} rejected",
        f"{done.recovered} rejects usable",
    ]
    return "\t".join(parts)


def read_again(
    monitor: Monitor, name: str | None, chosen: Chosen, *, activate: bool, dry_run: bool
) -> None:
    """Read beside the active model, publish, and say how often the two differ."""
    from umot.pipeline import reading
    from warehouse.comparison import agreement
    from warehouse.state import active_model

    reader = named(monitor, name)
    if dry_run:
        with monitor.warehouse.write("umot reprocess") as db:
            left = reading.left(db, reader, chosen)
        rows([f"{reader.model}\t{left} posts to read"])
        say("a dry run: nothing was stored")
        return
    with progress() as show:
        done = reading.beside(monitor, reader, chosen, now=now(), progress=show)
        if activate:
            reading.make_active(monitor, reader)
        monitor.warehouse.publish("umot reprocess")
    show_classified(done)
    with monitor.warehouse.read() as db:
        active = active_model(db)
        compared = agreement(db, reader.model, active)
    rows(
        [
            f"{one.model}\t{one.other}\t{one.posts} posts\t{one.differ} differ\t{one.percent:.1f} %"
            for one in compared
        ]
    )
    settled(monitor, reader.model, active, name)


def named(monitor: Monitor, name: str | None) -> Reader:
    """A reader with the model called `name`, else with the configured one."""
    from models.named import scorer
    from models.reader import with_scorer

    settings = monitor.settings
    made = scorer(name or settings.model.name, settings.model)
    return with_scorer(made, settings.model, monitor.journey, fallback=settings.brand.language)


def settled(monitor: Monitor, model: str, active: str | None, name: str | None) -> None:
    """Say which model people see now, and what umot.toml has to say for it to stay so."""
    if active != model:
        say(f"active is still {active}; both results: model_comparison, model_agreement")
    elif name and name != monitor.settings.model.name:
        say(
            f"active is now {model}; name it under [model] in umot.toml too, or the next umot run "
            "takes the one that is named there"
        )
    else:
        say(f"active is {model}")
