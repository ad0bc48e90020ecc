"""The conformance suite for a test: the stage, and its checks, the longest run by make test-all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from umot.plugins import Connector
from umot.testing import Check, LocalServer, Stage, name

LONG = "five_thousand_in_little_memory"


def suite(*groups: Iterable[Check]) -> list[Any]:
    """Mark the long check as slow: connectors that read by the same lists share what it sees."""
    checks = [check for group in groups for check in group]
    return [
        pytest.param(check, marks=[pytest.mark.slow] * (name(check) == LONG), id=name(check))
        for check in checks
    ]


def locked(variable: str, key: str) -> dict[str, Any]:
    """Tell the stage of the one secret there is: where it stands, and one that is refused."""
    return {"secrets": (key,), "credential": variable, "wrong": {variable: "verkeerd-geheim"}}


def staged(server: LocalServer, fake: Any, make: Callable[..., Connector], **given: Any) -> Stage:
    """Set the stage with a platform and what makes its connector for a server and settings."""
    return Stage(
        make=lambda: make(server),
        hurried=lambda: make(server, timeout=0.3),
        serve=fake.serve,
        server=server,
        expire=getattr(fake, "expire", None),
        **given,
    )
