"""Listening: the console as a server of its own."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from umot.console import alerts, overview
from umot.console.app import make_app
from umot.console.pages import ROWS
from umot.console.state import Access, Console, utc_now
from umot.errors import Fatal, UmotError
from warehouse.console_copy import Mark

log = logging.getLogger("umot.console")
HOST, PORT = "127.0.0.1", 4242
LOOK = 3.0  # seconds between two looks for a new copy


def serve(home: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises `Fatal` for an address that others reach while no password is set, or that is taken.
    """
    access = Access.of(host)  # before anything is opened: it may not be allowed
    with bound(host, port) as listening:
        console = Console(home, access)
        # Addresses hold what people look for, so no access log. Only proxies on this machine are
        # believed about who asks and how.
        settings = uvicorn.Config(
            make_app(console),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            limit_concurrency=200,
        )
        shown = f"[{host}]" if ":" in host else host
        say(f"the console: http://{shown}:{port}/ (Ctrl-C stops it)")
        if console.warehouse.published.exists():
            console.publisher.ask()  # what an earlier one stored and could not publish any more
        over = threading.Event()
        threading.Thread(target=keep_ready, args=(console, over), daemon=True).start()
        try:
            uvicorn.Server(settings).run(sockets=[listening])
        finally:
            over.set()


def keep_ready(console: Console, over: threading.Event) -> None:
    """Make what takes long of every new copy before somebody asks for it; until `over`.

    That is the digest of the overview, and what has come of the posts of the open alerts.
    """
    language = console.settings.brand.language
    seen: Mark | None = None
    while True:
        mark = console.copy.mark
        if mark is not None and mark != seen:
            seen = mark
            try:
                overview.overview(console, None, None, None, None, language)
                alerts.listed(console, alerts.WAITING, None, ROWS, language, utc_now())
            except UmotError as error:  # whoever asks for the pages is told as well
                log.info("the first pages are not ready: %s", error)
        if over.wait(LOOK):
            return


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `Fatal` where it cannot."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind)
    except OSError as error:
        raise Fatal(f"{host} is no address of this machine: {error.strerror or error}") from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        made.close()
        raise Fatal(f"cannot listen at {host}, port {port}: {error.strerror or error}") from error
    return made
