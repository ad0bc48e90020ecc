"""What a benchmark ran on, and where its figures go."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def described() -> dict[str, object]:
    """Processor, cores, Python and date: enough to read a figure by."""
    model = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def recorded(name: str, part: str, found: dict[str, object]) -> None:
    """Write a part of ``results/NAME.json``; its other parts stay."""
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**known, part: found}, indent=1) + "\n", "utf-8")
