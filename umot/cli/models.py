"""`umot models`: which models there are, and how well they read."""

from __future__ import annotations

import typer

from umot.cli.common import rows
from umot.cli.setup import describe

group = typer.Typer(invoke_without_command=True, help="The models that can read posts.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="models")


@group.callback()
def models(context: typer.Context) -> None:
    """The models that can read posts; without a command, a list of them."""
    if context.invoked_subcommand is None:
        from umot import plugins

        rows(describe(plugins.MODELS))
