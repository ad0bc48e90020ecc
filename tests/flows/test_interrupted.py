"""Ctrl-C and SIGTERM end a run at once, whatever its sources do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from flows.monitor import interruptible
from umot.errors import Fatal

from .conftest import for_processes


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_not_waited_out(number: signal.Signals, request: pytest.FixtureRequest) -> None:
    # Started in the background of a shell, the tests would not feel Ctrl-C themselves.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, ours))
    before = signal.getsignal(signal.SIGTERM)
    over = threading.Event()
    threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interruptible(lambda: over.wait(30))
    assert time.monotonic() - started < 10
    assert signal.getsignal(signal.SIGTERM) is before
    over.set()


def test_results_and_errors_come_through_in_any_thread() -> None:
    assert interruptible(lambda: 3) == 3
    with pytest.raises(Fatal, match="no"):
        interruptible(failing)
    came: list[int] = []
    thread = threading.Thread(target=lambda: came.append(interruptible(lambda: 4)))
    thread.start()
    thread.join(10)
    assert came == [4]


def failing() -> None:
    raise Fatal("no")


def test_leaving_waits_for_no_thread() -> None:
    code = (
        "import threading, time\n"
        "from flows.leftovers import leave\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "print('said', flush=False)\n"
        "leave(130)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=for_processes(), capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 130
    assert done.stdout == b"said\n"
