"""The sample's web server on loopback: three platforms, one clock, faults and a log."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from samples.app_store import AppStore
from samples.faults import Fault, Faults, spoil
from samples.forum import Forum
from samples.reddit_api import Reddit
from samples.timeline import aware
from samples.web import Request, Response


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that arrived: its path with the query, and the status it got."""

    method: str
    path: str
    status: int


class SampleServer:
    """Serves the sample brand's platforms on 127.0.0.1 while the ``with`` block lasts.

    ``anchor`` is the moment the content leads up to, ``now`` the moment the platforms think it is
    (the anchor unless given). Both need a time zone. ``port`` is a wish: another one is taken
    where it is in use.
    """

    def __init__(self, anchor: datetime, now: datetime | None = None, *, port: int = 0) -> None:
        self.anchor = aware(anchor)
        self._now = aware(now or anchor)
        self._faults = Faults()
        self._log: list[Logged] = []
        self._lock = threading.Lock()
        self._wish = port
        self.url = ""

    def __enter__(self) -> Self:
        try:
            self._http = _Http(self, self._wish)
        except OSError:
            self._http = _Http(self, 0)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._app_store = AppStore(self.anchor, self.url)
        self._forum = Forum(self.anchor)
        self._reddit = Reddit(self.anchor)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.01,), name="sample-server", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.heal()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def now(self) -> datetime:
        """What time the platforms think it is."""
        return self._now

    def set_now(self, now: datetime) -> None:
        """Move the platforms' clock, forwards or back."""
        self._now = aware(now)

    def fail(
        self,
        prefix: str,
        mode: str,
        *,
        retry_after: int | None = None,
        seconds: float = 30.0,
        times: int | None = None,
        location: str = "",
        mib: int = 32,
    ) -> None:
        """Let requests whose path starts with ``prefix`` fail; ``samples.faults`` has the modes.

        Raises ValueError for a mode that does not exist.
        """
        self._faults.add(Fault(prefix, mode, retry_after, seconds, times, location, mib))

    def heal(self, prefix: str | None = None) -> None:
        """End the fault of one prefix, or all faults."""
        self._faults.clear(prefix)

    @property
    def requests(self) -> tuple[Logged, ...]:
        """What was asked so far, oldest first."""
        with self._lock:
            return tuple(self._log)

    def answer(self, request: Request, target: str) -> Response:
        """Return the platforms' answer, faults included; ``target`` is for the log."""
        fault = self._faults.match(request.path)
        if fault and fault.mode == "hang":
            self._faults.hang(fault)
        good = self._platform(request)
        response = spoil(fault, good) if fault else good
        with self._lock:
            self._log.append(Logged(request.method, target, response.status))
        return response

    def _platform(self, request: Request) -> Response:
        """Return the answer of the platform that the path belongs to."""
        now = self._now
        if "/rss/customerreviews" in request.path:
            return self._app_store.respond(request, now)
        if request.path.startswith("/forum"):
            return self._forum.respond(request, now)
        return self._reddit.respond(request, now)


class _Http(ThreadingHTTPServer):
    """The listening socket; threads die with the process, so a hanging one never keeps it up."""

    daemon_threads = True

    def __init__(self, sample: SampleServer, port: int) -> None:
        self.sample = sample
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """Turns HTTP into a Request and a Response back into HTTP; one request a connection."""

    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, as in the base class
        """Say nothing on stderr: ``SampleServer.requests`` is the log."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            form=dict(parse_qsl(sent.decode("utf-8", "replace"))),
        )
        response = self.server.sample.answer(request, self.path)
        # A connection kept open would outlive the server that tests have already stopped.
        self.close_connection = True
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if response.status != 304:
            length = len(response.body) if response.length is None else response.length
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(length))
        try:
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reader had enough, as it should when an answer is huge or late
