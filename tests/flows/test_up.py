"""`umot up` in parts, with small programs in the place of server and worker."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from flows import children
from flows.children import Child
from flows.up import deployments, must_be_free, signals, up, wait_for, watch
from umot.errors import Fatal

SERVER = ("http.server", "--bind", "127.0.0.1", "0")  # runs until it is stopped
BROKEN = ("json.tool", "/no/such/file")  # ends at once, with a message


def start(tmp_path: Path, name: str, *arguments: str) -> Child:
    return children.start(name, arguments, dict(os.environ), tmp_path / "logs")


def ended(child: Child) -> None:
    """Wait for its end."""
    child.process.wait(20)


def test_children_log_to_files_and_stop(tmp_path: Path) -> None:
    child = start(tmp_path, "server", *SERVER)
    assert not child.ended
    children.stop(child)
    assert child.ended
    assert child.log == tmp_path / "logs" / "server.log"
    children.stop(child)  # once more does no harm


def test_a_child_that_will_not_stop_is_killed_with_its_own(tmp_path: Path) -> None:
    module = tmp_path / "stubborn.py"
    module.write_text(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(own.pid, flush=True)\n"
        "time.sleep(60)\n",
        "utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    child = children.start("stubborn", ["stubborn"], environment, tmp_path / "logs")
    ends = time.monotonic() + 20
    while not child.log.read_text("utf-8").strip():
        assert time.monotonic() < ends
        time.sleep(0.05)
    own = int(child.last_words())
    children.stop(child, patience=0.2)
    assert child.process.returncode == -signal.SIGKILL
    ends = time.monotonic() + 10
    while runs(own):
        assert time.monotonic() < ends
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process exists and is more than a name waiting to be buried."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or ") Z" not in status.read_text("utf-8")


def test_a_large_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LARGEST", 3)
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "broken.log").write_text("old line\n", "utf-8")
    child = start(tmp_path, "broken", *BROKEN)
    ended(child)
    assert (logs / "broken.log.1").read_text("utf-8") == "old line\n"
    assert "old line" not in child.log.read_text("utf-8")


def test_a_step_that_fails_says_its_last_line_and_where_the_rest_is(tmp_path: Path) -> None:
    child = start(tmp_path, "deploy", *BROKEN)
    with pytest.raises(Fatal, match=r"deploy failed: .*no/such/file.*deploy\.log"):
        children.finish(child, threading.Event(), 20)


def test_a_step_that_hangs_ends_in_time_or_when_asked(tmp_path: Path) -> None:
    slow = start(tmp_path, "deploy", *SERVER)
    with pytest.raises(Fatal, match="took over 0 seconds"):
        children.finish(slow, threading.Event(), 0.2)
    assert slow.ended
    stopping = threading.Event()
    stopping.set()
    child = start(tmp_path, "deploy", *SERVER)
    children.finish(child, stopping, 20)
    assert child.ended


def test_a_child_that_dies_is_named_and_all_end_with_1(tmp_path: Path) -> None:
    said: list[str] = []
    server, worker = start(tmp_path, "server", *SERVER), start(tmp_path, "worker", *BROKEN)
    try:
        assert watch([server, worker], threading.Event(), said.append) == 1
    finally:
        children.stop(server)
    assert said[0].startswith("worker ended with code 2: ")
    assert "worker.log" in said[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_sigterm_and_a_closed_terminal_end_it_well(
    tmp_path: Path, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    child = start(tmp_path, "server", *SERVER)
    try:
        with signals() as stopping:
            os.kill(os.getpid(), number)
            assert watch([child], stopping, lambda _line: None) == 0
    finally:
        children.stop(child)
    assert signal.getsignal(number) is before


def test_nohup_outlives_the_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals() as stopping:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stopping.wait(0.05)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_server_that_dies_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="the server ended: "):
        wait_for(start(tmp_path, "server", *BROKEN), "http://127.0.0.1:1/api", threading.Event())


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Fatal, match=f"port {port} is in use; another: umot up --port"):
            up(tmp_path, port)
    must_be_free(port)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_configuration_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "umot.toml").write_text("[brand]\nnaam = 'x'\n", "utf-8")
    with pytest.raises(Fatal, match="naam"):
        up(tmp_path, 0)


def test_prefect_yaml_is_found() -> None:
    assert deployments().name == "prefect.yaml"
