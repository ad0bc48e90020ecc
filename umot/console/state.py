"""What every page needs: the data folder opened, who may come in, and what was just written."""

from __future__ import annotations

import ipaddress
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar, cast

from umot import config
from umot.config import Settings
from umot.console.overlay import Overlay
from umot.console.publisher import Publisher
from umot.console.sessions import Limiter, Sessions, key
from umot.errors import Fatal
from warehouse import Warehouse
from warehouse.console_copy import Copy

PASSWORD, TOKEN = "UMOT_CONSOLE_PASSWORD", "UMOT_CONSOLE_TOKEN"
T = TypeVar("T")
HOSTS = "UMOT_CONSOLE_HOSTS"
SHORTEST = 12  # characters of a password or token
LOOPBACK = ("localhost", "127.0.0.1", "::1")
STATEMENTS = 2  # of ad-hoc SQL at the same time


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in. `hosts` are the names by which it may be called; empty: any."""

    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = LOOPBACK

    @property
    def open(self) -> bool:
        """Whether whoever reaches it may come in."""
        return self.password is None and self.token is None

    @classmethod
    def of(cls, host: str) -> Access:
        """What the environment says, for a console that listens at `host`.

        Raises `Fatal` for a host that others reach where no password or token is set, and for one
        that is too short.
        """
        password, token = os.environ.get(PASSWORD) or None, os.environ.get(TOKEN) or None
        for name, value in ((PASSWORD, password), (TOKEN, token)):
            if value is not None and len(value) < SHORTEST:
                raise Fatal(f"{name} is too short: give at least {SHORTEST} characters")
        named = tuple(one.strip().lower() for one in os.environ.get(HOSTS, "").split(",") if one)
        if is_loopback(host):
            return cls(password, token, (*LOOPBACK, *named))
        if password is None and token is None:
            raise Fatal(
                f"others can reach {host}: set {PASSWORD} (or {TOKEN}) in the environment first, "
                "or leave --host out to listen on this machine only"
            )
        return cls(password, token, (*LOOPBACK, *named) if named else ())


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def utc_now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


class Kept:
    """What was asked last of the copy that is open, which answers the same as long as it stays.

    To be asked by who reads the copy. What several ask at the same time is made once.
    """

    def __init__(self, copy: Copy, most: int = 100) -> None:
        self._copy = copy
        self._most = most
        self._turn = Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept of `key`, else what `make` gives; what was asked longest ago goes."""
        whole = (self._copy.opened, key)
        with self._turn:
            if whole in self._known:
                return cast(T, self._found(whole))
            making = self._making.setdefault(whole, Lock())
        with making:
            with self._turn:
                if whole in self._known:  # another thread was first
                    return cast(T, self._found(whole))
            try:
                made = make()
            finally:
                with self._turn:
                    self._making.pop(whole, None)
            with self._turn:
                self._known[whole] = made
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return made

    def _found(self, whole: Hashable) -> Any:
        """What is known, as the latest that was asked; with the turn."""
        self._known.move_to_end(whole)
        return self._known[whole]


class Console:
    """One data folder, opened for the console; used by all threads."""

    def __init__(self, home: Path, access: Access) -> None:
        self.home = home
        self.access = access
        self.settings: Settings = config.load(home)
        self.warehouse = Warehouse(home)
        self.copy = Copy(self.warehouse)
        self.overlay = Overlay(self.copy)
        self.kept = Kept(self.copy)
        self.publisher = Publisher(home)
        # Another password ends all sessions: it is part of what signs them.
        secret = f"{access.password or ''}\0{access.token or ''}"
        self.sessions = Sessions(key(home), secret)
        self.limiter = Limiter()
        self.statements = BoundedSemaphore(STATEMENTS)

    def close(self) -> None:
        """Publish what is still to be, and let go of the files."""
        self.publisher.close()
        self.copy.close()
