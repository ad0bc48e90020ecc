"""The state of a training on disk, whole at any moment."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch

from models.training.network import Encoder
from umot.errors import Fatal


def save(
    path: Path, network: Encoder, optimizer: torch.optim.AdamW, step: int, spent: float
) -> None:
    """Write the state so that a killed run leaves the last good one."""
    trained = {k: v for k, v in network.state_dict().items() if k != "words.weight"}
    state = {"network": trained, "optimizer": optimizer.state_dict(), "step": step, "spent": spent}
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def resume(path: Path, network: Encoder, optimizer: torch.optim.AdamW) -> tuple[int, float]:
    """Load `path` where it exists; returns the steps done and the seconds they took.

    Raises `Fatal` where it is damaged or of another network.
    """
    if not path.exists():
        return 0, 0.0
    try:
        # On the CPU first: the optimiser and the network take each tensor to where theirs are.
        state = torch.load(path, map_location="cpu", weights_only=True)
        missing, unexpected = network.load_state_dict(state["network"], strict=False)
        optimizer.load_state_dict(state["optimizer"])
        step, spent = int(state["step"]), float(state["spent"])
    except (KeyError, ValueError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise Fatal(
            f"{path} is damaged or of another network ({type(error).__name__}); "
            "remove it to start anew"
        ) from error
    if unexpected or set(missing) != {"words.weight"}:
        raise Fatal(f"{path} is of another network; remove it to start anew")
    return step, spent
