"""The conformance suite's checks for a test, the longest of them run by make test-all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from umot.testing import Check, name

LONG = "five_thousand_in_little_memory"


def suite(*groups: Iterable[Check]) -> list[Any]:
    """Mark the long check as slow: connectors that read by the same lists share what it sees."""
    checks = [check for group in groups for check in group]
    return [
        pytest.param(check, marks=[pytest.mark.slow] * (name(check) == LONG), id=name(check))
        for check in checks
    ]
