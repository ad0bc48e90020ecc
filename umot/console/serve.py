"""Listening: the console as a server of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from umot.console.app import make_app
from umot.console.state import Access, Console
from umot.errors import Fatal

HOST, PORT = "127.0.0.1", 4242


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
        uvicorn.Server(settings).run(sockets=[listening])


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
