"""The command that looks at posts again: watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import now, say, state

if TYPE_CHECKING:
    from umot.pipeline.watching import Look


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Only these sources.")
    ] = None,
) -> None:
    """Look again at young and growing posts, then raise alerts.

    One pass: new counts, edits and deletions are stored. umot up does this every ten minutes.
    """
    from umot.pipeline.watching import watch as look_again

    monitor = state(context).monitor()
    done = look_again(monitor, sources or (), now=now())
    for look in done.looks:
        if look.error is None:
            say(told(look))
    for alert in done.alerts:
        say(f"alert ({alert.severity}) {alert.subject}: {alert.reason}")
    for line in (*done.delivered.failures, *done.failures):
        say(f"umot: {line}")
    if done.failures:
        raise typer.Exit(1)


def told(look: Look) -> str:
    """A line about one source."""
    if look.skipped:
        return f"{look.source}: skipped, {look.skipped}"
    counts = look.counts
    parts = [f"{look.asked} looked at", f"{counts.observed} with other counts"]
    parts += [f"{counts.deleted} deleted"] if counts.deleted else []
    parts += [f"{look.left} left for the next pass"] if look.left else []
    parts += [look.note] if look.note else []
    return f"{look.source}: {', '.join(parts)}"
