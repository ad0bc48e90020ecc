"""One writer at a time: the global concurrency limit, and the lock behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.sync import concurrency

from flows import turn as turns
from flows.leftovers import sweep
from flows.turn import WRITER, turn

HOLD = 1.5  # seconds a test holds what another waits for


@flow(persist_result=False)
def taking_a_turn(home: Path) -> float:
    """Seconds waited."""
    started = time.monotonic()
    with turn(home):
        return time.monotonic() - started


def slots() -> tuple[int, int]:
    """The limit, and how much of it is taken."""
    with get_client(sync_client=True) as client:
        found = client.read_global_concurrency_limit_by_name(WRITER)
    return found.limit, found.active_slots


@pytest.mark.usefixtures("prefect")
def test_a_turn_takes_the_only_slot_and_waits_for_it(tmp_path: Path) -> None:
    taking_a_turn(tmp_path)  # the limit is made where there is none
    assert slots() == (1, 0)
    taken = threading.Event()

    def another() -> None:
        with concurrency(WRITER, lease_duration=60, strict=True):
            taken.set()
            time.sleep(HOLD)

    thread = threading.Thread(target=another)
    thread.start()
    taken.wait(10)
    assert slots() == (1, 1)
    assert taking_a_turn(tmp_path) > HOLD / 2
    thread.join()
    assert slots() == (1, 0)


@pytest.mark.usefixtures("prefect")
def test_runs_of_one_folder_wait_for_each_other(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    lock = FileLock(tmp_path / "prefect" / "turn.lock", thread_local=False)
    lock.acquire()
    threading.Timer(HOLD, lock.release).start()
    assert taking_a_turn(tmp_path) > HOLD / 2


@pytest.mark.usefixtures("prefect")
def test_a_stuck_queue_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT", 0.3)
    taking_a_turn(tmp_path)
    stuck = GlobalConcurrencyLimitUpdate(active_slots=1)
    with get_client(sync_client=True) as client:
        client.update_global_concurrency_limit(WRITER, stuck)
    try:
        assert 0.3 <= taking_a_turn(tmp_path) < 10
        with FileLock(tmp_path / "prefect" / "turn.lock"):
            assert 0.6 <= taking_a_turn(tmp_path) < 10
    finally:
        with get_client(sync_client=True) as client:
            free = GlobalConcurrencyLimitUpdate(active_slots=0)
            client.update_global_concurrency_limit(WRITER, free)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose child a process is")
def test_a_temporary_server_whose_run_is_gone_is_stopped(tmp_path: Path) -> None:
    marks = {"PREFECT_HOME": str(tmp_path), "PREFECT__SERVER_EPHEMERAL": "1"}
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    named = [*sleep, "prefect.server.api.server:create_app"]
    ours = subprocess.Popen(named, env=os.environ | marks)  # its run, this test, is alive
    script = '"$@" >/dev/null & echo $!'
    shell = ["sh", "-c", script, "sh", *named]
    orphan = int(subprocess.run(shell, env=os.environ | marks, stdout=-1, check=True).stdout)
    other = tmp_path / "other"
    try:
        wait_until(lambda: b"create_app" in Path(f"/proc/{orphan}/cmdline").read_bytes())
        assert sweep(other) == []
        assert sweep(tmp_path) == [orphan]
        wait_until(lambda: not alive(orphan))
        assert ours.poll() is None
    finally:
        ours.kill()
        ours.wait()
        if alive(orphan):
            os.kill(orphan, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be buried does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False


def wait_until(true: object) -> None:
    """Wait for a condition, 10 seconds at most."""
    ends = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.05)
