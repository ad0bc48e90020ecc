"""Who is signed in: cookies that only this console can make, and patience with guessers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from warehouse import files

COOKIE = "umot_session"
LIFE = 12 * 3600  # seconds
FILE = "console.key"
NAME = 80  # characters of a name
TRIES, WINDOW = 8, 900.0  # failures of one address in so many seconds
ALL_TRIES = 100  # of all addresses together: many machines guess no faster than one


def key(home: Path) -> bytes:
    """The key that signs sessions: a generated file in the data folder only its owner reads."""
    return files.secret(home / FILE, "remove it; everybody signs in again then")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; `at` is in seconds since 1970."""

    ident: str
    name: str
    at: int
    bearer: bool = False  # by a token in a header, which no other site's page can send


@dataclass(slots=True)
class Sessions:
    """Makes and reads the cookies. What was signed out is remembered until it would have ended."""

    key: bytes = field(repr=False)
    secret: str = field(repr=False)
    ended: dict[str, int] = field(default_factory=dict)

    def sign(self, kind: str, text: str) -> str:
        """The signature of a text for one purpose."""
        whole = f"{kind}\0{self.secret}\0{text}".encode()
        return hmac.new(self.key, whole, hashlib.sha256).hexdigest()

    def start(self, name: str, now: float) -> tuple[Session, str]:
        """A new session and its cookie."""
        session = Session(secrets.token_hex(16), name.strip()[:NAME] or "?", int(now))
        content = json.dumps([session.ident, session.name, session.at])
        text = base64.urlsafe_b64encode(content.encode()).decode("ascii")
        return session, f"{text}.{self.sign('session', text)}"

    def read(self, cookie: str | None, now: float) -> Session | None:
        """The session of a cookie; None where it is false, too old or signed out."""
        text, _, signature = (cookie or "").rpartition(".")
        # Bytes, for compare_digest refuses text that is not ASCII.
        if not text or not same(signature, self.sign("session", text)):
            return None
        try:
            ident, name, at = json.loads(base64.urlsafe_b64decode(text))
        except (ValueError, binascii.Error):
            return None
        if now - at > LIFE or at - now > 60 or ident in self.ended:
            return None
        return Session(ident, name, at)

    def end(self, session: Session, now: float) -> None:
        """Sign out."""
        self.ended = {ident: at for ident, at in self.ended.items() if now - at <= LIFE}
        self.ended[session.ident] = session.at

    def token(self, session: Session) -> str:
        """What a form of this session must carry, so that no other site can send one."""
        return self.sign("form", session.ident)


def same(given: str, wanted: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(
        hashlib.sha256(given.encode("utf-8", "replace")).digest(),
        hashlib.sha256(wanted.encode("utf-8", "replace")).digest(),
    )


@dataclass(slots=True)
class Limiter:
    """Counts failed attempts to sign in, by address and together."""

    clock: Callable[[], float] = time.monotonic
    failures: dict[str, deque[float]] = field(default_factory=dict)
    everyone: deque[float] = field(default_factory=deque)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, address: str) -> int:
        """Seconds until this address may try again; 0: now."""
        now = self.clock()
        with self.turn:
            own = self.failures.get(address, deque())
            left = [0.0]
            for tries, most in ((own, TRIES), (self.everyone, ALL_TRIES)):
                while tries and now - tries[0] > WINDOW:
                    tries.popleft()
                if len(tries) >= most:
                    left.append(tries[-most] + WINDOW - now)
            if not own:
                self.failures.pop(address, None)
        return int(max(left)) + 1 if max(left) > 0 else 0

    def failed(self, address: str) -> None:
        """Count a failure."""
        now = self.clock()
        with self.turn:
            self.failures.setdefault(address, deque()).append(now)
            self.everyone.append(now)
