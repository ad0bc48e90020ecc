"""Faults on request: what a platform does on a bad day, for tests of the connectors."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from samples.web import Response

MODES = (
    "429", "dropped", "empty", "exhausted", "garbage", "hang", "html", "huge", "redirect",
    "truncated",
)  # fmt: skip
"""Besides these, any status from 400 to 599."""

MAINTENANCE = b"""<!DOCTYPE html>
<html lang="nl"><head><title>Even geduld</title></head>
<body><h1>We zijn zo terug</h1><p>Er wordt onderhoud gepleegd.</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """How requests below a path prefix go wrong.

    ``retry_after``: seconds, sent with a status and, as the time to the next window, with
    ``exhausted``. ``seconds``: how long ``hang`` waits before it answers properly. ``times``: how
    many requests fail before all is well again, None for no end. ``location``: where ``redirect``
    points. ``mib``: how large ``huge`` answers are.
    """

    prefix: str
    mode: str
    retry_after: int | None = None
    seconds: float = 30.0
    times: int | None = None
    location: str = ""
    mib: int = 32

    def __post_init__(self) -> None:
        status = self.mode.isdigit() and 400 <= int(self.mode) <= 599
        if not status and self.mode not in MODES:
            valid = ", ".join(MODES)
            raise ValueError(f"no fault {self.mode!r}; valid: {valid}, or a status 400 to 599")


class Faults:
    """The faults in force; the longest prefix wins."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._healed = threading.Event()

    def add(self, fault: Fault) -> None:
        """Let requests below the fault's prefix fail from now on."""
        with self._lock:
            self._faults[fault.prefix] = fault

    def clear(self, prefix: str | None = None) -> None:
        """End one prefix's fault, or all of them; whoever hangs goes on."""
        with self._lock:
            if prefix is None:
                self._faults.clear()
            else:
                self._faults.pop(prefix, None)
            self._healed.set()
            self._healed = threading.Event()

    def match(self, path: str) -> Fault | None:
        """Return the fault for a path, counted as used once."""
        with self._lock:
            fitting = [one for one in self._faults.values() if path.startswith(one.prefix)]
            if not fitting:
                return None
            fault = max(fitting, key=lambda one: len(one.prefix))
            if fault.times is not None:
                if fault.times <= 1:
                    del self._faults[fault.prefix]
                else:
                    self._faults[fault.prefix] = replace(fault, times=fault.times - 1)
            return fault

    def hang(self, fault: Fault) -> None:
        """Wait as long as the fault says, or until something is healed."""
        self._healed.wait(fault.seconds)


def spoil(fault: Fault, good: Response) -> Response:
    """Return the answer that goes out in place of a good one."""
    body = good.body
    if fault.mode.isdigit():
        return _status(fault)
    if fault.mode == "dropped":  # the connection ends before the length it promised
        return replace(good, body=body[: len(body) // 2], length=len(body))
    if fault.mode == "empty":
        return replace(good, body=b"")
    if fault.mode == "exhausted":
        reset = str(1 if fault.retry_after is None else fault.retry_after)
        limits = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": reset}
        return replace(good, headers=dict(good.headers) | limits)
    if fault.mode == "garbage":
        return replace(good, body=bytes(range(256)) * 8)
    if fault.mode == "html":
        return Response(200, MAINTENANCE, "text/html; charset=utf-8")
    if fault.mode == "huge":
        return replace(good, body=body + b" " * (fault.mib * 2**20))
    if fault.mode == "redirect":
        return Response(302, headers={"Location": fault.location})
    if fault.mode == "truncated":  # a whole answer, but the document in it breaks off
        return replace(good, body=body[: len(body) // 2])
    return good


def _status(fault: Fault) -> Response:
    """Return an error status, with Retry-After where asked for."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Response(int(fault.mode), f"fault below {fault.prefix}\n".encode(), headers=headers)
