"""The real thing: server, work pool, deployments and worker, as `umot up` starts them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import pytest

from .conftest import Answer, for_processes, posts

pytestmark = pytest.mark.slow
UP = "import sys; from pathlib import Path; from flows.up import up\n"
UP += "sys.exit(up(Path(sys.argv[1]), int(sys.argv[2])))"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def running(home: Path, sources: Callable[..., None], port: int) -> Iterator[subprocess.Popen[str]]:
    """`umot up` for a brand of which one source works and one does not."""
    sources(good=[Answer(posts=posts("a"))], gone=[Answer(404)])
    process = subprocess.Popen(
        [sys.executable, "-c", UP, str(home), str(port)],
        env=for_processes(),
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:  # the test failed; its children must not outlive it
        process.terminate()
        process.wait(60)


def test_the_deployed_monitor_and_digest_run(
    home: Path, port: int, running: subprocess.Popen[str]
) -> None:
    note = home / "prefect" / "server.json"
    ends = time.monotonic() + 300
    while not note.exists():
        assert running.poll() is None, running.stderr and running.stderr.read()
        assert time.monotonic() < ends
        time.sleep(0.2)
    url = json.loads(note.read_text("utf-8"))["url"]
    assert url == f"http://127.0.0.1:{port}/api"

    environment = for_processes(PREFECT_API_URL=url, PREFECT_HOME=str(home / "prefect"))
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]

    def run(deployment: str) -> subprocess.CompletedProcess[str]:
        arguments = ["deployment", "run", deployment, "--watch", "--watch-timeout", "240"]
        return subprocess.run(
            [*prefect, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    assert run("monitor/monitor").returncode == 1
    (monitored,) = httpx.post(f"{url}/flow_runs/filter", json={"limit": 1}, timeout=30).json()
    assert monitored["state"]["message"].startswith("1 of 2 sources failed: gone: http")
    with duckdb.connect(str(home / "warehouse" / "published.duckdb"), read_only=True) as db:
        assert db.execute("SELECT count(*) FROM posts").fetchall() == [(2,)]
        assert db.execute("SELECT count(*) FROM sentiments").fetchall() == [(2,)]
    assert run("daily-digest/daily-digest").returncode == 0
    assert len(list((home / "digests").iterdir())) == 3

    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 0
    assert not note.exists()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environ = (process / "environ").read_bytes()
        except OSError:
            continue
        assert f"PREFECT_HOME={home}".encode() not in environ
