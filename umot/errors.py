"""The three kinds of failure; only `Retriable` is ever retried."""

from __future__ import annotations

import socket
from collections.abc import Iterable


class UmotError(Exception):
    """Base of all errors whose message is meant for the person at the terminal."""


class Fatal(UmotError):
    """Trying again cannot help: bad configuration, wrong credentials, a damaged file."""


class Retriable(UmotError):
    """It may work later: a time-out, 429, 5xx, a busy lock.

    `retry_after` is the number of seconds the other side asked us to wait, where it did.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Skippable(UmotError):
    """One item cannot be used; it is counted, kept aside with its reason and shown."""


class UnknownName(Fatal):
    """A name that is not among the valid ones; the message lists those."""

    def __init__(self, what: str, given: str, valid: Iterable[str]) -> None:
        names = ", ".join(sorted(valid)) or "none"
        super().__init__(f"unknown {what} {given!r}; valid: {names}")


def in_words(error: OSError) -> str:
    """What the system says is wrong, without its number."""
    if isinstance(error, socket.gaierror):
        return "its name is not found; is this machine online?"
    return error.strerror or str(error) or type(error).__name__
