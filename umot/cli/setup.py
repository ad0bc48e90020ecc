"""Commands of setting up: init, add, try, doctor, connectors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from umot.cli import sources
from umot.cli.common import borrow_secrets, progress, rows, say, state
from umot.cli.questions import told
from umot.journey import GENERAL, SECTORS


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(init)
    sources.register(app)
    for command in (doctor, connectors):
        app.command()(command)


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to write into.")
    ] = Path(),
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; else asked.", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Language of digest and alerts: nl or en.")] = "nl",
    time_zone: Annotated[
        str | None,
        typer.Option(
            help="Whose days to count in, e.g. Europe/Amsterdam; else the country's.",
            show_default=False,
        ),
    ] = None,
    sector: Annotated[
        str, typer.Option(help=f"Whose journey map to start from: {', '.join(SECTORS)}.")
    ] = GENERAL,
    country: Annotated[
        str | None, typer.Option(help="Two letters: nl, be, gb, …", show_default=False)
    ] = None,
    languages: Annotated[
        str | None, typer.Option(help="What customers write in, e.g. nl,en.", show_default=False)
    ] = None,
    website: Annotated[
        str | None, typer.Option(help="Address of the website.", show_default=False)
    ] = None,
    app_store: Annotated[
        str | None, typer.Option(help="Number of the app in the App Store.", show_default=False)
    ] = None,
    subreddit: Annotated[
        str | None, typer.Option(help="A subreddit of your own.", show_default=False)
    ] = None,
    youtube: Annotated[
        str | None, typer.Option(help="Id of your YouTube channel.", show_default=False)
    ] = None,
    forum: Annotated[
        str | None, typer.Option(help="Address of a Discourse forum.", show_default=False)
    ] = None,
    competitor: Annotated[
        list[str] | None,
        typer.Option(
            help="Another brand to follow; more than once for several.", show_default=False
        ),
    ] = None,
) -> None:
    """Set up a brand: write umot.toml and journey.toml.

    The sources in it need no key. In a terminal it asks for what is not given.
    """
    from umot.starter import write

    if sector not in SECTORS:
        raise typer.BadParameter(f"{sector!r} is not one of {', '.join(SECTORS)}")
    if language not in ("nl", "en"):
        raise typer.BadParameter(f"{language!r} is not one of nl, en")
    given = {
        "country": country,
        "languages": languages,
        "website": website,
        "app_store": app_store,
        "subreddit": subreddit,
        "youtube": youtube,
        "forum": forum,
        "competitors": ",".join(competitor) if competitor else None,
    }
    # One who names the brand in the command has said what he wanted to.
    asks = brand is None and sys.stdin.isatty()
    if brand is None and not asks:
        raise typer.BadParameter(
            'no terminal to ask in: give --brand "NAME", and what else there is (umot init --help)'
        )
    name = brand or typer.prompt("Name of the brand", err=True)
    for written in write(folder, told(name, language, time_zone, given, asks=asks), sector):
        say(f"wrote {written}")
    show_keys()
    where = "" if folder == Path() else f"cd {folder} && "
    say(f"next: {where}umot doctor, umot try SOURCE to see a few posts, then umot run")


def show_keys() -> None:
    """Say which keys would add what."""
    from umot import plugins
    from umot.starter import KEYS

    known = plugins.available(plugins.CONNECTORS)
    say("with a key (docs/connectors says how to get one; umot add NAME writes the source):")
    for key in KEYS:
        if key.connector in known:
            say(f"  {key.connector}: {key.adds} ({', '.join(key.variables)})")


def doctor(
    context: typer.Context,
    only: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Only these sources.")
    ] = None,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="Mend wrong rows of the warehouse, after a backup."),
    ] = False,
) -> None:
    """Check settings, keys, sources, model, disk and warehouse.

    Each finding says how to mend what is wrong; exit code 1 where something is.
    """
    from umot import doctor as doctors

    if mend:
        for line in doctors.mend(state(context).folder()):
            say(line)
    borrow_secrets(context)
    found = False
    with progress() as show:
        for check in doctors.examine(state(context).folder(), show, only or ()):
            mark = {"ok": "ok  ", "warning": "note", "error": "FAIL"}[check.state]
            line = f"{mark}  {check.what}: {check.finding}"
            rows([f"{line} -> {check.remedy}" if check.remedy else line])
            found = found or check.state == "error"
    if found:
        raise typer.Exit(1)


def connectors() -> None:
    """List the platforms that can be read, and the settings of each."""
    from umot import plugins

    rows(describe(plugins.CONNECTORS))


def describe(group: str) -> list[str]:
    """A line per plug-in with what it does, one with its settings; a broken one says why."""
    import inspect

    from umot import plugins
    from umot.errors import Fatal

    lines = []
    for name, point in plugins.available(group).items():
        try:
            factory = plugins.load(group, name)
        except Fatal as error:
            lines.append(f"{name}\tcannot be used: {error}")
            continue
        settings = []
        for parameter in inspect.signature(factory).parameters.values():
            if parameter.name not in ("home", "query"):  # given by umot itself
                needed = parameter.default is parameter.empty
                settings.append(parameter.name if needed else f"[{parameter.name}]")
        summary = (inspect.getdoc(factory) or "").split("\n")[0]
        origin = point.dist.name if point.dist else "unknown"
        lines += [f"{name}\t{summary} ({origin})", f"\tsettings: {' '.join(settings)}"]
    return lines
