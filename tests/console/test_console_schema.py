"""Schemathesis over the API's own description: no fault of ours, nothing without signing in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from umot.console import Access, Console, make_app
from umot.console.sessions import Limiter

pytestmark = pytest.mark.slow
TOKEN = "token-of-a-program"


def test_the_api_keeps_to_its_description(console_home: Path, tmp_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis (group dev)")
    shutil.copytree(console_home, tmp_path / "home")
    console = Console(tmp_path / "home", Access(token=TOKEN, hosts=()))
    app = make_app(console)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    seen = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        examine(operation, headers, console)
        seen.add(operation.path)
    assert {"/api/posts", "/api/sql", "/api/alerts/{alert_id}", "/api/overview"} <= seen


def examine(operation: Any, headers: dict[str, str], console: Console) -> None:
    """Ask one operation in many ways, signed in and not."""
    from hypothesis import HealthCheck, Phase, given, settings

    @given(case=operation.as_strategy())
    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def check(case: Any) -> None:
        console.limiter = Limiter()  # else the wrong tokens below shut out the right one
        answer = case.call(headers=headers)
        assert answer.status_code != 401
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        closed = case.call(headers={"Authorization": "Bearer wrong"})
        assert closed.status_code == 401
        assert "Vlotte" not in closed.text

    check()
