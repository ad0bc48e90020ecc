"""`umot up`: Prefect's server, a worker and the schedules, together in one command."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

from flows import api, children, environment
from flows.children import Child
from umot import config
from umot.errors import Fatal
from umot.folders import ensure
from warehouse import Warehouse

HOST = "127.0.0.1"
POOL = "umot"
ZONE, MORNING = "Europe/Amsterdam", "0 7 * * *"  # as prefect.yaml has them
START = 180.0  # seconds the server, and each step after it, may take on a slow machine

Say = Callable[[str], None]


def to_stderr(line: str) -> None:
    """Write a line for people."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def up(home: Path, port: int = 4200, say: Say = to_stderr, console: int | None = None) -> int:
    """Run until Ctrl-C or SIGTERM (0), or until a part of it dies (1); nothing is left running.

    Raises `Fatal` for a configuration that cannot be read, or a port that is taken.
    """
    config.load(home)
    if url := environment.running(home):
        raise Fatal(f"umot up already runs for {home}, at {url.removesuffix('/api')}")
    must_be_free(port)
    if console is not None:
        must_be_free(console, "--console-port")
    url = f"http://{HOST}:{port}/api"
    values = environment.for_children(home, url)
    with signals() as stopping, ExitStack() as held:

        def start(name: str, *arguments: str) -> Child:
            child = children.start(name, ["prefect", *arguments], values, home / "logs")
            held.callback(children.stop, child)
            return child

        say("starting Prefect's server …")
        server = start("server", "server", "start", "--host", HOST, "--port", str(port))
        wait_for(server, url, stopping)
        make_ready(start, url, stopping, fitted(home))
        if stopping.is_set():
            return 0
        held.callback(environment.announce(home, url).unlink, missing_ok=True)
        worker = start("worker", "worker", "start", "--pool", POOL, "--name", "umot-up")
        running = [server, worker]
        if console is not None:
            arguments = ["umot.console", str(home), str(console)]
            running.append(children.start("console", arguments, values, home / "logs"))
            held.callback(children.stop, running[-1])
            say(f"digest, journey, posts, alerts and SQL: http://{HOST}:{console}")
        say(f"runs, schedules and their logs: {url.removesuffix('/api')}")
        say(f"data: {home}, logs of server and worker: {home / 'logs'}")
        say(f"warehouse: {Warehouse(home).home.words}")
        say("monitor, watch and daily-digest run as scheduled in prefect.yaml. Ctrl-C stops all.")
        return watch(running, stopping, say)


def watch(running: list[Child], stopping: Event, say: Say) -> int:
    """Wait for the end: 0 where it was asked for, 1 where a child died."""
    while not stopping.wait(0.5):
        for child in running:
            if child.ended:
                code = child.process.returncode
                say(f"{child.name} ended with code {code}: {child.last_words()} ({child.log})")
                return 1
    say("stopping …")
    return 0


def wait_for(server: Child, url: str, stopping: Event) -> None:
    """Wait until the server answers. Raises `Fatal` if it dies or takes too long."""
    for _ in range(int(START / 0.5)):
        if api.healthy(url) or stopping.wait(0.5):
            return
        if server.ended:
            raise Fatal(f"the server ended: {server.last_words()} (all of it in {server.log})")
    raise Fatal(f"the server does not answer at {url}; see {server.log}")


def make_ready(start: Callable[..., Child], url: str, stopping: Event, file: Path) -> None:
    """Close what an earlier server left, make the work pool, deploy what `file` names."""
    if not stopping.is_set():
        api.close_cut_off(url)
    if not stopping.is_set() and not api.exists(f"{url}/work_pools/{POOL}"):
        create = start("work-pool", "work-pool", "create", POOL, "--type", "process")
        children.finish(create, stopping, START)
    if not stopping.is_set():
        child = start("deploy", "--no-prompt", "deploy", "--all", "--prefect-file", str(file))
        children.finish(child, stopping, START)


def deployments() -> Path:
    """Find the prefect.yaml of this checkout, or the one that the wheel brought."""
    here = Path(__file__).resolve().parent
    for path in (here / "prefect.yaml", here.parent / "prefect.yaml"):
        if path.is_file():
            return path
    raise Fatal(f"prefect.yaml is neither in {here} nor above it: install umot again")


def fitted(home: Path) -> Path:
    """Write `deployments` with the brand's time zone and the digest's hour; returns the file."""
    settings = config.load(home)
    hour, minute = map(int, settings.digest.at.split(":"))
    text = deployments().read_text("utf-8")
    text = text.replace(f"timezone: {ZONE}", f"timezone: {settings.brand.time_zone}")
    text = text.replace(f'cron: "{MORNING}"', f'cron: "{minute} {hour} * * *"')
    path = home / environment.FOLDER / "prefect.yaml"
    ensure(path.parent)
    path.write_text(text, "utf-8")
    return path


def must_be_free(port: int, option: str = "--port") -> None:
    """Refuse, with `Fatal`, a port where another program listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Fatal(f"port {port} is in use; another: umot up {option} {port + 1}") from error


@contextmanager
def signals() -> Iterator[Event]:
    """Give an event that Ctrl-C, SIGTERM and the end of the terminal set, while this lasts."""
    stopping = Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        wanted.append(signal.SIGHUP)
    before = [signal.signal(number, handle) for number in wanted]
    try:
        yield stopping
    finally:
        for number, old in zip(wanted, before, strict=True):
            signal.signal(number, old)
