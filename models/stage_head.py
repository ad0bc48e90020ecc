"""The trained stage head: how likely each stage of the journey is, by a span's vector and words.

A small file beside the weights, ``stages.npz``, holds it. It names the vector space that it was
fitted in and the graph that makes those vectors: in any other space it says nothing.
"""

from __future__ import annotations

import json
import logging
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import metadata, stage_words
from models.bundled import WEIGHTS
from models.feelings import OwnFeeling
from umot.errors import Fatal
from umot.journey import NONE, STAGES
from umot.plugins import Scorer

log = logging.getLogger("umot")

Array = NDArray[np.float32]

FILE = "stages.npz"
FORMAT = 1  # raised when what reads the file has to change
CLASSES = (*STAGES, NONE)
LEVELS = 127  # of a weight of a word, in 8 bits
FELT = "felt_"  # the names of a feeling's arrays begin so
UNREADABLE = (  # what numpy and the modules below it raise for a damaged file
    ValueError,
    KeyError,
    TypeError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class StageHead:
    """The sum of two multinomial logistic regressions, scaled so that its answers are calibrated.

    One is on span vectors at length 1 (`vectors` [classes, dimensions]), the other on a span's
    words (`words` [buckets, classes] and their `rarities` [buckets]; see `models.stage_words`).
    `bias` [classes] is in the order of `CLASSES`. `graph` is the SHA-256 of the graph that makes
    the vectors. `sharpness` is for tracing: the difference of likeness to two touchpoints of a
    kind (of cosines) that counts as much as a factor of e. `feeling` is how a span feels by itself;
    older files have none.
    """

    space: str
    graph: str
    vectors: Array
    words: Array
    rarities: Array
    bias: Array
    sharpness: float
    notes: dict[str, Any] = field(default_factory=dict)
    feeling: OwnFeeling | None = None

    def probabilities(self, units: Array, texts: Sequence[str]) -> Array:
        """How likely each of `CLASSES` is: [spans, classes].

        `units` are the spans' vectors [spans, dimensions] at length 1, `texts` what they say.
        """
        logits = units @ self.vectors.T + self.bias
        logits += stage_words.scores(texts, self.rarities, self.words)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

    def feelings(self, units: Array, texts: Sequence[str]) -> list[float | None]:
        """How spans feel by themselves, -1 to 1; None for each where the head cannot tell."""
        if self.feeling is None:
            return [None] * len(texts)
        return list(self.feeling.scores(units, texts, self.rarities).tolist())

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
        path = folder / FILE
        fresh = path.with_suffix(".new.npz")
        np.savez_compressed(
            fresh,
            about=np.array(json.dumps(about, ensure_ascii=False)),
            vectors=self.vectors.astype(np.float32),
            bias=self.bias.astype(np.float32),
            rarities=self.rarities.astype(np.float16),
            **packed("", self.words),
            **({} if self.feeling is None else felt(self.feeling)),
        )
        fresh.replace(path)
        load.cache_clear()
        return path


def packed(name: str, words: Array) -> dict[str, Any]:
    """The weights of words in 8 bits, with a scale for each column."""
    scales = np.maximum(np.abs(words).max(axis=0), 1e-6) / LEVELS
    levels = np.rint(words / scales).astype(np.int8)
    return {f"{name}words": levels, f"{name}scales": scales.astype(np.float32)}


def unpacked(name: str, arrays: Mapping[str, Any]) -> Array:
    """What `packed` made of weights."""
    scales = arrays[f"{name}scales"].astype(np.float32)
    return np.asarray(arrays[f"{name}words"].astype(np.float32) * scales, np.float32)


def felt(feeling: OwnFeeling) -> dict[str, Any]:
    """The arrays of a feeling."""
    return {
        f"{FELT}vectors": feeling.vectors.astype(np.float32),
        f"{FELT}bias": feeling.bias.astype(np.float32),
        **packed(FELT, feeling.words),
    }


def feeling_in(arrays: Mapping[str, Any]) -> OwnFeeling | None:
    """The feeling among the arrays, if any."""
    if f"{FELT}vectors" not in arrays:
        return None
    vectors, bias = (arrays[f"{FELT}{name}"].astype(np.float32) for name in ("vectors", "bias"))
    return OwnFeeling(vectors, unpacked(FELT, arrays), bias)


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
    except UNREADABLE as error:
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
    head = StageHead(
        str(about["space"]),
        str(about["graph"]),
        arrays["vectors"].astype(np.float32),
        unpacked("", arrays),
        arrays["rarities"].astype(np.float32),
        arrays["bias"].astype(np.float32),
        float(about["sharpness"]),
        dict(about["notes"]),
        feeling_in(arrays),
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
        and (head.feeling is None or head.feeling.sound())
    )
    if not sound:
        raise ValueError("its numbers do not fit together")
    return head
