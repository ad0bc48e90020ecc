"""What a benchmark ran on, and when."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


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
