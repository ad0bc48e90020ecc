"""What is set before Prefect is imported, and what is left as the user set it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import environment
from flows.environment import announce, for_children, prepare, running
from umot.errors import Fatal


@pytest.fixture
def server() -> Iterator[str]:
    """The API address of something that answers as a healthy Prefect server."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/api"
    http.shutdown()
    http.server_close()


def test_prefect_keeps_its_data_in_the_folder(tmp_path: Path) -> None:
    values: dict[str, str] = {}
    prepare(tmp_path, values)
    assert values["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert values["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "120"
    assert values["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert values["DO_NOT_TRACK"] == "1"
    assert "PREFECT_API_URL" not in values


def test_a_folder_that_cannot_be_made_is_told_before_prefect_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    values: dict[str, str] = {}
    with pytest.raises(Fatal, match=r"file/data/prefect cannot be made: Not a directory"):
        prepare(tmp_path / "file" / "data", values)
    assert "PREFECT_HOME" not in values


def test_what_is_set_stays(tmp_path: Path) -> None:
    values = {
        "PREFECT_HOME": "/elsewhere",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "9",
    }
    prepare(tmp_path, values)
    assert values["PREFECT_HOME"] == "/elsewhere"
    assert values["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "9"


def test_a_server_of_the_users_is_used_as_it_is(tmp_path: Path) -> None:
    values = {"PREFECT_API_URL": "https://prefect.example/api"}
    prepare(tmp_path, values)
    assert values["PREFECT_API_URL"] == "https://prefect.example/api"
    assert not {name for name in values if name.startswith(("PREFECT_HOME", "PREFECT_SERVER_E"))}
    assert values["PREFECT_LOGGING_EXTRA_LOGGERS"] == "umot"


def test_the_server_of_umot_up_is_found_while_it_answers(tmp_path: Path, server: str) -> None:
    assert running(tmp_path) is None
    file = announce(tmp_path, server)
    assert running(tmp_path) == server
    values: dict[str, str] = {}
    prepare(tmp_path, values)
    assert values["PREFECT_API_URL"] == server

    announce(tmp_path, "http://127.0.0.1:1/api")
    assert running(tmp_path) is None
    announce(tmp_path, "http://prefect.example/api")  # only one on this machine can be ours
    assert running(tmp_path) is None
    for damaged in ("", "[]", "{}"):
        file.write_text(damaged, "utf-8")
        assert running(tmp_path) is None


def test_children_get_the_folder_and_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_SECRET", "given")
    values = for_children(tmp_path, "http://127.0.0.1:4201/api")
    assert values["UMOT_HOME"] == str(tmp_path)
    assert values["PREFECT_HOME"] == str(tmp_path / environment.FOLDER)
    assert values["PREFECT_API_URL"] == "http://127.0.0.1:4201/api"
    assert values["UMOT_REDDIT_CLIENT_SECRET"] == "given"


def test_preparing_does_not_import_prefect() -> None:
    code = "import sys, flows.environment, flows.up; assert 'prefect' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
