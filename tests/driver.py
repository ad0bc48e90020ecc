"""One pass of the job in a process of its own, to be killed by tests: HOME NOW."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from models.reader import make
from umot import pipeline


def main() -> None:
    monitor = pipeline.Monitor.open(Path(sys.argv[1]))
    print("ready", flush=True)
    report = pipeline.run(
        monitor,
        lambda: make(monitor.settings.model, monitor.journey, fallback="nl"),
        now=datetime.fromisoformat(sys.argv[2]),
    )
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
