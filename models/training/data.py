"""Labelled rows for training: chosen by set, language and licence, balanced, normalised."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as parquet

from models.text import normalise
from umot.errors import Fatal

LABELS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `label` is the index in `LABELS`."""

    text: str
    label: int
    language: str
    source: str


def sets_in(folder: Path, split: str) -> dict[str, Path]:
    """The sets below `folder` that have this split, by name (``SET_SPLIT.parquet``)."""
    suffix = f"_{split}.parquet"
    found = {path.name.removesuffix(suffix): path for path in sorted(folder.glob(f"*{suffix}"))}
    if not found:
        raise Fatal(f"no labelled files named *{suffix} in {folder}")
    return found


def read(path: Path) -> list[Row]:
    """The rows of one set, with the same normalisation that posts get."""
    table = parquet.read_table(path, columns=["text", "label", "language", "source"])
    return [
        Row(normalise(row["text"]).text, LABELS.index(row["label"]), row["language"], row["source"])
        for row in table.to_pylist()
        if row["text"].strip()
    ]


def choose(sets: Mapping[str, Path], plan: Mapping[str, float], seed: int) -> list[Row]:
    """Rows by plan: set name to a share (up to 3 times the whole set) or, above 3, a row count."""
    chooser = random.Random(seed)
    chosen: list[Row] = []
    for name, amount in plan.items():
        if name not in sets:
            raise Fatal(f"no set {name!r}; there are: {', '.join(sets)}")
        rows = read(sets[name])
        chooser.shuffle(rows)
        wanted = int(amount if amount > 3 else amount * len(rows))
        repeats, rest = divmod(wanted, len(rows))
        chosen += rows * min(repeats, 3) + (rows[:rest] if repeats < 3 else [])
    chooser.shuffle(chosen)
    return chosen


def all_texts(folder: Path) -> Iterator[str]:
    """Every text of every training and validation file below `folder` (for the vocabulary)."""
    for path in sorted(folder.rglob("*.parquet")):
        if not re.search(r"_test\.parquet$|stages_gold", path.name):
            yield from parquet.read_table(path, columns=["text"])["text"].to_pylist()


def by_language(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows grouped by language."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.language].append(row)
    return groups
