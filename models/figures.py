"""Figures of how well labels were read: rates, their bootstrap intervals, and calibration.

Everything here is computed from counts. Accuracy, F1 and recall depend on a table of 3 x 3 only,
so a bootstrap over rows is a multinomial draw of its nine cells: the cost of an interval does not
grow with the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umot.post import LABELS

Counts = NDArray[np.int64]
Rates = dict[str, NDArray[np.float64]]

CLASSES = len(LABELS)
BINS = 15  # of the calibration error
DRAWS = 1000
INTERVAL = (2.5, 97.5)  # percentiles: 95 % of the draws lie between


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose winning probability fell in one of the bins: their mean, and how many won."""

    rows: int
    confidence: float  # 0 to 1
    accuracy: float  # 0 to 1


def confusion(truth: Counts, guess: Counts) -> Counts:
    """Counts [truth, guess] of label indices."""
    cells = np.bincount(truth * CLASSES + guess, minlength=CLASSES * CLASSES)
    return cells.reshape(CLASSES, CLASSES)


def rates(tables: Counts) -> Rates:
    """Accuracy, macro-F1 and macro-recall of tables [..., truth, guess], in percent.

    The macro figures are over the classes that occur in the truth; a class that was never
    guessed has precision 0. NaN for a table without rows.
    """
    hits = np.diagonal(tables, axis1=-2, axis2=-1)
    support, guessed = tables.sum(-1), tables.sum(-2)
    present = support > 0
    recall = hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(support + guessed, 1)
    with np.errstate(invalid="ignore"):
        return {
            "accuracy": 100 * hits.sum(-1) / support.sum(-1),
            "macro_f1": 100 * (f1 * present).sum(-1) / present.sum(-1),
            "macro_recall": 100 * (recall * present).sum(-1) / present.sum(-1),
        }


def intervals(table: Counts, *, draws: int = DRAWS, seed: int = 0) -> dict[str, list[float]]:
    """The 95 % bootstrap interval [low, high] of each of `rates`, in percent."""
    return {name: spread(values) for name, values in rates(resampled(table, draws, seed)).items()}


def differences(
    joint: Counts, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, tuple[float, list[float]]]:
    """How much better the second of two models reads the same rows, with the 95 % interval.

    `joint` counts [truth, guess of the first, guess of the second]. Rows are drawn with both
    answers, so what both find hard cancels. In points of percent.
    """
    drawn = resampled(joint, draws, seed)
    first, second = rates(joint.sum(2)), rates(joint.sum(1))
    before, after = rates(drawn.sum(3)), rates(drawn.sum(2))
    return {
        name: (float(second[name] - first[name]), spread(after[name] - before[name]))
        for name in first
    }


def resampled(table: Counts, draws: int, seed: int) -> Counts:
    """`draws` tables [draws, …] of as many rows as `table`, drawn from them with replacement."""
    rows = int(table.sum())
    shares = table.ravel() / rows
    drawn = np.random.default_rng(seed).multinomial(rows, shares / shares.sum(), size=draws)
    return drawn.reshape(draws, *table.shape)


def spread(values: NDArray[np.float64]) -> list[float]:
    """The ends of the middle 95 %."""
    return [float(end) for end in np.percentile(values, INTERVAL)]


def per_label(table: Counts) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 (percent; 0 where nothing was guessed or occurs), and support."""
    found = {}
    for index, label in enumerate(LABELS):
        hits, support, guessed = table[index, index], table[index].sum(), table[:, index].sum()
        found[str(label)] = {
            "precision": float(100 * hits / max(guessed, 1)),
            "recall": float(100 * hits / max(support, 1)),
            "f1": float(200 * hits / max(support + guessed, 1)),
            "support": int(support),
        }
    return found


def reliability(truth: Counts, probabilities: NDArray[np.float32], bins: int = BINS) -> list[Bin]:
    """How often the label was right that the model was so sure of: the bins that have rows."""
    sure = probabilities.max(1).astype(np.float64)
    right = probabilities.argmax(1) == truth
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    rows = np.bincount(place, minlength=bins)
    confidence = np.bincount(place, weights=sure, minlength=bins)
    hits = np.bincount(place, weights=right, minlength=bins)
    return [
        Bin(int(rows[at]), float(confidence[at] / rows[at]), float(hits[at] / rows[at]))
        for at in np.flatnonzero(rows)
    ]


def calibration_error(found: list[Bin]) -> float:
    """The expected calibration error: how far confidence and accuracy are apart, 0 to 1.

    It comes without an interval, for a bootstrap of it lies above the figure itself.
    """
    rows = sum(one.rows for one in found)
    return sum(one.rows * abs(one.confidence - one.accuracy) for one in found) / max(rows, 1)
