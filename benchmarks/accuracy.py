"""How well the bundled model reads the labelled test splits: accuracy.py [FOLDER].

FOLDER holds the labelled texts (default ../shared/data/sentiment). Writes results/accuracy.json
with machine and date, and prints the same as a table. Intervals are bootstrapped (1,000 draws).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from machine import described
from numpy.typing import NDArray

from models.bundled import Bundled
from umot.post import LABELS

HERE = Path(__file__).parent
DUTCH = ("bolcom_books_nl", "mabsa_nl", "political_tweets_nl", "semeval16_restaurants_nl")


def confusion(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts [truth, guess]."""
    table = np.zeros((3, 3), np.int64)
    np.add.at(table, (truth, guess), 1)
    return table


def figures(table: NDArray[np.int64]) -> dict[str, float]:
    """Accuracy, macro-F1 and macro-recall over the classes that occur in the truth, in percent."""
    present = table.sum(1) > 0
    hits = np.diag(table)
    recall = hits / np.maximum(table.sum(1), 1)
    precision = hits / np.maximum(table.sum(0), 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return {
        "accuracy": 100 * hits.sum() / table.sum(),
        "macro_f1": 100 * f1[present].mean(),
        "macro_recall": 100 * recall[present].mean(),
    }


def interval(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> tuple[float, float]:
    """The 95 % interval of macro-F1."""
    draws = np.random.default_rng(0).integers(0, len(truth), (1000, len(truth)))
    values = [figures(confusion(truth[draw], guess[draw]))["macro_f1"] for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def calibration_error(truth: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Expected calibration error in 15 bins of the winner's probability, 0 to 1."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == truth
    bins = np.minimum((sure * 15).astype(int), 14)
    parts = [
        abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean()
        for b in range(15)
        if (bins == b).any()
    ]
    return float(sum(parts))


def main() -> None:
    """Read every test split and write the figures."""
    default = HERE.parents[1] / "shared" / "data" / "sentiment"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    model = Bundled()
    started, rows = time.perf_counter(), []
    pooled: dict[str, list[tuple[NDArray[np.int64], NDArray[np.float32]]]] = {}
    for path in sorted(folder.glob("*_test.parquet")):
        table = parquet.read_table(path, columns=["text", "label", "language"]).to_pylist()
        texts = [row["text"] for row in table]
        truth = np.array([LABELS.index(row["label"]) for row in table])
        read = model.read(texts, [[] for _ in texts]).texts
        name, language = path.name.removesuffix("_test.parquet"), table[0]["language"]
        low, high = interval(truth, read.argmax(1))
        rows.append(
            {"set": name, "language": language, "rows": len(texts), "low": low, "high": high}
            | figures(confusion(truth, read.argmax(1)))
            | {"calibration_error": calibration_error(truth, read)}
        )
        groups = [language] + (["nl (four sets)"] if name in DUTCH else [])
        for group in groups:
            pooled.setdefault(group, []).append((truth, read))
        print(line(rows[-1]), flush=True)
    for group, parts in sorted(pooled.items()):
        truth = np.concatenate([part[0] for part in parts])
        read = np.concatenate([part[1] for part in parts])
        low, high = interval(truth, read.argmax(1))
        rows.append(
            {"set": "all", "language": group, "rows": len(truth), "low": low, "high": high}
            | figures(confusion(truth, read.argmax(1)))
            | {"calibration_error": calibration_error(truth, read)}
        )
        print(line(rows[-1]), flush=True)
    seconds = time.perf_counter() - started
    result = {"model": model.name, "machine": described(), "seconds": seconds, "figures": rows}
    target = HERE / "results" / "accuracy.json"
    target.write_text(json.dumps(result, indent=1, default=float) + "\n", "utf-8")


def line(row: dict[str, object]) -> str:
    """A row of the table."""
    return (
        f"{row['set']:28} {row['language']:15} {row['rows']:6} acc {row['accuracy']:5.1f} "
        f"F1 {row['macro_f1']:5.1f} [{row['low']:.1f}, {row['high']:.1f}] "
        f"recall {row['macro_recall']:5.1f} ece {row['calibration_error']:.3f}"
    )


if __name__ == "__main__":
    main()
