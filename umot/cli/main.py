"""The `umot` command: its options for all commands, and how failures end."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from umot.cli import (
    alerts,
    care,
    data,
    demo,
    forgetting,
    job,
    models,
    moving,
    serve,
    setup,
    tracing,
    training,
    watch,
)
from umot.cli.common import State, console, safe
from umot.errors import UmotError

INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    name="umot",
    help="Monitor what customers say in public: sentiment, the journey behind it, open SQL.\n\n"
    "New here? umot demo shows it all on a sample brand; umot init sets up your own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demo, setup, models, training, job, watch, alerts, data, care, tracing, forgetting, moving,
    serve,
):  # fmt: skip
    module.register(app)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"umot {version('umot')}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help="The data folder; else UMOT_HOME, else here if umot.toml is here, else ~/.umot.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show all logs and tracebacks.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options for every command."""
    context.obj = State(home, debug)
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s" if debug else "umot: %(message)s",
        force=True,
    )
    # These log whole addresses, query strings and the keys in them included.
    for leaky in ("httpcore", "httpx", "urllib3", "prawcore"):
        logging.getLogger(leaky).setLevel(logging.WARNING)


def run() -> None:
    """Run the command line: exit 0 done, 1 failed with a line on stderr, 2 bad usage."""
    debug = "--debug" in sys.argv
    try:
        app()
    except UmotError as error:
        if debug:
            raise
        console().print(f"umot: {safe(str(error))}", style="bold red", markup=False)
        sys.exit(1)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            console().print("umot: interrupted; what was stored stays", markup=False)
            if "flows.monitor" in sys.modules:  # Prefect would wait for every source to answer
                from flows.leftovers import leave

                leave(INTERRUPTED)
        raise
    except BrokenPipeError:  # the reader of our output (head, say) has had enough
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # a fault of ours: one line for the user, the rest with --debug
        if debug:
            raise
        text = " ".join(str(error).split())
        message = f"umot: unexpected {type(error).__name__}: {text} (more with umot --debug …)"
        console().print(safe(message), style="bold red", markup=False)
        sys.exit(1)
