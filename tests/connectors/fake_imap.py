"""An IMAP server on loopback with one mailbox: as much of the protocol as reading one needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Self

from umot.testing import Item

USER, PASSWORD = "klachten@klaver.example", 'wacht "woord"\\1'


class FakeImap:
    """`mails` are (number, time, content). `mode` may be hang, garbage or drop.

    A mail's number stands before its content, with "behind" after it, with "nowhere" not at all.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[int, datetime, bytes]] = []
        self.validity = 7
        self.mode = ""
        self.said: list[str] = []
        self.seen: dict[bytes, int] = {}

    def put(self, content: bytes, at: datetime) -> None:
        """A mail arrives."""
        number = self.seen.setdefault(content, len(self.seen) + 1)
        self.mails.append((number, at, content))

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these; one that was not there before has a number of its own."""
        self.mails = []
        for item in reversed(items):
            mail = EmailMessage()
            mail["From"], mail["Subject"] = "Anna <anna@mail.example>", f"Klacht {item.number}"
            mail["Message-ID"] = f"<{item.number}@mail.example>"
            mail["Date"] = item.at
            mail.set_content(item.text, cte="base64")
            self.put(mail.as_bytes(), item.at)

    def __enter__(self) -> Self:
        fake = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                fake.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.stopping = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def talk(self, client: socketserver.StreamRequestHandler) -> None:  # noqa: C901 - one word each
        """Answer one client."""
        if self.mode == "hang":
            self.stopping.wait(10)
            return
        if self.mode == "garbage":
            client.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>")
            return

        def say(line: bytes) -> None:
            client.wfile.write(line + b"\r\n")

        say(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] bereit")
        while line := client.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.said.append(rest)
            word = rest.split(" ")[0].upper()
            if word == "CAPABILITY":
                say(b"* CAPABILITY IMAP4rev1")
            elif word == "LOGIN":
                quoted = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
                if rest != f'LOGIN {USER} "{quoted}"' and rest != f'LOGIN "{USER}" "{quoted}"':
                    say(f"{tag} NO [AUTHENTICATIONFAILED] {rest}".encode())
                    continue
            elif word == "EXAMINE":
                if '"INBOX"' not in rest:
                    say(f"{tag} NO no such mailbox".encode())
                    continue
                say(f"* {len(self.mails)} EXISTS".encode())
                say(f"* OK [UIDVALIDITY {self.validity}] yes".encode())
            elif word == "UID":
                if self.mode == "drop":
                    return
                self.uid(rest, say)
            elif word == "LOGOUT":
                say(b"* BYE")
            say(f"{tag} OK {word} done".encode())
            if word == "LOGOUT":
                return

    def uid(self, rest: str, say: Callable[[bytes], None]) -> None:
        """SEARCH and FETCH by number."""
        if match := re.match(r"UID SEARCH UID (\d+):\*(?: SINCE (\S+))?", rest):
            first = int(match[1])
            day = datetime.strptime(f"{match[2]} +0000", "%d-%b-%Y %z").date() if match[2] else None
            found = [n for n, at, _ in self.mails if n >= first and (not day or at.date() >= day)]
            found = found or [n for n, _, _ in self.mails][-1:]  # as 9:* does where 8 is the last
            say(f"* SEARCH {' '.join(map(str, found))}".encode())
        elif match := re.match(r"UID FETCH ([\d,]+) \(UID BODY\.PEEK\[\]<0\.(\d+)>\)", rest):
            wanted = set(map(int, match[1].split(",")))
            for place, (number, _, content) in enumerate(self.mails, start=1):
                if number in wanted:
                    part = content[: int(match[2])]
                    uid = {"behind": ("", f" UID {number}"), "nowhere": ("", "")}
                    before, after = uid.get(self.mode, (f"UID {number} ", ""))
                    head = f"* {place} FETCH ({before}BODY[]<0> {{{len(part)}}}\r\n".encode()
                    say(head + part + f"{after})".encode())
