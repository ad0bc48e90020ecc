"""The main job as plain functions: collect, classify and trace, alert, publish.

Each step stores what it has in short transactions, so it may die at any line and be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.reader import Reader
from umot.notify.deliver import Deliveries
from umot.pipeline.alerting import deliver, raise_alerts
from umot.pipeline.collecting import (
    Visit,
    attempt,
    batches,
    collect,
    connector,
    finish,
    goes_back,
    import_connectors,
    parse,
    prepared,
)
from umot.pipeline.monitor import Monitor, Progress, one_line, silent
from umot.pipeline.reading import Classified, classify
from umot.post import Alert

__all__ = [
    "Classified",
    "Monitor",
    "Progress",
    "Report",
    "Visit",
    "attempt",
    "batches",
    "classify",
    "collect",
    "connector",
    "deliver",
    "finish",
    "goes_back",
    "import_connectors",
    "one_line",
    "parse",
    "prepared",
    "raise_alerts",
    "run",
    "silent",
]


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole pass did."""

    visits: tuple[Visit, ...]
    classified: Classified
    alerts: tuple[Alert, ...]  # those raised by this pass
    published: bool
    delivered: Deliveries = field(default_factory=Deliveries)

    @property
    def failures(self) -> list[str]:
        """A line for each source that failed."""
        return [f"{visit.source}: {visit.error}" for visit in self.visits if visit.error]


def run(
    monitor: Monitor,
    reader: Callable[[], Reader],
    names: Sequence[str] = (),
    *,
    now: datetime,
    progress: Progress = silent,
) -> Report:
    """One pass: every source (one's failure stops no other), classify, alert, send, publish."""
    visits = [
        attempt(monitor, source, now=now, progress=progress) for source in monitor.sources(names)
    ]
    classified = classify(monitor, reader(), now=now, progress=progress)
    raised = raise_alerts(monitor, now=now)
    delivered = deliver(monitor)
    published = monitor.warehouse.publish("umot run")
    return Report(tuple(visits), classified, tuple(raised), published, delivered)
