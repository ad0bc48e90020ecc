"""`umot serve`: the web console."""

from __future__ import annotations

from typing import Annotated

import typer

from umot.cli.common import say, state

PORT = 4242


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen at; beyond this machine only with a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen at.")] = PORT,
) -> None:
    """Serve the web console. Ctrl-C stops it.

    It shows digest, journey, posts, alerts and sources, and answers SQL.
    """
    from umot.console.serve import serve as start

    start(state(context).folder(), host, port, say)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(serve)
