"""Where a model runs: on the CPU, or on an NVIDIA card through CUDA."""

from __future__ import annotations

import shutil
from pathlib import Path

from umot.errors import Fatal, UnknownName

DEVICES = ("auto", "cpu", "cuda")
DRIVERS = ("/dev/nvidiactl", "/dev/dxg")  # of Linux, and of Linux within Windows


def chosen(name: str) -> str:
    """``cpu`` or ``cuda``; auto is CUDA where there is one.

    Raises `UnknownName`, and `Fatal` where CUDA is wanted and absent.
    """
    if name not in DEVICES:
        raise UnknownName("device", name, DEVICES)
    if name == "cpu" or (name == "auto" and not driver()):
        return "cpu"
    import torch  # takes seconds, which is why the driver is looked for first

    if torch.cuda.is_available():
        return "cuda"
    if name == "cuda":
        raise Fatal("model.device is cuda, but torch sees no CUDA device here")
    return "cpu"


def driver() -> bool:
    """Whether an NVIDIA driver seems to be installed."""
    return any(Path(one).exists() for one in DRIVERS) or shutil.which("nvidia-smi") is not None
