"""The command `umot forget`: erasing what a writer said, a post, or what is too old."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import now, rows, say, state
from umot.errors import UmotError

if TYPE_CHECKING:
    from umot.forgetting import Request
    from umot.forgetting.found import Found
    from umot.pipeline import Monitor


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(forget)


def forget(
    context: typer.Context,
    author: Annotated[
        str | None,
        typer.Option(help="A writer, exactly as the platform writes the name.", show_default=False),
    ] = None,
    platform: Annotated[
        str | None, typer.Option(help="Where that writer posts, e.g. reddit.", show_default=False)
    ] = None,
    post: Annotated[
        str | None, typer.Option(help="A post, by its post_id.", show_default=False)
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="A post, by its address.", show_default=False)
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="All that is older than its source's retention_days.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase posts everywhere and keep them from coming back.

    Backups and digests are reached too. Prints the file that proves it. What an earlier command or
    run could not finish is finished first; without options only that is done.
    """
    given = [name for name, value in (("author", author), ("post", post), ("url", url)) if value]
    if len(given) + due > 1:
        raise typer.BadParameter("give one of --author, --post, --url and --due")
    if (author is None) != (platform is None):
        raise typer.BadParameter("--author and --platform belong together")
    from umot import forgetting

    monitor = state(context).monitor()
    with forgetting.alone(monitor.home, wait=600):
        left = forgetting.pending(monitor.home)
        if not left and not given and not due:
            raise typer.BadParameter("give one of --author, --post, --url and --due")
        problem: UmotError | None = None
        for request in left:
            say(f"finishing what was asked at {request.asked_at[:16]}Z")
            try:
                done(monitor, request)
            except UmotError as error:  # it stops no other; told at the end
                problem = error
        if due:
            erase_due(monitor, yes=yes)
        elif given:
            request = forgetting.asked(
                monitor, now(), author=author, platform=platform, post=post, url=url
            )
            erase(monitor, request, yes=yes)
        if problem:
            raise problem


def erase_due(monitor: Monitor, *, yes: bool) -> None:
    """Erase what is too old, and what a restored backup brought back."""
    from umot.forgetting.standing import restored, retention_due

    requests = [one for one in (restored(monitor, now()), retention_due(monitor, now())) if one]
    if not requests:
        say("nothing is due")
    for request in requests:
        erase(monitor, request, yes=yes)


def erase(monitor: Monitor, request: Request, *, yes: bool) -> None:
    """Show what goes, ask, erase."""
    from umot import forgetting

    show(forgetting.look(monitor, request), request)
    if not yes:
        say("Erase it for good? [y/N]")  # typer's own question leaves a space on stdout
        if sys.stdin.readline().strip().casefold() not in ("y", "yes", "j", "ja"):
            raise typer.Abort
    done(monitor, request)


def show(found: Found, request: Request) -> None:
    """What goes and what stays, on stderr."""
    if found.tables:
        parts = [f"{number:,} in {table}" for table, number in found.tables.items()]
        say(f"rows that go: {', '.join(parts)}")
    else:
        nothing(found, request)
    for name, number in found.backups.items():
        say(f"backup {name}: {number:,} rows go")
    for problem in found.problems:
        say(f"umot: {problem}")
    if found.mentions:
        say(f"{found.mentions:,} posts of others have the name in their words; they stay")
    if request.kind == "age":
        for source, before in request.rules:
            say(f"{source}: all from before {before[:10]}")


def nothing(found: Found, request: Request) -> None:
    """Say that it is not in the warehouse, so that a name mistyped is noticed."""
    if request.kind == "post" and not any(found.backups.values()):
        say(f"no post {request.posts[0]!r} was stored here: is its id spelled as in umot sql?")
    say("the warehouse holds nothing of it; what comes later will be passed over")


def done(monitor: Monitor, request: Request) -> None:
    """Carry a request out; its proof on stdout, what people must still do on stderr."""
    from umot import forgetting

    at = now()
    try:
        proof = forgetting.carry_out(monitor, request, at)
    except UmotError:
        request.failed_at = at.isoformat()
        request.save(monitor.home)
        raise
    for line in remaining(proof):
        say(line)
    rows([str(proof)])


def remaining(proof: Path) -> list[str]:
    """Files of people's own that still hold what was erased."""
    held = json.loads(proof.read_text("utf-8"))["still_held_by"]
    if held is None:
        return ["too many texts to look for them in your own files in the data folder"]
    if not held:
        return []
    files = ", ".join(held)
    return [f"not ours to change, and it still holds the words: {files}; take them out yourself"]
