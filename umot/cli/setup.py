"""Commands of setting up: init, doctor, connectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umot.cli.common import progress, rows, say, state
from umot.journey import GENERAL, SECTORS


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, doctor, connectors):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where.")] = Path(),
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; else asked.", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the digest: nl or en.")] = "nl",
    time_zone: Annotated[str, typer.Option(help="Whose days to count in.")] = "Europe/Amsterdam",
    sector: Annotated[
        str, typer.Option(help=f"Whose journey map to start from: {', '.join(SECTORS)}.")
    ] = GENERAL,
) -> None:
    """Write umot.toml and journey.toml for a brand, with feeds that need no key."""
    from umot.starter import write

    if sector not in SECTORS:
        raise typer.BadParameter(f"{sector!r} is not one of {', '.join(SECTORS)}")
    name = brand or typer.prompt("Name of the brand", err=True)
    for path in write(folder, name, language, time_zone, sector):
        say(f"wrote {path}")
    where = "" if folder == Path() else f"cd {folder} && "
    say(f"next: {where}umot doctor, then umot run")


def doctor(context: typer.Context) -> None:
    """Check configuration, credentials, sources, model, disk and warehouse."""
    from umot.doctor import examine

    found = False
    with progress() as show:
        for check in examine(state(context).folder(), show):
            mark = {"ok": "ok  ", "warning": "note", "error": "FAIL"}[check.state]
            line = f"{mark}  {check.what}: {check.finding}"
            rows([f"{line} -> {check.remedy}" if check.remedy else line])
            found = found or check.state == "error"
    if found:
        raise typer.Exit(1)


def connectors() -> None:
    """The platforms that can be read, and the settings of each."""
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
            if parameter.name != "home":
                needed = parameter.default is parameter.empty
                settings.append(parameter.name if needed else f"[{parameter.name}]")
        summary = (inspect.getdoc(factory) or "").split("\n")[0]
        origin = point.dist.name if point.dist else "unknown"
        lines += [f"{name}\t{summary} ({origin})", f"\tsettings: {' '.join(settings)}"]
    return lines
