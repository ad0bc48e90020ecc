"""The example phrases of a map as a model reads them: what spans are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import feelings, stage_head
from models.likeness import unit
from models.resemblance import Resemblance, Spans
from models.stage_head import CLASSES, StageHead
from umot.errors import Fatal
from umot.journey import JourneyMap
from umot.plugins import Scorer

Array = NDArray[np.float32]

PURITY = 2  # power of the head's answers for examples: few are quite of one kind

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


def read(scorer: Scorer, journey: JourneyMap) -> Prototypes:
    """Read the examples of a map with a scorer. Raises `Fatal` where it has no vectors."""
    families = [*(one.examples for one in journey.touchpoints), *OTHER]
    phrases = [phrase for family in families for phrase in family]
    readings = scorer.read(phrases, [[(0, len(phrase))] for phrase in phrases])
    if readings.vectors is None or readings.space is None:
        raise Fatal(f"the model {scorer.name} has no vectors to trace with")
    stops = np.cumsum([len(family) for family in families]).tolist()
    groups = tuple(slice(a, b) for a, b in zip([0, *stops], stops, strict=False))
    examples = Spans(unit(readings.vectors), phrases, feelings.scores(readings.spans))
    head = stage_head.of(scorer, readings.space)
    if head is None:
        return Prototypes(examples, groups, readings.space)
    of_kinds = kinds(head.probabilities(examples.units, phrases), groups)
    resemblance = Resemblance.of(examples, groups, head.rarities)
    return Prototypes(examples, groups, readings.space, head, of_kinds, resemblance)


def kinds(answers: Array, groups: Sequence[slice]) -> Array:
    """`Prototypes.kinds` from the head's answers for the examples, `OTHER` last."""
    means = np.stack([answers[group].mean(axis=0) for group in groups]) ** PURITY
    means[-len(OTHER) :] = np.eye(len(CLASSES), dtype=np.float32)[-1]
    return np.asarray(means / means.sum(axis=1, keepdims=True), np.float32)
