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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import stage_head, surroundings
from models.resemblance import Resemblance, Spans
from models.stage_head import CLASSES, StageHead
from umot.errors import Fatal
from umot.journey import NONE, STAGES, JourneyMap, Touchpoint
from umot.plugins import Scorer

Array = NDArray[np.float32]

NEAREST = 2  # examples of a touchpoint that count
LEAST = 0.10  # likeness to any touchpoint below which a span speaks of none
PURITY = 2  # power of the head's answers for examples: few are quite of one kind
UNHEARD = 0.3  # resemblance to none of a moment of a kind that the map lacks
CONTEXT = 0.4  # what a span's neighbours count in what the head answers for it
TINY = 1e-12
DECIDED = 1.0  # confidence of a touchpoint that its words decide

# Without a head.
SHARPNESS = 0.05  # of gathering a stage's touchpoints: near 0 only the likest counts
PEAK = "peak"
PEAK_LEAD = 0.03  # people speak of the product or service itself most, about half of the time
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
    """The examples of a map, grouped by touchpoint, those of `OTHER` last.

    `kinds` [touchpoints + others, classes] is how far each is of which kind of moment, by the
    head's answers for its examples; its rows sum to 1. Without a head there is no `resemblance`.
    """

    examples: Spans
    groups: tuple[slice, ...]
    space: str
    head: StageHead | None = None
    kinds: Array | None = None
    resemblance: Resemblance | None = None


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
        prototypes = self.prototypes(space)
        if not len(vectors):
            return []
        units = unit(vectors)
        likeness = units @ prototypes.examples.units.T
        near = near_each(likeness, prototypes.groups)
        count = len(self.keys)
        unlike = ~vectors.any(axis=1) | (near[:, :count].max(axis=1) < LEAST)
        if prototypes.head is None or prototypes.kinds is None or prototypes.resemblance is None:
            shares, order = self.by_likeness(near)
        else:
            felt = np.zeros(len(units), np.float32) if scores is None else scores
            likeness = prototypes.resemblance.likeness(Spans(units, texts, felt))
            near = prototypes.resemblance.scores(likeness)
            answers = in_context(prototypes.head, vectors, texts, posts)
            joint = mixed(prototypes.kinds, answers, near, prototypes.head.sharpness)
            shares, order = self.by_stage(joint), joint[:, :count]
        shares[unlike] = np.eye(len(CLASSES), dtype=np.float32)[-1]
        decided = [self.journey.decided_by_words(text) for text in texts]
        ranked = np.argsort(-order, axis=1, kind="stable")
        return [
            self.place(shares[row], ranked[row], likeness[row], prototypes, decided[row])
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
        prototypes: Prototypes,
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
        example = int(likeness[prototypes.groups[best]].argmax())
        touchpoint = self.journey.touchpoints[best]
        return Trace(touchpoint.stage, touchpoint.key, sure, second, touchpoint.examples[example])

    def prototypes(self, space: str | None) -> Prototypes:
        """The examples in the scorer's space, read once per map and space in this process."""
        key = (self.version, self.scorer.name, space or "")
        if key not in _prototypes:
            _prototypes[key] = self.read_examples()
        found = _prototypes[key]
        if found.space != space:
            raise Fatal(f"vectors of {space!r} cannot be traced with examples of {found.space!r}")
        return found

    def phrases(self) -> list[str]:
        """The examples of all touchpoints, then those of `OTHER`."""
        families = [*(one.examples for one in self.journey.touchpoints), *OTHER]
        return [phrase for family in families for phrase in family]

    def read_examples(self) -> Prototypes:
        """Read the example phrases with the scorer. Raises `Fatal` where it has no vectors."""
        families = [*(one.examples for one in self.journey.touchpoints), *OTHER]
        phrases = self.phrases()
        readings = self.scorer.read(phrases, [[(0, len(phrase))] for phrase in phrases])
        if readings.vectors is None or readings.space is None:
            raise Fatal(f"the model {self.scorer.name} has no vectors to trace with")
        stops = np.cumsum([len(family) for family in families]).tolist()
        groups = tuple(slice(a, b) for a, b in zip([0, *stops], stops, strict=False))
        examples = Spans(unit(readings.vectors), phrases, feelings(readings.spans))
        head = stage_head.of(self.scorer, readings.space)
        if head is None:
            return Prototypes(examples, groups, readings.space)
        of_kinds = kinds(head.probabilities(examples.units, phrases), groups)
        resemblance = Resemblance.of(examples, groups, head.rarities)
        return Prototypes(examples, groups, readings.space, head, of_kinds, resemblance)


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


def feelings(shares: Array) -> Array:
    """Scores [n], -1 to 1, from probabilities of `umot.post.LABELS` [n, 3]."""
    return shares[:, 2] - shares[:, 0]


def kinds(answers: Array, groups: Sequence[slice]) -> Array:
    """`Prototypes.kinds` from the head's answers for the examples, `OTHER` last."""
    means = np.stack([answers[group].mean(axis=0) for group in groups]) ** PURITY
    means[-len(OTHER) :] = np.eye(len(CLASSES), dtype=np.float32)[-1]
    return np.asarray(means / means.sum(axis=1, keepdims=True), np.float32)


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
