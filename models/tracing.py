"""Tracing spans back to the journey by likeness to the example phrases of its touchpoints.

The examples are read by the encoder that reads the posts, so an edited map counts at once. A span
is as like a touchpoint as to its two nearest examples; a stage gathers its touchpoints; what is
nearer to the small talk, news and adverts below than to any stage speaks of no contact moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from umot.errors import Fatal
from umot.journey import NONE, STAGES, JourneyMap
from umot.plugins import Scorer

Array = NDArray[np.float32]

NEAREST = 2  # examples of a touchpoint that count
SHARPNESS = 0.05  # of gathering a stage's touchpoints: near 0 only the likest counts
PEAK = "peak"
PEAK_LEAD = 0.03  # people speak of the product or service itself most, about half of the time
LEAST = 0.10  # likeness to any touchpoint below which a span speaks of none
TEMPERATURE = 0.035  # of the confidence, so that it is right about as often as it says

# What public posts hold besides contact moments; a few kinds, each like a touchpoint.
OTHER: tuple[tuple[str, ...], ...] = (
    ("Thanks!", "Bedankt!", "Oké, dank je wel.", "Haha ja precies."),
    ("Good morning everyone, have a nice weekend.", "Fijne dag nog!", "See you tomorrow."),
    (
        "The company announced its quarterly results.",
        "Het bedrijf opent een nieuw hoofdkantoor en zoekt een directeur.",
        "Shares fell after the merger became known.",
        "Uit onderzoek blijkt dat de prijzen dit jaar stijgen.",
        "The city council decides on the construction of a new road.",
    ),
    (
        "Vacature: wij zoeken een enthousiaste collega voor ons team.",
        "We are hiring, apply now via the link.",
        "Te koop aangeboden: fiets, bieden vanaf vijftig euro.",
        "Follow me and win, link in bio.",
    ),
    (
        "Wie kijkt er vanavond naar de wedstrijd?",
        "Mijn zus woont in Utrecht.",
        "It is raining again today.",
        "De regering moet iets doen aan de belastingen.",
    ),
    (
        "My name is Jansen and my number is below.",
        "Zie mijn bericht hierboven.",
        "Yes, that is right.",
        "Nee, dat bedoel ik niet.",
        "Ik weet het niet.",
    ),
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a span belongs. `confidence` is that of the stage, 0 to 1."""

    stage: str
    touchpoint: str
    confidence: float
    runner_up: str | None = None
    matched_example: str | None = None


@dataclass(frozen=True, slots=True)
class Prototypes:
    """The examples as unit vectors [examples, dimensions], grouped by touchpoint, `OTHER` last."""

    vectors: Array
    groups: tuple[slice, ...]
    space: str


_prototypes: dict[tuple[str, str, str], Prototypes] = {}  # by map version, model and space


class Tracer:
    """Traces span vectors of one model's space to the touchpoints of a map.

    `scorer` must offer vectors, in a space whose mean is taken off (as the bundled one's is).
    """

    def __init__(self, scorer: Scorer, journey: JourneyMap) -> None:
        self.scorer = scorer
        self.journey = journey
        self.version = journey.version
        self.stages = np.array([STAGES.index(one.stage) for one in journey.touchpoints])

    def trace(self, vectors: Array, space: str | None) -> list[Trace]:
        """The place of each vector [spans, dimensions]. Raises `Fatal` for another space."""
        prototypes = self.prototypes(space)
        if not len(vectors):
            return []
        likeness = unit(vectors) @ prototypes.vectors.T
        near = np.stack([nearest(likeness[:, group]) for group in prototypes.groups], axis=1)
        count = len(self.journey.touchpoints)
        touchpoints, other = near[:, :count], near[:, count:]
        scores = np.full((len(vectors), len(STAGES) + 1), -np.inf, np.float32)
        for stage in np.unique(self.stages):
            scores[:, stage] = gather(touchpoints[:, self.stages == stage])
        scores[:, STAGES.index(PEAK)] += PEAK_LEAD
        scores[:, -1] = gather(other)
        chosen = scores.argmax(axis=1)
        silent = ~vectors.any(axis=1)
        shares = softmax(scores / TEMPERATURE)
        confidence = shares.max(axis=1)
        unlike = silent | (touchpoints.max(axis=1) < LEAST)
        confidence[unlike] = 1 - shares[unlike, :-1].max(axis=1, initial=0)
        confidence[silent] = 1.0
        chosen[unlike] = len(STAGES)
        return [
            self.place(int(stage), float(sure), touchpoints[row], likeness[row], prototypes)
            for row, (stage, sure) in enumerate(zip(chosen, confidence, strict=True))
        ]

    def place(
        self, stage: int, sure: float, near: Array, likeness: Array, prototypes: Prototypes
    ) -> Trace:
        """One span's trace from its stage and its likeness to touchpoints and examples."""
        keys = [one.key for one in self.journey.touchpoints]
        order = np.argsort(-near, kind="stable")
        if stage == len(STAGES):
            return Trace(NONE, NONE, sure, keys[order[0]])
        best = next(int(index) for index in order if self.stages[index] == stage)
        second = next((keys[index] for index in order if index != best), None)
        example = int(likeness[prototypes.groups[best]].argmax())
        touchpoint = self.journey.touchpoints[best]
        return Trace(STAGES[stage], touchpoint.key, sure, second, touchpoint.examples[example])

    def prototypes(self, space: str | None) -> Prototypes:
        """The examples in the scorer's space, read once per map and space in this process."""
        key = (self.version, self.scorer.name, space or "")
        if key not in _prototypes:
            _prototypes[key] = self.read_examples()
        found = _prototypes[key]
        if found.space != space:
            raise Fatal(f"vectors of {space!r} cannot be traced with examples of {found.space!r}")
        return found

    def read_examples(self) -> Prototypes:
        """Read the example phrases with the scorer. Raises `Fatal` where it has no vectors."""
        families = [*(one.examples for one in self.journey.touchpoints), *OTHER]
        phrases = [phrase for family in families for phrase in family]
        readings = self.scorer.read(phrases, [[(0, len(phrase))] for phrase in phrases])
        if readings.vectors is None or readings.space is None:
            raise Fatal(f"the model {self.scorer.name} has no vectors to trace with")
        stops = np.cumsum([len(family) for family in families]).tolist()
        groups = tuple(slice(a, b) for a, b in zip([0, *stops], stops, strict=False))
        return Prototypes(unit(readings.vectors), groups, readings.space)


def unit(vectors: Array) -> Array:
    """The vectors at length 1; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


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
