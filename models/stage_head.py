"""The trained stage head: how likely each stage of the journey is, by a span's vector and words.

A small file beside the weights, ``stages.npz``, holds it. It names the vector space that it was
fitted in and the graph that makes those vectors: in any other space it says nothing.
"""

from __future__ import annotations

import json
import logging
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import metadata, stage_words
from models.bundled import WEIGHTS
from umot.errors import Fatal
from umot.journey import NONE, STAGES
from umot.plugins import Scorer

log = logging.getLogger("umot")

Array = NDArray[np.float32]

FILE = "stages.npz"
FORMAT = 1  # raised when what reads the file has to change
CLASSES = (*STAGES, NONE)
LEVELS = 127  # of a weight of a word, in 8 bits


@dataclass(frozen=True, slots=True)
class StageHead:
    """The sum of two multinomial logistic regressions, scaled so that its answers are calibrated.

    One is on span vectors at length 1 (`vectors` [classes, dimensions]), the other on a span's
    words (`words` [buckets, classes] and their `rarities` [buckets]; see `models.stage_words`).
    `bias` [classes] is in the order of `CLASSES`. `graph` is the SHA-256 of the graph that makes
    the vectors. `sharpness` is for tracing: the difference of likeness to two touchpoints of a
    kind (of cosines) that counts as much as a factor of e.
    """

    space: str
    graph: str
    vectors: Array
    words: Array
    rarities: Array
    bias: Array
    sharpness: float
    notes: dict[str, Any] = field(default_factory=dict)

    def probabilities(self, units: Array, texts: Sequence[str]) -> Array:
        """How likely each of `CLASSES` is: [spans, classes].

        `units` are the spans' vectors [spans, dimensions] at length 1, `texts` what they say.
        """
        logits = units @ self.vectors.T + self.bias
        logits += stage_words.scores(texts, self.rarities, self.words)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

    def write(self, folder: Path) -> Path:
        """Write the file into a folder of weights; returns its path."""
        about = {
            "format": FORMAT,
            "space": self.space,
            "graph": self.graph,
            "classes": list(CLASSES),
            "sharpness": self.sharpness,
            "notes": self.notes,
        }
        scales = np.maximum(np.abs(self.words).max(axis=0), 1e-6) / LEVELS
        path = folder / FILE
        fresh = path.with_suffix(".new.npz")
        np.savez_compressed(
            fresh,
            about=np.array(json.dumps(about, ensure_ascii=False)),
            vectors=self.vectors.astype(np.float32),
            bias=self.bias.astype(np.float32),
            words=np.rint(self.words / scales).astype(np.int8),
            scales=scales.astype(np.float32),
            rarities=self.rarities.astype(np.float16),
        )
        fresh.replace(path)
        load.cache_clear()
        return path


def of(scorer: Scorer, space: str | None) -> StageHead | None:
    """The head for the vectors of a scorer, None where there is none for their space."""
    found = load(Path(getattr(scorer, "folder", WEIGHTS)))
    return found if found is not None and found.space == space else None


@lru_cache(maxsize=8)
def load(folder: Path) -> StageHead | None:
    """The head of a folder of weights, None where it has none of its own.

    Raises `Fatal` for a damaged file, or one of another format.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            head = parse(path, arrays)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Fatal(f"{path} is damaged: {error!r}") from error
    if head.graph != graph_of(folder):
        log.warning("%s was fitted for other weights and is not used: fit it again", path)
        return None
    return head


def graph_of(folder: Path) -> str:
    """The SHA-256 of a folder's graph, as its description has it."""
    path = folder / metadata.FILE
    return metadata.parse(path, json.loads(path.read_text("utf-8"))).files[metadata.GRAPH]


def parse(path: Path, arrays: Mapping[str, Any]) -> StageHead:
    """A head from its arrays. Raises `ValueError`, `KeyError` or `TypeError` where it is none."""
    about = json.loads(str(arrays["about"]))
    if about["format"] != FORMAT:
        raise Fatal(f"{path} has format {about['format']}, this umot reads format {FORMAT}")
    if tuple(about["classes"]) != CLASSES:
        raise ValueError(f"classes {about['classes']}")
    words = arrays["words"].astype(np.float32) * arrays["scales"].astype(np.float32)
    head = StageHead(
        str(about["space"]),
        str(about["graph"]),
        arrays["vectors"].astype(np.float32),
        words,
        arrays["rarities"].astype(np.float32),
        arrays["bias"].astype(np.float32),
        float(about["sharpness"]),
        dict(about["notes"]),
    )
    numbers = (head.vectors, head.words, head.rarities, head.bias)
    sound = (
        head.vectors.ndim == 2
        and head.vectors.shape[0] == len(CLASSES)
        and head.bias.shape == (len(CLASSES),)
        and head.words.shape == (stage_words.BUCKETS, len(CLASSES))
        and head.rarities.shape == (stage_words.BUCKETS,)
        and all(bool(np.isfinite(one).all()) for one in numbers)
        and math.isfinite(head.sharpness)
        and head.sharpness > 0
    )
    if not sound:
        raise ValueError("its numbers do not fit together")
    return head
