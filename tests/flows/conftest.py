"""One Prefect for all tests of the flows, and a tiny platform on loopback to read from."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

# Read when Prefect is imported, which the test modules do at their top.
PREFECT = tempfile.TemporaryDirectory(prefix="umot-tests-prefect-")  # removed at the end
os.environ["PREFECT_HOME"] = PREFECT.name
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_LOGGING_EXTRA_LOGGERS"] = "umot"
os.environ["PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW"] = "ignore"

ROOT = Path(__file__).parents[2]
PLUGIN = Path(__file__).parent / "plugin"  # as if installed: a module and its dist-info
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What the platform says once."""

    status: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # it takes to answer


@dataclass
class Platform:
    """A server on loopback: `plan` has the answers of each path, the last one for ever after."""

    url: str
    plan: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def says(self, name: str, *answers: Answer) -> None:
        self.plan[f"/{name}"] = list(answers)

    def next(self, path: str, token: str | None) -> Answer:
        with self.lock:
            self.asked.append(path)
            self.tokens.append(token)
            answers = self.plan[path]
            return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture(scope="session", autouse=True)
def plugin() -> Iterator[None]:
    """The test platform and model, registered by entry point, here and in child processes."""
    sys.path.insert(0, str(PLUGIN))
    yield
    sys.path.remove(str(PLUGIN))


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """Prefect with a server and database of its own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def platform() -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = made.next(self.path, self.headers.get("Authorization"))
            time.sleep(answer.seconds)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(answer.posts).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Platform(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose retries do not wait."""
    monkeypatch.setenv("UMOT_RETRY_DELAYS", "0")
    monkeypatch.delenv("UMOT_HOME", raising=False)
    return tmp_path / "home"


@pytest.fixture
def sources(home: Path, platform: Platform) -> Callable[..., None]:
    """Writes the configuration with these sources, each answering as planned."""

    def write(**plan: list[Answer]) -> None:
        lines = ['[brand]\nname = "Brand"\n\n[model]\nname = "test-words"\nlanguages = ["nl"]\n']
        for name, answers in plan.items():
            platform.says(name, *answers)
            lines.append(
                f'[[sources]]\nname = "{name}"\nconnector = "test-platform"\n'
                f'url = "{platform.url}/{name}"\ntoken_variable = "UMOT_TEST_TOKEN"\n'
            )
        home.mkdir(exist_ok=True)
        (home / "umot.toml").write_text("\n".join(lines), "utf-8")

    return write


def for_processes(**more: str) -> dict[str, str]:
    """The environment of a Python that can import the project and the plug-in, and no Prefect's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    return ours | {"PYTHONPATH": f"{ROOT}{os.pathsep}{PLUGIN}"} | more


def posts(prefix: str, count: int = 2) -> list[dict[str, Any]]:
    """Posts of a source."""
    body = "De bezorging was traag, keer {}."
    return [{"id": f"{prefix}{n}", "body": body.format(n)} for n in range(count)]
