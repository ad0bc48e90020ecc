"""A small web server on loopback for tests: it answers what it is told to, and notes what came."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Ask:
    """A request that arrived. Names of headers are in lower case.

    `query` has the last value of each name; `pairs` has all, in order. `body` is what was sent,
    `form` the same read as a form.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]
    pairs: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def json(self) -> Any:
        """Read what was sent as JSON; None where it is something else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """What to answer.

    `hang` says nothing until the server stops; `drip` sends the body in that many pieces, 50 ms
    apart; `promised` is a Content-Length that is not kept.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    drip: int = 1
    promised: int | None = None

    @classmethod
    def json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """Answer with a value as JSON."""
        own = {"Content-Type": "application/json", **(headers or {})}
        return cls(status, json.dumps(value).encode(), own)


class LocalServer:
    """Answers with `answer`, unless `fault` is set and has something else to say.

    A context manager: `url` is where it listens, `asked` what it was asked so far.
    """

    def __init__(self, answer: Callable[[Ask], Reply]) -> None:
        self.answer = answer
        self.fault: Callable[[Ask], Reply | None] | None = None
        self.asked: list[Ask] = []
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.local = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.01,), name="local-server", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reply(self, ask: Ask) -> Reply:
        """Note a request and answer it."""
        self.asked.append(ask)
        return (self.fault and self.fault(ask)) or self.answer(ask)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    local: LocalServer


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet: `LocalServer.asked` has it."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        reply = self.server.local.reply(
            Ask(
                self.command,
                parts.path,
                dict(pairs),
                {name.lower(): value for name, value in self.headers.items()},
                dict(parse_qsl(sent.decode("utf-8", "replace"))),
                pairs,
                sent,
            )
        )
        stopping = self.server.local.stopping
        if reply.hang:
            stopping.wait(10)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            length = len(reply.body) if reply.promised is None else reply.promised
            self.send_header("Content-Length", str(length))
        try:
            self.end_headers()
            size = -(-len(reply.body) // reply.drip) or 1
            for start in range(0, len(reply.body), size):
                self.wfile.write(reply.body[start : start + size])
                if reply.drip > 1 and stopping.wait(0.05):
                    return
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reader had enough
