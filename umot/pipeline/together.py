"""Visiting many sources at the same time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from datetime import datetime

from umot.config import Source
from umot.pipeline.collecting import Visit, attempt, import_connectors
from umot.pipeline.monitor import Monitor, Progress, silent

AT_ONCE = 8  # sources fetched at the same time; they write in turn


def collect_all(
    monitor: Monitor,
    sources: Sequence[Source],
    *,
    now: datetime,
    progress: Progress = silent,
    since: datetime | None = None,
) -> list[Visit]:
    """Visit the sources, some at the same time, so that a slow one delays no other.

    A failure becomes the error of its visit. The visits are in the order of `sources`.
    """
    import_connectors(sources)  # by one thread: libraries import each other's halves otherwise
    waiting: queue.SimpleQueue[tuple[int, Source]] = queue.SimpleQueue()
    for numbered in enumerate(sources):
        waiting.put(numbered)
    done: queue.SimpleQueue[tuple[int, Visit | BaseException]] = queue.SimpleQueue()
    lock = threading.Lock()

    def show(what: str, so_far: int, total: int | None) -> None:
        with lock:
            progress(what, so_far, total)

    def work() -> None:
        while True:
            try:
                place, source = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((place, attempt(monitor, source, now=now, progress=show, since=since)))
            except BaseException as error:  # raised again where it can be seen
                done.put((place, error))

    for number in range(min(AT_ONCE, len(sources))):
        # Daemons: who presses Ctrl-C does not want to wait until a hanging server answers.
        threading.Thread(target=work, name=f"collect-{number}", daemon=True).start()
    visits: dict[int, Visit] = {}
    for _ in sources:
        place, visit = done.get()
        if isinstance(visit, BaseException):
            raise visit
        visits[place] = visit
    return [visits[place] for place in range(len(sources))]
