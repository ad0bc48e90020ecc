"""Connectors are imported before their sources are visited side by side."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from flows import monitor
from umot import pipeline
from umot.config import Source

from .conftest import for_processes

CODE = """
import sys
from datetime import UTC, datetime

import pytest

from flows import monitor
from umot import pipeline
from umot.config import Source
from umot.config import Source
from umot.pipeline import import_connectors

assert not {"praw", "feedparser"} & sys.modules.keys()
kinds = {"a": "no such connector", "b": "reddit", "c": "feeds"}
import_connectors([Source(name=name, connector=kind) for name, kind in kinds.items()])
assert {"praw", "feedparser"} <= sys.modules.keys()
"""


def test_every_connector_is_imported_and_an_unknown_one_stops_none() -> None:
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, env=for_processes(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_flow_imports_them_before_the_first_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(pipeline, "import_connectors", lambda sources: seen.append("imported"))
    monkeypatch.setattr(monitor.collect, "with_options", lambda **_: pytest.fail("visited early"))
    with pytest.raises(pytest.fail.Exception):
        monitor.visit_all(None, [Source(name="a", connector="feeds")], datetime.now(UTC))
    assert seen == ["imported"]
