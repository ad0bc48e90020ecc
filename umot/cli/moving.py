"""The command that moves the warehouse to another home."""

from __future__ import annotations

from typing import Annotated

import typer

from umot.cli.common import progress, rows, say, state


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(move)


def move(
    context: typer.Context,
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE",
            help='"file" for a DuckDB file in the data folder, or the address of a DuckLake: '
            "ducklake:postgres:host=… dbname=… user=…;data=…",
            show_default=False,
        ),
    ],
) -> None:
    """Copy the whole warehouse to another place, which is empty.

    Prints tables and rows. Every row is checked. The old one stays as it is: set UMOT_WAREHOUSE to
    the new place, and remove the old one once the new one works, for umot forget reaches only the
    one in use.
    """
    from umot import forgetting
    from warehouse import Warehouse, moving

    monitor = state(context).monitor()
    new = Warehouse(monitor.home, notice=say, place=place)
    # Nothing may be erased between copying and going on with the copy.
    with forgetting.alone(monitor.home, wait=600), progress() as show:
        counts = moving.move(monitor.warehouse, new, show)
    rows([f"{table}\t{count}" for table, count in counts.items()])
    say(f"{sum(counts.values()):,} rows are in {new.home.words}")
    say(f'next: UMOT_WAREHOUSE="{place}", or warehouse = "…" in umot.toml')
