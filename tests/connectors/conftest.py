"""What the tests of connectors share: the platform that a test's module names, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from umot.testing import LocalServer


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> Any:
    """A platform of the kind `FAKE` of the test's module."""
    return request.module.FAKE()


@pytest.fixture
def server(fake: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """That platform on loopback, with the keys that it lets in set as variables."""
    with LocalServer(fake.answer) as server:
        fake.url = server.url
        for variable, key in getattr(fake, "keys", {}).items():
            monkeypatch.setenv(variable, key)
        yield server
