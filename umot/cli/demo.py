"""The command `umot demo`: the whole main job on the bundled sample brand."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer

from umot.cli.common import console, now, progress, rows, say, state
from umot.errors import Fatal
from umot.folders import ensure

if TYPE_CHECKING:
    from umot.pipeline import Monitor

FOLDER = "umot-demo"
PINNED = "demo.json"
QUERY = (
    "SELECT stage, count(*) AS moments, round(avg(score), 2) AS score FROM moments "
    "GROUP BY stage ORDER BY 2 DESC"
)
EVENING = 20  # the sample's "now" is the last time it was this hour there: a day nearly over


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)


def demo(context: typer.Context) -> None:
    """Run the whole job on a sample brand, without keys.

    Connectors, model, flow and digest are the real ones; the platforms are played on this machine.
    """
    import samples

    folder = demo_folder(state(context).home)
    anchor, port, done = pinned(folder)
    for name, value in samples.CREDENTIALS.items():
        os.environ.setdefault(name, value)
    say(f"the sample brand lives in {folder}")
    with samples.SampleServer(anchor, port=port) as server:
        port = urlsplit(server.url).port or 0
        pin(folder, anchor, port, done)
        # A demo that was played to its end is not played again: an older text would be an edit.
        moments = samples.passes(anchor)[-1:] if done else samples.passes(anchor)
        for number, moment in enumerate(moments, start=1):
            server.set_now(moment)
            samples.write_home(folder, server.url, moment, anchor=anchor)
            one_pass(folder, moment, f"pass {number} of {len(moments)}")
    pin(folder, anchor, port, done=True)
    show_digest(folder, anchor)


def demo_folder(given: Path | None) -> Path:
    """Where the demo lives: the folder given, else UMOT_HOME, else one it names, here.

    Raises `Fatal` rather than write into the data of another brand.
    """
    named = given or (Path(os.environ["UMOT_HOME"]) if os.environ.get("UMOT_HOME") else None)
    folder = (named or Path.cwd() / FOLDER).expanduser().resolve()
    if (folder / "umot.toml").exists() and not (folder / PINNED).exists():
        raise Fatal(f"{folder} holds another brand's umot.toml; choose another folder with --home")
    return ensure(folder)


def pinned(folder: Path) -> tuple[datetime, int, bool]:
    """The moment that the sample's dates count from, its port (0: any), and whether it is played.

    Moment and port stay the same on every later day, so that a second demo changes nothing.
    """
    import samples

    path = folder / PINNED
    if path.exists():
        found = json.loads(path.read_text("utf-8"))
        return datetime.fromisoformat(found["anchor"]), int(found["port"]), bool(found["done"])
    local = now().astimezone(ZoneInfo(samples.brand().time_zone))
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    anchor = evening if evening <= local else evening - timedelta(days=1)
    return anchor.astimezone(UTC), 0, False


def pin(folder: Path, anchor: datetime, port: int, done: bool) -> None:
    """Keep the moment, the port and how far it came for later demos."""
    content = json.dumps({"anchor": anchor.isoformat(), "port": port, "done": done})
    (folder / PINNED).write_text(content, "utf-8")


def one_pass(folder: Path, moment: datetime, title: str) -> None:
    """One run of the monitor flow at a simulated moment."""
    from flows.environment import prepare

    prepare(folder)
    from flows.monitor import run_monitor

    with progress() as show:
        report = run_monitor(folder, [], moment, show)
    if report.failures:
        raise Fatal("; ".join(report.failures))
    new = sum(visit.counts.new for visit in report.visits)
    changed = sum(visit.counts.changed + visit.counts.deleted for visit in report.visits)
    rejected = sum(visit.counts.rejected for visit in report.visits)
    line = f"{title} ({moment:%a %d %b %H:%M}Z): {new} new posts"
    line += f", {changed} changed or deleted" if changed else ""
    line += f", {rejected} unusable rows kept aside" if rejected else ""
    line += f", {report.classified.moments} moments traced"
    say(line)
    for alert in report.alerts:
        say(f"  alert ({alert.severity}) {alert.subject}: {alert.reason}")


def program() -> str:
    """How this very umot is called from here: by name where the shell would find it."""
    found, own = shutil.which("umot"), Path(sys.argv[0])
    if not own.exists() or (found and Path(found).samefile(own)):
        return "umot"
    return shlex.quote(os.path.relpath(own))


def show_digest(folder: Path, anchor: datetime) -> None:
    """Write the digest of the sample's last day, and say what to look at next."""
    from flows.digest import write_digest
    from umot.digest import build, summary
    from umot.pipeline import Monitor

    monitor: Monitor = Monitor.open(folder)
    brand = monitor.settings.brand
    day = anchor.astimezone(ZoneInfo(brand.time_zone)).date()
    paths = write_digest(folder, day, brand.language)
    with monitor.warehouse.read() as db:
        rows(summary(build(db, brand.name, day, language=brand.language)))
    html = next(path for path in paths if path.suffix == ".html")
    prefix = program()
    if not os.environ.get("UMOT_HOME"):
        prefix += f" --home {shlex.quote(os.path.relpath(folder))}"
    console().rule(style="dim")
    say(f"The digest: {html}")
    say("Next:")
    say(f"  {prefix} digest --date {day} --language en")
    say(f"  {prefix} alerts")
    say(f"  {prefix} serve  # the console: http://127.0.0.1:4242")
    say(f"  {prefix} sql {shlex.quote(QUERY)}")
