"""What one training is to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.metadata import Metadata
from models.training.starts import Start

WEIGHTS = "weights"  # the folder, within that of the training


@dataclass(frozen=True, slots=True)
class Job:
    """What to train in `out`.

    `layers` None keeps the start's. `teacher` is a model by any name `umot models` knows. `name`
    None: made of the folder's name and what was trained, so that two trainings never share one.
    `mean_with` are weights that the result is a mean with, in the settings' share `kept`.
    `head` fits the stage head into a folder of weights whose vectors are new ones.
    """

    out: Path
    start: Start
    layers: int | None = None
    teacher: str | None = None
    device: str = "cpu"
    name: str | None = None
    head: Callable[[Path], None] | None = None
    mean_with: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the description, and how many of the `held` rows are read rightly."""

    folder: Path
    described: Metadata
    held: int
    before: int
    after: int
