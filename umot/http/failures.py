"""What went wrong with a request, as our kinds of failure."""

from __future__ import annotations

import json
import ssl
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from umot.errors import Fatal, Retriable, UmotError, in_words
from umot.http.addresses import show
from umot.http.waiting import quota_reset, retry_after

Kind = TypeVar("Kind", bound=BaseException)


class Refused(Fatal):
    """The server answered, and said no. `status` is the HTTP status it gave.

    `content` is what it said with it, the first 64 KiB, never part of the message: it may quote
    what was sent.
    """

    def __init__(self, message: str, status: int, content: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.content = content

    def json(self) -> Any:
        """Read the content as JSON; None where it is something else."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


def check(response: httpx.Response, target: httpx.URL) -> None:
    """Raise `Retriable` or `Refused` for a status that is neither a success nor 304."""
    status = response.status_code
    if 200 <= status < 300 or status == HTTPStatus.NOT_MODIFIED:
        return
    known = status in HTTPStatus._value2member_map_
    message = f"{show(target)} answered {status} {HTTPStatus(status).phrase if known else ''}"
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS) or status >= 500:
        wait = retry_after(response.headers)
        if wait is None and status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = quota_reset(response.headers)
        raise Retriable(message.rstrip(), retry_after=wait)
    raise Refused(message.rstrip(), status)


def failure(error: httpx.HTTPError | httpx.InvalidURL, target: httpx.URL) -> UmotError:
    """Make our error of one of the library's."""
    where = show(target)
    if isinstance(error, httpx.TimeoutException):
        return Retriable(f"{where} did not answer in time")
    if isinstance(error, httpx.RemoteProtocolError):
        return Retriable(f"{where} broke off its answer, or it was no valid HTTP")
    if (unsafe := _behind(error, ssl.SSLError)) is not None:
        return Fatal(f"{where}: no safe connection: {unsafe.reason or unsafe}")
    if isinstance(error, httpx.NetworkError | httpx.ProxyError):
        cause = _behind(error, OSError)
        return Retriable(f"{where} cannot be reached: {in_words(cause) if cause else error}")
    # Its text may quote a header or the address, so it is not shown.
    return Fatal(f"{where} cannot be asked: {type(error).__name__}")


def _behind(error: BaseException, kind: type[Kind]) -> Kind | None:
    """Find the failure of this kind that `error` came of, if there is one."""
    step: BaseException | None = error
    while step is not None and not isinstance(step, kind):
        step = step.__cause__ or step.__context__
    return step
