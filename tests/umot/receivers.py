"""Receivers on loopback for alerts: a web server and a mail server that note what they are sent."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOSTILE = "@everyone <script>alert(1)</script> [klik](http://evil.example) *vet* \u202e"


class Webhook:
    """Takes JSON; answers with the next of `statuses`, then 200. `taken` is what it said 200 to."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.asked: list[str] = []
        self.taken: list[dict[str, Any]] = []
        self.address = ""


class Mailbox:
    """A mail server; `refused` is a receiver it does not take. It `signs_in` where it says so."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.address = ""
        self.refused = ""
        self.signs_in = False


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook() -> Iterator[Webhook]:
    made = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append(self.path)
            status = made.statuses.pop(0) if made.statuses else 200
            if status == 200:
                made.taken.append(json.loads(content))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"127.0.0.1:{server.server_port}"
    with serving(server):
        yield made


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 loopback")
            for raw in self.rfile:
                line = raw.decode()
                if made.refused and line.upper().startswith("RCPT") and made.refused in line:
                    self.say("550 nobody here of that name")
                    continue
                match line.split()[:1]:
                    case [word] if word.upper() == "DATA":
                        self.say("354 go on")
                        self.take()
                        self.say("250 taken")
                    case [word] if word.upper() == "QUIT":
                        self.say("221 bye")
                        return
                    case [word] if word.upper() == "EHLO" and made.signs_in:
                        self.say("250-fine")
                        self.say("250 AUTH PLAIN LOGIN")
                    case _:
                        self.say("250 fine")

        def take(self) -> None:
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw.removeprefix(b"."))
            mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            made.mails.append(mail)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.address = f"127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield made
