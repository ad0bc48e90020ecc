"""What the system says of a connection, as people read it."""

from __future__ import annotations

import socket

import httpx
import pytest

from umot.errors import Retriable
from umot.http.failures import failure

OFFLINE = socket.gaierror(-2, "Name or service not known")
REFUSED = ConnectionRefusedError(111, "Connection refused")


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (OFFLINE, "its name is not found; is this machine online?"),
        (REFUSED, "Connection refused"),
    ],
)
def test_a_connection_that_fails_is_told_in_words(cause: OSError, said: str) -> None:
    error = httpx.ConnectError(str(cause))
    error.__cause__ = cause  # as httpx has it
    told = failure(error, httpx.URL("https://u:secret@forum.example/feed?key=1"))
    assert isinstance(told, Retriable)
    assert str(told) == f"https://forum.example/feed cannot be reached: {said}"
