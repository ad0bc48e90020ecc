"""Stages that were read by hand: sentences of the public sets, whose words are not ours to ship.

``read/stages.csv`` has a line for each sentence: the set, its split, the first 16 hexadecimal
digits of the SHA-256 of the row's text, the characters of it that were read, and the stage. They
were chosen from training rows of five sets (some by chance, some for their rarer stages), read once
by one of the authors, and left out where two stages would do. The texts themselves come from the
labelled files; without those there is nothing to learn from here.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as parquet

from models.text import normalise
from models.training.data import STAGES, Row

FILE = Path(__file__).parent / "read" / "stages.csv"
DIGITS = 16
SOURCE = "read"


@dataclass(frozen=True, slots=True)
class Label:
    """Characters `start` to `stop` of a row's text, and what stage they speak of."""

    name: str
    split: str
    digest: str
    start: int
    stop: int
    stage: str


def labels(path: Path = FILE) -> list[Label]:
    """All of them, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Label(
                row["set"],
                row["split"],
                row["text"],
                int(row["start"]),
                int(row["stop"]),
                row["stage"],
            )
            for row in csv.DictReader(file)
        ]


def digest(text: str) -> str:
    """How a row's text is named."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def rows(labelled: Path, path: Path = FILE) -> Iterator[Row]:
    """The sentences with their stage and no label of sentiment.

    `labelled` holds ``journey/`` and ``sentiment/``. A sentence whose file or row is not there is
    passed over.
    """
    wanted: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for one in labels(path):
        wanted[one.name, one.split].append(one)
    for (name, split), found in wanted.items():
        file = set_file(labelled, f"{name}_{split}.parquet")
        if file is None:
            continue
        table = parquet.read_table(file, columns=["text", "language"]).to_pylist()
        texts = {digest(row["text"]): row for row in table}
        for one in found:
            row = texts.get(one.digest)
            if row is not None:
                said = normalise(row["text"][one.start : one.stop]).text
                yield Row(said, None, row["language"], SOURCE, STAGES.index(one.stage))


def set_file(labelled: Path, name: str) -> Path | None:
    """The file of that name, of the journey where there are two."""
    for part in ("journey", "sentiment"):
        path = labelled / part / name
        if path.is_file():
            return path
    return None
