"""`umot sql`: one statement, from the command line, standard input or a prompt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from umot.cli.common import say, state
from umot.errors import Fatal


def sql(
    context: typer.Context,
    statement: Annotated[
        str | None,
        typer.Argument(
            metavar="STATEMENT", help="One SELECT statement; else a prompt, or what stdin holds."
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name is part of the contract
        str | None,
        typer.Option(
            help="table, csv, json or parquet; else what FILE ends with, else table.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file instead of stdout.", show_default=False),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(min=1, help="The most rows; else as umot.toml says.", show_default=False),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="The most seconds; else as umot.toml says.", show_default=False),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(
            min=100, help="The most memory in MB; else as umot.toml says.", show_default=False
        ),
    ] = None,
) -> None:
    """Ask the warehouse anything in SQL; it only reads."""
    from umot import config
    from umot.cli import answer
    from warehouse import Warehouse
    from warehouse.adhoc import Limits, ask

    form = chosen(format, output)
    if statement is None and not sys.stdin.isatty():
        statement = from_stdin()
    if statement is None and (output or not sys.stdout.isatty()):
        raise typer.BadParameter("the prompt needs a terminal; give a STATEMENT for a file")
    folder = state(context).folder()
    settings = config.load(folder)
    limits = Limits(
        seconds or settings.sql.seconds,
        (memory or settings.sql.memory) * 10**6,
        rows or settings.sql.rows,
    )
    warehouse = Warehouse(folder, notice=say)

    def show(statement: str) -> None:
        found = ask(warehouse.readable(), statement, limits)
        answer.write(found.table, form, output)
        if found.truncated:
            say(f"truncated: only the first {found.table.num_rows:,} rows are shown (--rows)")

    if statement is not None:
        show(statement)
        return
    from umot.cli import prompt
    from warehouse.catalogue import catalogue
    from warehouse.cookbook import queries

    relations = catalogue(warehouse.readable())
    prompt.run(prompt.Shell(show, relations, queries(), settings.brand.language), folder)


def chosen(form: str | None, output: Path | None) -> str:
    """The format asked for, in words or by the ending of the file."""
    from umot.cli.answer import FORMATS

    if form is None:
        ending = output.suffix[1:].lower() if output else ""
        return ending if ending in FORMATS else "table"
    if form not in FORMATS:
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(FORMATS)}")
    if form == "parquet" and output is None:
        raise typer.BadParameter("parquet needs a file: --output FILE")
    return form


def from_stdin() -> str:
    """The statement that standard input holds. Raises typer's usage error where there is none."""
    from warehouse.cage import LONGEST

    try:
        text = sys.stdin.read(LONGEST + 1)  # one that is longer will be refused
    except UnicodeDecodeError as error:
        raise Fatal("standard input is not UTF-8 text") from error
    if not text.strip():
        raise typer.BadParameter("give a STATEMENT, on the command line or on standard input")
    return text
