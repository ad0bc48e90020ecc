"""Fitting the stage head: ``python -m models.training.stage_head [FOLDER] [--data LABELLED]``.

FOLDER holds weights (default: those that ship) and gets ``stages.npz``. The head learns from the
posts written for training, read whole with their moments as spans; from the examples of the maps
that ship; from sentences of public sets whose stage was read by hand (`read_stages`); and, at a low
weight, from what other labels of those sets imply (`stages`). LABELLED holds ``journey/`` and
``sentiment/``; from the latter it also learns how moments feel by themselves (`own_feelings`).

The encoder was trained on the posts, and knows them too well for them to be judged by. How the two
regressions and the likeness to a map are weighed against each other is therefore chosen on the
sentences read by hand, each answered by a head that was fitted without it, and on the posts in
``unseen/``, which nothing learns from.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import stage_head, stage_words
from models.bundled import WEIGHTS, Bundled
from models.likeness import Array, softmax
from models.prototypes import kinds
from models.resemblance import Resemblance, Spans
from models.stage_head import StageHead
from models.tracing import Tracer, mixed
from models.training import own_feelings, stage_examples
from models.training.data import Row
from models.training.regression import on_vectors, on_words
from models.training.stage_examples import UNSEEN, Examples, Labels, together
from umot import journey

log = logging.getLogger("umot.training")

MAP_WEIGHT, READ_WEIGHT, WEAK_WEIGHT = 0.5, 4.0, 0.1  # beside 1 of a moment of an own post
SHRINKING, SHRINKING_WORDS = 3e-5, 1e-5
SCALES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of a regression's logits in the sum
SHARPNESSES = (0.03, 0.04, 0.05, 0.06, 0.08, 0.1)
FOLDS = 5
TELLINGS = 2  # of own posts: small talk beside a story is rarer in them than among people


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from, and what is `held` back.

    Apart are sentences `read` by hand, what the public sets imply (`weak`), and the user's `given`.
    """

    own: Examples
    maps: Examples
    held: Examples
    read: Examples | None
    weak: Examples | None
    given: Examples | None = None

    def all_but(self, out: NDArray[np.bool_] | None = None) -> Examples:
        """All to learn from, without the sentences read by hand that `out` names."""
        several = [self.own, self.maps.weighing(MAP_WEIGHT)]
        if self.read is not None:
            kept = self.read if out is None else self.read.where(~out)
            several.append(kept.weighing(READ_WEIGHT))
        if self.weak is not None:
            several.append(self.weak.weighing(WEAK_WEIGHT))
        if self.given is not None:
            several.append(self.given.weighing(READ_WEIGHT))
        return together(several)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two regressions before they are weighed against each other."""

    vectors: tuple[Array, Array]
    words: tuple[Array, Array]
    rarities: Array

    def logits(self, examples: Examples) -> tuple[Array, Array]:
        """What each gives examples: [n, classes]."""
        told = stage_words.scores(examples.texts, self.rarities, self.words[0]) + self.words[1]
        return examples.vectors @ self.vectors[0] + self.vectors[1], told


def fit(folder: Path, labelled: Path | None = None, given: Sequence[Row] = ()) -> StageHead:
    """Fit the head of the weights in `folder`, on a user's `given` rows too; it is not written."""
    scorer = Bundled(path=folder)
    found = Material(
        stage_examples.of_posts(scorer, times=TELLINGS),
        stage_examples.of_maps(scorer),
        stage_examples.of_posts(scorer, UNSEEN),
        stage_examples.of_read(scorer, labelled) if labelled else None,
        stage_examples.of_weak(scorer, labelled) if labelled else None,
        stage_examples.of_given(scorer, given),
    )
    pair = regressed(found.all_but())
    judged, first, second = answered(found, pair)
    scales = min(
        product(SCALES, SCALES),
        key=lambda one: loss(softmax(one[0] * first + one[1] * second), judged.labels),
    )
    head = StageHead(
        scorer.encoder.metadata.space,
        stage_head.graph_of(folder),
        (pair.vectors[0] * scales[0]).T.copy(),
        pair.words[0] * np.float32(scales[1]),
        pair.rarities,
        pair.vectors[1] * np.float32(scales[0]) + pair.words[1] * np.float32(scales[1]),
        SHARPNESSES[0],
    )
    answers = softmax(scales[0] * first + scales[1] * second)
    tracer = Tracer(scorer, journey.default())
    tracers = [Tracer(scorer, journey.default(sector)) for sector in journey.SECTORS]

    def both(sharpness: float) -> float:
        places = [touchpoints_loss(head, one, sharpness) for one in tracers]
        shares = traced(head, tracer, judged, answers, sharpness)
        return float(np.mean(places)) + loss(shares, judged.labels)

    head = replace(head, sharpness=min(SHARPNESSES, key=both))
    shares = traced(head, tracer, judged, answers, head.sharpness)
    feeling = own_feelings.fit(scorer, labelled, head.rarities) if labelled else None
    return replace(head, notes=notes(found, scales, judged, answers, shares), feeling=feeling)


def regressed(examples: Examples) -> Pair:
    """Fit both regressions."""
    rarities = stage_words.rarity(examples.texts)
    labels, weights = examples.labels, examples.weights
    return Pair(
        on_vectors(examples.vectors, labels, weights, SHRINKING),
        on_words(examples.texts, rarities, labels, weights, SHRINKING_WORDS),
        rarities,
    )


def answered(found: Material, pair: Pair) -> tuple[Examples, Array, Array]:
    """What to judge by, and both logits of it by regressions that did not learn from it."""
    parts = [(found.held, *pair.logits(found.held))]
    if found.read is not None:
        for out in folds(len(found.read)):
            held = found.read.where(out)
            parts.append((held, *regressed(found.all_but(out)).logits(held)))
    examples, first, second = zip(*parts, strict=True)
    return together(examples), np.concatenate(first), np.concatenate(second)


def folds(count: int) -> Iterator[NDArray[np.bool_]]:
    """Which of `count` to leave out, in turn."""
    numbers = np.random.default_rng(stage_examples.SEED).integers(0, FOLDS, count)
    for number in range(FOLDS):
        yield numbers == number


def traced(
    head: StageHead, tracer: Tracer, examples: Examples, answers: Array, sharpness: float
) -> Array:
    """The shares of `CLASSES` on the tracer's map, given the head's answers."""
    read = tracer.prototypes(head.space)
    of_kinds = kinds(head.probabilities(read.examples.units, read.examples.texts), read.groups)
    found = resemblance(head, tracer)
    unknown = np.zeros(len(examples), np.float32)
    near = found.scores(found.likeness(Spans(examples.vectors, examples.texts, unknown)))
    return tracer.by_stage(mixed(of_kinds, answers, near, sharpness))


def resemblance(head: StageHead, tracer: Tracer) -> Resemblance:
    """Of the tracer's map, with the words weighed as this head weighs them."""
    read = tracer.prototypes(head.space)
    return Resemblance.of(read.examples, read.groups, head.rarities)


def touchpoints_loss(head: StageHead, tracer: Tracer, sharpness: float) -> float:
    """How ill a map's examples find their touchpoint, each by the others only."""
    read = tracer.prototypes(head.space)
    answers = head.probabilities(read.examples.units, read.examples.texts)
    near = resemblance(head, tracer).held_out
    shares = mixed(kinds(answers, read.groups), answers, near, sharpness)
    count = len(tracer.keys)
    own = np.repeat(np.arange(count), [one.stop - one.start for one in read.groups[:count]])
    return loss(shares[: len(own)], own)


def notes(
    found: Material, scales: tuple[float, float], judged: Examples, answers: Array, shares: Array
) -> dict[str, Any]:
    """What the file tells people: what was learnt from, and how well what was not is read."""
    return {
        "moments": len(found.own),
        "map_examples": len(found.maps),
        "read_by_hand": 0 if found.read is None else len(found.read),
        "weak_rows": 0 if found.weak is None else len(found.weak),
        "scales": list(scales),
        "judged": len(judged),
        "macro_f1_head": round(macro_f1(judged.labels, answers.argmax(1)), 4),
        "macro_f1": round(macro_f1(judged.labels, shares.argmax(1)), 4),
        "right": round(float((shares.argmax(1) == judged.labels).mean()), 4),
        "mean_confidence": round(float(shares.max(1).mean()), 4),
        "new_sectors_macro_f1": round(across_sectors(found), 4),
    }


def across_sectors(found: Material) -> float:
    """The macro-F1 of own posts of sectors that a head of the other sectors' posts reads."""
    names = sorted(set(found.own.groups))
    numbers = np.array([names.index(name) % FOLDS for name in found.own.groups])
    truth, guess = [], []
    for number in range(FOLDS):
        pair = regressed(replace(found, own=found.own.where(numbers != number)).all_but())
        held = found.own.where(numbers == number)
        truth.append(held.labels)
        guess.append(np.add(*pair.logits(held)).argmax(1))
    return macro_f1(np.concatenate(truth), np.concatenate(guess))


def loss(shares: Array, labels: Labels) -> float:
    """The mean negative logarithm of what the right class was given."""
    return float(-np.log(shares[np.arange(len(labels)), labels] + 1e-6).mean())


def macro_f1(truth: Labels, guess: NDArray[np.intp]) -> float:
    """The mean F1 of the classes that occur in the truth, 0 to 1."""
    values = []
    for one in np.unique(truth):
        both = ((truth == one) & (guess == one)).sum()
        values.append(2 * both / ((truth == one).sum() + (guess == one).sum()))
    return float(np.mean(values))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=WEIGHTS)
    parser.add_argument("--data", type=Path, help="the folder of the public labelled sets")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    head = fit(given.folder, given.data)
    log.info("%s: %s, %s", head.write(given.folder), head.sharpness, json.dumps(head.notes))


if __name__ == "__main__":
    main()
