"""What makes the probabilities of new weights mean what they say, fitted on labelled rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import bent
from models.encoder import Encoder as Reader
from models.training.data import Row

ENOUGH = 200  # rows of a language from which its own temperature can be told
BENDABLE = 2000  # rows from which the bend can be told
TEMPERATURES = [float(one) for one in np.exp(np.linspace(-1.5, 1.5, 601))]
BENDS = [0.0, *(float(one) for one in np.exp(np.linspace(-9, -1, 33)))]

Logits = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The bend, the temperature of all rows, and that of each language with `ENOUGH` of them."""

    bend: float
    temperature: float
    temperatures: dict[str, float]


def fitted(reader: Reader, rows: Sequence[Row], bend: float = 0.0) -> Calibration:
    """The calibration of the rows with a label.

    One bend for all, for it mends how the network was trained, and a language has too few rows to
    tell its own; `bend` is kept where all of them are fewer than `BENDABLE`.
    """
    rows = [row for row in rows if row.label is not None]
    texts = [row.text for row in rows]
    logits = reader.pool(texts, [[] for _ in texts]).texts.astype(np.float64)
    labels = np.array([row.label for row in rows], np.int64)
    languages = np.array([row.language for row in rows])
    known = np.isfinite(logits).all(axis=1)  # a text without a token has none
    logits, labels, languages = logits[known], labels[known], languages[known]
    if len(labels) >= BENDABLE:
        bend = fit_bend(logits, labels)
    logits = bent(logits, bend)
    groups = {str(one): languages == one for one in sorted(set(languages.tolist()))}
    return Calibration(
        bend,
        fit_temperature(logits, labels),
        {
            language: fit_temperature(logits[here], labels[here])
            for language, here in groups.items()
            if here.sum() >= ENOUGH
        },
    )


def fit_bend(logits: Logits, labels: Labels) -> float:
    """The bend of logits [rows, 3] that makes the labels [rows] likeliest, at its temperature."""

    def loss(bend: float) -> float:
        found = bent(logits, bend)
        return unlikeliness(found, labels, fit_temperature(found, labels))

    found = min(BENDS, key=loss)
    return round(found, 6)


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The divisor of logits [rows, 3] that makes the labels [rows] likeliest; 1 without rows."""
    if not len(labels):
        return 1.0

    def rises(place: int) -> bool:
        """Whether the next temperature makes them less likely."""
        here, after = (unlikeliness(logits, labels, one) for one in TEMPERATURES[place : place + 2])
        return after >= here

    # It falls, and then it rises for good: it is convex in what the logits are multiplied with.
    found = bisect_left(range(len(TEMPERATURES) - 1), True, key=rises)
    return round(TEMPERATURES[found], 4)


def unlikeliness(logits: Logits, labels: Labels, temperature: float) -> float:
    """The mean negative log likelihood of the labels [rows]."""
    scaled = logits / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    likely = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - likely))
