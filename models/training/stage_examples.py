"""What the stage head learns from, read by the encoder: moments, example phrases, weak labels."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bundled import Bundled
from models.likeness import Array, unit
from models.stage_head import CLASSES
from models.training import data, read_stages, stages, variations
from models.training.data import OWN, Part, Row
from umot import journey
from umot.errors import Fatal
from umot.journey import NONE, STAGES

UNSEEN = OWN.parent / "unseen"  # posts that no encoder is trained on
WEAK_MOST = 70  # rows of a set and stage
# Why people complain of an airline was asked of readers, sentence by sentence: of weak labels the
# best. Trouble with a booking is what few other sets speak of.
REASONED, REASONED_MOST, REASONED_WEIGHT, BOOKING_WEIGHT = "us_airline_tweets_en", 250, 4.0, 25.0
BOOKING = STAGES.index("definitive")
SEED = 1

Labels = NDArray[np.int64]

log = logging.getLogger("umot.training")


@dataclass(frozen=True, slots=True)
class Examples:
    """Spans: vectors at length 1 [n, dimensions], words, stages, weights, and where they are from.

    `labels` are indices in `models.stage_head.CLASSES`; `groups` a sector, a map or a set.
    """

    vectors: Array
    texts: tuple[str, ...]
    labels: Labels
    weights: Array
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def where(self, kept: NDArray[np.bool_]) -> Examples:
        """Some of them."""
        places = np.flatnonzero(kept)
        return Examples(
            self.vectors[kept],
            tuple(self.texts[place] for place in places),
            self.labels[kept],
            self.weights[kept],
            tuple(self.groups[place] for place in places),
        )

    def weighing(self, weight: float) -> Examples:
        """The same, each counting so many times as much."""
        return replace(self, weights=self.weights * np.float32(weight))


def together(several: Sequence[Examples]) -> Examples:
    """All of them, in order."""
    return Examples(
        np.concatenate([one.vectors for one in several]),
        tuple(text for one in several for text in one.texts),
        np.concatenate([one.labels for one in several]),
        np.concatenate([one.weights for one in several]),
        tuple(name for one in several for name in one.groups),
    )


def of_posts(scorer: Bundled, folder: Path = OWN, *, times: int = 1) -> Examples:
    """The moments of the posts in a folder that have a stage, each in the context of its post.

    Posts of several moments are read `times` over, told otherwise (`models.training.variations`).
    """
    rows = data.own_posts(folder)
    told = variations.told(rows, times, CLASSES.index(NONE), SEED)
    names = list(sectors(folder)) * times
    kept = [place for place, row in enumerate(told) if place < len(rows) or row.parts]
    return read(scorer, [told[place] for place in kept], [names[place] for place in kept])


def of_read(scorer: Bundled, labelled: Path) -> Examples | None:
    """The sentences whose stage was read by hand; None where `labelled` has none of their sets."""
    rows = list(read_stages.rows(labelled))
    if not rows:
        log.warning("none of the sets that were read by hand are in %s", labelled)
        return None
    return read(scorer, rows, [row.source for row in rows])


def of_weak(scorer: Bundled, labelled: Path) -> Examples | None:
    """Rows of the journey sets with a weak label; None where `labelled` has none of their sets."""
    rows = list(weak_rows(labelled, scorer.languages))
    if not rows:
        log.warning("no journey set with labels that imply a stage is in %s", labelled)
        return None
    found = read(scorer, rows, [row.source for row in rows])
    pairs = zip(found.groups, found.labels.tolist(), strict=True)
    weights = [times(source, stage) for source, stage in pairs]
    return replace(found, weights=np.array(weights, np.float32))


def times(source: str, stage: int | None) -> float:
    """How often a set's rows with a weak label count, against those of other sets."""
    if source != REASONED:
        return 1.0
    return BOOKING_WEIGHT if stage == BOOKING else REASONED_WEIGHT


def of_given(scorer: Bundled, rows: Sequence[Row]) -> Examples | None:
    """Rows of a user's that tell their stage; None where there are none."""
    told = [row for row in rows if row.stage is not None]
    return read(scorer, told, [row.source for row in told]) if told else None


def of_maps(scorer: Bundled) -> Examples:
    """The example phrases of the maps that ship."""
    found = list(map_phrases())
    rows = [Row(phrase, None, "", "map", stage) for phrase, stage, _ in found]
    return read(scorer, rows, [name for _, _, name in found])


def read(scorer: Bundled, rows: Sequence[Row], groups: Iterable[str]) -> Examples:
    """The moments of rows that have a stage; a row without moments is one."""
    spans = [[(part.start, part.stop) for part in parts(row)] for row in rows]
    readings = scorer.read([row.text for row in rows], spans)
    if readings.vectors is None:
        raise Fatal("the model has no vectors to fit a stage head on")
    several = [
        (row.text[part.start : part.stop], -1 if part.stage is None else part.stage, group)
        for row, group in zip(rows, groups, strict=True)
        for part in parts(row)
    ]
    texts, labels, names = zip(*several, strict=True)
    numbers, ones = np.array(labels, np.int64), np.ones(len(labels), np.float32)
    return Examples(unit(readings.vectors), texts, numbers, ones, names).where(numbers >= 0)


def parts(row: Row) -> Sequence[Part]:
    """The moments of a row; a row without any is one."""
    return row.parts or (Part(0, len(row.text), row.label, row.stage),)


def sectors(folder: Path) -> Iterator[str]:
    """The sector of each post in a folder, in the order of `data.own_posts`."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["sector"]


def map_phrases() -> Iterator[tuple[str, int, str]]:
    """Each example of the maps that ship, its stage, and the map it is first found in."""
    seen: set[str] = set()
    for sector in journey.SECTORS:
        for one in journey.default(sector).touchpoints:
            for phrase in one.examples:
                if phrase not in seen:
                    seen.add(phrase)
                    yield phrase, STAGES.index(one.stage), f"map {sector}"


def weak_rows(labelled: Path, languages: Collection[str]) -> Iterator[Row]:
    """Rows with a weak label in these languages, not too many of a set and stage."""
    rows = [row for row in stages.rows(labelled / "journey", "train") if row.language in languages]
    random.Random(SEED).shuffle(rows)
    seen: Counter[tuple[str, int | None]] = Counter()
    for row in rows:
        seen[row.source, row.stage] += 1
        most = REASONED_MOST if row.source == REASONED else WEAK_MOST
        if seen[row.source, row.stage] <= most:
            yield row
