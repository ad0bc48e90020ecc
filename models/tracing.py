"""Tracing spans back to the journey: a trained stage head, and likeness to a map's examples.

The head tells which stage a span speaks of; it reads the examples as well, so it knows what *kind*
of moment each touchpoint is. A span goes to a touchpoint whose examples are of its kind and that it
resembles (`models.resemblance`), and so to the stage that the company put that touchpoint in,
wherever that is: an edited map counts at once. The head reads a span together with its neighbours
as well, for half a sentence says little.

Where there is no head for the vectors (another model's), likeness alone decides: a span is as like
a touchpoint as to its two nearest examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models import prototypes, surroundings
from models.likeness import gather, near_each, softmax, unit
from models.prototypes import Prototypes
from models.resemblance import Spans
from models.stage_head import CLASSES, StageHead
from umot.errors import Fatal
from umot.journey import NONE, STAGES, JourneyMap, Touchpoint
from umot.plugins import Scorer

Array = NDArray[np.float32]

LEAST = 0.10  # likeness to any touchpoint below which a span speaks of none
UNHEARD = 0.3  # resemblance to none of a moment of a kind that the map lacks
CONTEXT = 0.4  # what a span's neighbours count in what the head answers for it
TINY = 1e-12
DECIDED = 1.0  # confidence of a touchpoint that its words decide

# Without a head.
PEAK = "peak"
PEAK_LEAD = 0.03  # people speak of the product or service itself most, about half of the time
TEMPERATURE = 0.035  # of the confidence, so that it is right about as often as it says


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a span belongs. `confidence` is that of the stage, 0 to 1.

    `feeling` is how it feels by itself, -1 to 1; None where no head tells.
    """

    stage: str
    touchpoint: str
    confidence: float
    runner_up: str | None = None
    matched_example: str | None = None
    feeling: float | None = None


_prototypes: dict[tuple[str, str, str], Prototypes] = {}  # by map version, model and space


class Tracer:
    """Traces span vectors of one model's space to the touchpoints of a map.

    `scorer` must offer vectors, in a space whose mean is taken off (as the bundled one's is).
    """

    def __init__(self, scorer: Scorer, journey: JourneyMap) -> None:
        self.scorer = scorer
        self.journey = journey
        self.version = journey.version
        self.keys = [one.key for one in journey.touchpoints]
        self.stages = np.array([STAGES.index(one.stage) for one in journey.touchpoints])

    def trace(
        self,
        vectors: Array,
        space: str | None,
        texts: Sequence[str],
        posts: Sequence[int] | None = None,
        scores: Array | None = None,
    ) -> list[Trace]:
        """The place of each span: its vector, of [spans, dimensions], and what it says.

        `posts` numbers the post of each, whose spans follow each other (by default each is one),
        `scores` [spans] is how each feels, -1 to 1 (by default not known). Where a text has a word
        that decides, its touchpoint is decided. Raises `Fatal` for another space.
        """
        known = self.prototypes(space)
        if not len(vectors):
            return []
        units = unit(vectors)
        likeness = units @ known.examples.units.T
        near = near_each(likeness, known.groups)
        count = len(self.keys)
        unlike = ~vectors.any(axis=1) | (near[:, :count].max(axis=1) < LEAST)
        if known.head is None or known.kinds is None or known.resemblance is None:
            shares, order = self.by_likeness(near)
            own: Sequence[float | None] = [None] * len(units)
        else:
            felt = np.zeros(len(units), np.float32) if scores is None else scores
            likeness = known.resemblance.likeness(Spans(units, texts, felt))
            near = known.resemblance.scores(likeness)
            answers = in_context(known.head, vectors, texts, posts)
            joint = mixed(known.kinds, answers, near, known.head.sharpness)
            shares, order = self.by_stage(joint), joint[:, :count]
            own = known.head.feelings(units, texts)
        shares[unlike] = np.eye(len(CLASSES), dtype=np.float32)[-1]
        decided = [self.journey.decided_by_words(text) for text in texts]
        ranked = np.argsort(-order, axis=1, kind="stable")
        return [
            replace(
                self.place(shares[row], ranked[row], likeness[row], known, decided[row]),
                feeling=own[row],
            )
            for row in range(len(vectors))
        ]

    def by_likeness(self, near: Array) -> tuple[Array, Array]:
        """Shares of `CLASSES` [spans, classes] and scores of touchpoints, of likeness alone."""
        count = len(self.keys)
        scores = np.full((len(near), len(CLASSES)), -np.inf, np.float32)
        for stage in np.unique(self.stages):
            scores[:, stage] = gather(near[:, :count][:, self.stages == stage])
        scores[:, STAGES.index(PEAK)] += PEAK_LEAD
        scores[:, -1] = gather(near[:, count:])
        return softmax(scores / TEMPERATURE), near[:, :count]

    def by_stage(self, joint: Array) -> Array:
        """Shares of `CLASSES` [spans, classes] from those of touchpoints and none [spans, …]."""
        count = len(self.keys)
        shares = np.zeros((len(joint), len(CLASSES)), np.float32)
        for stage in np.unique(self.stages):
            shares[:, stage] = joint[:, :count][:, self.stages == stage].sum(axis=1)
        shares[:, -1] = joint[:, count:].sum(axis=1)
        return shares

    def place(
        self,
        shares: Array,
        ranked: NDArray[np.intp],
        likeness: Array,
        known: Prototypes,
        decided: Touchpoint | None,
    ) -> Trace:
        """One span's trace from the shares of stages and its touchpoints, the best first."""
        stage, sure = int(shares.argmax()), float(shares.max())
        if decided is not None:
            best = self.keys.index(decided.key)
            sure = DECIDED
        elif CLASSES[stage] == NONE:
            return Trace(NONE, NONE, sure, self.keys[ranked[0]])
        else:
            best = next(int(index) for index in ranked if self.stages[index] == stage)
        second = next((self.keys[index] for index in ranked if index != best), None)
        example = int(likeness[known.groups[best]].argmax())
        touchpoint = self.journey.touchpoints[best]
        return Trace(touchpoint.stage, touchpoint.key, sure, second, touchpoint.examples[example])

    def prototypes(self, space: str | None) -> Prototypes:
        """The examples in the scorer's space, read once per map and space in this process."""
        key = (self.version, self.scorer.name, space or "")
        if key not in _prototypes:
            _prototypes[key] = prototypes.read(self.scorer, self.journey)
        found = _prototypes[key]
        if found.space != space:
            raise Fatal(f"vectors of {space!r} cannot be traced with examples of {found.space!r}")
        return found


def in_context(
    head: StageHead, vectors: Array, texts: Sequence[str], posts: Sequence[int] | None
) -> Array:
    """The head's answers for spans [spans, classes], those with neighbours read with them too."""
    answers = head.probabilities(unit(vectors), texts)
    if posts is not None:
        around = surroundings.of(vectors, texts, posts)
        told = head.probabilities(unit(around.vectors), around.texts)
        answers[around.which] += np.float32(CONTEXT) * (told - answers[around.which])
    return answers


def mixed(kinds: Array, answers: Array, near: Array, sharpness: float) -> Array:
    """Shares of each touchpoint, each of `OTHER`, and what the map lacks: [spans, … + 1].

    `answers` are the head's for the spans [spans, classes]: what it gives a kind of moment is
    shared among the touchpoints of that kind, by how much the span resembles each (`near`).
    `sharpness` is the resemblance that counts as much as a factor of e.
    """
    near = np.concatenate([near, np.full((len(near), 1), UNHEARD, np.float32)], axis=1)
    lacking = np.maximum(1 - kinds.sum(axis=0), 0)
    evidence = np.exp((near - near.max(axis=1, keepdims=True)) / np.float32(sharpness))
    shares = np.zeros_like(near)
    for kind, column in enumerate(np.concatenate([kinds, lacking[None]]).T):
        parts = evidence * column + TINY
        shares += answers[:, kind, None] * parts / parts.sum(axis=1, keepdims=True)
    return shares
