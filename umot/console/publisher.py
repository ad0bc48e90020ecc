"""Publishing what was written here, in the background: a large warehouse takes a while."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from umot.errors import UmotError
from warehouse import Warehouse

log = logging.getLogger("umot.console")
DELAY = 2.0  # seconds to wait for more to be written before it is published
LONGEST = 60.0  # seconds that are added at most where a copy takes long
AGAIN = 30.0  # seconds after which it is tried again


class Publisher:
    """A thread that publishes once it is asked to; its own `Warehouse`, so nobody waits for it."""

    def __init__(self, home: Path, delay: float = DELAY) -> None:
        self._warehouse = Warehouse(home)
        self.delay = delay
        self.done = threading.Event()  # once it was published in the background
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._took = 0.0  # seconds that the last copy took
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()

    def ask(self) -> None:
        """Have it published soon."""
        self._wanted.set()
        with self._turn:
            alive = self._thread is not None and self._thread.is_alive()
            if not alive and not self._over.is_set():
                self._thread = threading.Thread(target=self._work, name="publisher", daemon=True)
                self._thread.start()

    def now(self) -> bool:
        """Publish at once; whether anything had changed. Raises `UmotError`."""
        self._wanted.clear()
        return self._warehouse.publish("umot serve")

    def close(self) -> None:
        """Publish what was asked for, and stop; a failure is left to the next run of umot."""
        self._over.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(60)

    def _work(self) -> None:
        while not self._over.is_set() or self._wanted.is_set():
            self._wanted.wait()
            # Who writes waits while a copy is made: the longer that takes, the more is gathered.
            self._over.wait(self.delay + min(self._took, LONGEST))
            started = time.monotonic()
            try:
                self.now()
                self._took = time.monotonic() - started
                self.done.set()
            except UmotError as error:  # it is stored; the next pass of umot publishes it, too
                log.warning("not published yet: %s", error)
                if self._over.is_set():
                    return
                self._wanted.set()
                self._over.wait(AGAIN)
