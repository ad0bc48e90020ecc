"""A mailbox on an IMAP server, opened for reading only."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from umot.errors import Fatal, Retriable, in_words

FEW = 10  # mails asked for at a time
LARGEST = 2**20  # bytes that are read of a mail: attachments come last
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in and with what; `remedy` is said when it is refused."""

    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    remedy: str


class Box:
    """A connection that is signed in. Raises `Fatal` for refusals, `Retriable` for the rest."""

    def __init__(self, host: str, port: int, security: str, timeout: float, login: Login) -> None:
        self._host, self._port, self._security = host, port, security
        self._timeout, self._login = timeout, login

    def __enter__(self) -> Box:
        with self._guarded():
            context = ssl.create_default_context()
            if self._security == "ssl":
                self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    self._host, self._port, ssl_context=context, timeout=self._timeout
                )
            else:
                self._imap = imaplib.IMAP4(self._host, self._port, timeout=self._timeout)
                if self._security == "starttls":
                    self._imap.starttls(context)
        try:
            self._sign_in()
        except BaseException:
            self._imap.shutdown()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(imaplib.IMAP4.error, OSError):  # it is over either way
            self._imap.logout()

    def open(self, mailbox: str) -> str:
        """Open a mailbox without marking anything in it; gives the validity of its numbers."""
        quoted = '"' + mailbox.replace("\\", "\\\\").replace('"', '\\"') + '"'
        with self._guarded():
            answer, _ = self._imap.select(quoted, readonly=True)
            if answer != "OK":
                raise Fatal(f"{self._host} has no mailbox {mailbox!r} for {self._login.user!r}")
            _, found = self._imap.response("UIDVALIDITY")
        return (found[0] or b"").decode("ascii", "replace") if found else ""

    def since(self, last: int, day: datetime | None) -> list[int]:
        """Numbers of the mails after `last`, of those that came on `day` or later."""
        asked = ["UID", f"{last + 1}:*"]
        if day is not None:
            asked += ["SINCE", f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year:04}"]
        with self._guarded():
            found = self._ask("SEARCH", *asked)
        numbers = sorted({int(number) for line in found if line for number in line.split()})
        # 9:* names the last mail even where that is number 8.
        return [number for number in numbers if number > last]

    def fetch(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each mail, a few at a time: some are large. One that went meanwhile is left out."""
        for at in range(0, len(numbers), FEW):
            some = ",".join(map(str, numbers[at : at + FEW]))
            with self._guarded():
                found = self._ask("FETCH", some, f"(UID BODY.PEEK[]<0.{LARGEST}>)")
            for place, one in enumerate(found):
                if isinstance(one, tuple):
                    yield self._number(one[0], found[place + 1 :]), one[1]

    def _number(self, before: bytes, after: Sequence[Any]) -> int:
        """Find a mail's number, which may stand on either side of its content."""
        rest = after[0] if after and isinstance(after[0], bytes) else b""
        match = UID.search(before) or UID.search(rest)
        if match is None:  # left out, it would never be asked for again
            raise Retriable(f"{self._host} gives a mail without its number")
        return int(match[1])

    def _ask(self, *words: str) -> list[Any]:
        answer, found = self._imap.uid(*words)
        if answer != "OK":
            raise Fatal(f"{self._host} refused {words[0]}")
        return found

    def _sign_in(self) -> None:
        login = self._login
        with self._guarded():
            try:
                if login.token:
                    said = f"user={login.user}\1auth=Bearer {login.token}\1\1".encode()
                    self._imap.authenticate("XOAUTH2", lambda _: said)
                else:
                    self._imap.login(login.user, login.password)
            except (imaplib.IMAP4.abort, imaplib.IMAP4.readonly):
                raise
            except imaplib.IMAP4.error as error:  # its text may quote what was sent
                raise Fatal(f"{self._host} refused to sign in: {login.remedy}") from error

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Our kinds of failure in place of the library's and the system's."""
        where = f"{self._host}:{self._port}"
        try:
            yield
        except imaplib.IMAP4.abort as error:
            raise Retriable(f"{where} broke off") from error
        except imaplib.IMAP4.error as error:
            raise Fatal(f"{where} answers what is no IMAP") from error
        except ssl.SSLError as error:
            raise Fatal(f"{where}: no safe connection: {error.reason or 'TLS failed'}") from error
        except TimeoutError as error:
            raise Retriable(f"{where} did not answer in time") from error
        except OSError as error:
            raise Retriable(f"{where} cannot be reached: {in_words(error)}") from error
