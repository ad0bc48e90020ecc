"""How like vectors are to each other and to groups of examples, and shares made of that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

NEAREST = 2  # examples of a touchpoint that count
SHARPNESS = 0.05  # of gathering a stage's touchpoints: near 0 only the likest counts


def unit(vectors: Array) -> Array:
    """The vectors at length 1; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def near_each(likeness: Array, groups: Sequence[slice]) -> Array:
    """How like each group of examples the spans are: [spans, examples] to [spans, groups]."""
    return np.stack([nearest(likeness[:, group]) for group in groups], axis=1)


def nearest(likeness: Array) -> Array:
    """The mean of the `NEAREST` highest in each row."""
    return np.asarray(np.sort(likeness, axis=1)[:, -NEAREST:].mean(axis=1), np.float32)


def gather(likeness: Array) -> Array:
    """A soft maximum of each row that does not grow with the number of columns."""
    return np.asarray(SHARPNESS * np.log(np.exp(likeness / SHARPNESS).mean(axis=1)), np.float32)


def softmax(scores: Array) -> Array:
    """Each row as shares that sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
