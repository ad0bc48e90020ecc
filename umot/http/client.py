"""The client itself: capped in time and size, conditional, clear about what went wrong.

Addresses may carry passwords and keys, so people are only ever shown scheme, host and path.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, Self

import httpx

from umot.errors import Fatal, Retriable, UmotError
from umot.http.addresses import address, follow, origin, show
from umot.http.failures import Refused, check, failure
from umot.http.unpacking import Gunzip
from umot.http.waiting import Quotas

USER_AGENT = "umot review monitor (httpx)"
MAX_REDIRECTS = 5
CONNECT = 10.0  # seconds
REASONS = 65_536  # bytes that are read of what a server says with a refusal
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# Both write whole addresses (and, at DEBUG, headers) to the log: keys and passwords with them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting, for each silence, for all of it; bytes of a decompressed body."""

    connect: float = CONNECT
    read: float = 30.0
    total: float = 120.0
    size: int = 16 * 2**20

    @classmethod
    def silence(cls, seconds: float) -> Self:
        """Give up after so many seconds of silence, on connecting after ten at most."""
        return cls(min(CONNECT, seconds), seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 2xx, or 304 with no content; `url` is where redirects ended.

    `cut` is why the body is not whole, where it is not: `content` is what arrived until then.
    """

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str]
    cut: UmotError | None = None

    def whole(self) -> bytes:
        """Return the content. Raises `cut` where the body is not whole."""
        if self.cut is not None:
            raise self.cut
        return self.content

    def json(self) -> Any:
        """Read the content as JSON. Raises `cut`, or `Fatal` where it is something else."""
        try:
            return json.loads(self.whole(), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            what = "an HTML page" if b"<html" in self.content[:4096].lower() else "no JSON"
            raise Fatal(f"{show(self.url)} answered with {what}, where JSON was due") from error


class Client:
    """Gets addresses and posts to them.

    Raises `Retriable` (time-outs, lost connections, 429, 5xx) or `Fatal`.
    """

    def __init__(self, limits: Limits | None = None, *, user_agent: str = USER_AGENT) -> None:
        self._limits = limits or Limits()
        self._http = httpx.Client(
            timeout=httpx.Timeout(self._limits.read, connect=self._limits.connect),
            # Only gzip: it is unpacked here, since httpx would unpack a bomb's chunk whole.
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            follow_redirects=False,
            verify=_certificates(),
        )
        self._quotas = Quotas()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | Sequence[str]] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Get `url`; with the validators of an earlier answer, 304 means that nothing changed.

        `params` are put behind the address: a list of values gives the name several times.
        `headers` may hold keys: they, like a password in the address, stay with its origin.
        Raises `Retriable`, `Refused` (with the status) or `Fatal`.
        """
        deadline = time.monotonic() + self._limits.total
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        valid = {name: value for name, value in conditions.items() if value}
        target, own = address(url), dict(headers or {})
        if params:
            target = target.copy_merge_params(httpx.QueryParams(dict(params)))
        for _ in range(MAX_REDIRECTS + 1):
            self._quotas.check(target)
            with self._open("GET", target, headers={**own, **valid}) as response:
                if response.status_code not in REDIRECTS:
                    return self._answer(response, target, deadline)
                self._quotas.note(target, response.headers)
                onward = follow(target, response.headers.get("Location"))
            if origin(onward) != origin(target):
                own = {}
            target = onward
        raise Fatal(f"{show(url)} redirects more than {MAX_REDIRECTS} times")

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post `form` (as a web page would) or `json` to `url`: for what signs one in.

        Redirects are not followed, since they would take what was posted elsewhere. Raises as
        `get` does.
        """
        deadline, target = time.monotonic() + self._limits.total, address(url)
        self._quotas.check(target)
        sent: dict[str, Any] = {"data": dict(form)} if form is not None else {"json": json}
        with self._open("POST", target, headers=dict(headers or {}), **sent) as response:
            if response.status_code in REDIRECTS:
                raise Fatal(f"{show(target)} redirects, where an answer was due")
            return self._answer(response, target, deadline)

    def _answer(self, response: httpx.Response, target: httpx.URL, deadline: float) -> Answer:
        """Read the answer. Raises for a status that is no success."""
        self._quotas.note(target, response.headers)
        try:
            check(response, target)
        except Refused as error:
            error.content, _ = self._read(response, target, deadline, REASONS)
            raise
        content, cut = self._read(response, target, deadline, self._limits.size)
        return Answer(str(target), response.status_code, content, response.headers, cut)

    @contextmanager
    def _open(self, method: str, target: httpx.URL, **given: Any) -> Iterator[httpx.Response]:
        try:
            with self._http.stream(method, target, **given) as response:
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failure(error, target) from error

    def _read(
        self, response: httpx.Response, target: httpx.URL, deadline: float, size: int
    ) -> tuple[bytes, UmotError | None]:
        """Return the unpacked body up to `size` bytes, and why it stops early if it does."""
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip", ""):
            raise Fatal(f"{show(target)} sends its answer packed as {coding[:20]!r}, not as gzip")
        unpack = Gunzip() if "gzip" in coding else None
        body = bytearray()
        try:
            for chunk in response.iter_raw():
                body += unpack.feed(chunk, size + 1 - len(body)) if unpack else chunk
                if len(body) > size:
                    large = f"{show(target)} sends more than {size / 2**20:g} MiB"
                    return bytes(body[:size]), Fatal(large)
                if time.monotonic() > deadline:
                    slow = f"{show(target)} takes more than {self._limits.total:g} s to answer"
                    return bytes(body), Retriable(slow)
        except httpx.HTTPError as error:
            return bytes(body), failure(error, target)
        except zlib.error:
            return bytes(body), Fatal(f"{show(target)} sends a damaged gzip body")
        if unpack and body and not unpack.complete:
            return bytes(body), Retriable(f"{show(target)} broke off its answer")
        return bytes(body), None


def _no_constant(name: str) -> NoReturn:
    """Refuse what Python takes for JSON and databases do not: NaN and the infinities."""
    raise ValueError(name)


@cache
def _certificates() -> ssl.SSLContext:
    """Read the trusted certificates once: it takes longer than many an answer."""
    return httpx.create_ssl_context()
