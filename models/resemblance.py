"""Which touchpoint a span resembles: kernel ridge regression on the examples of a map.

A map has a few hundred examples, so this is solved in milliseconds whenever a map is read: nothing
has to be trained when a company edits its map. Against the likest examples of each touchpoint, as
before, the regression learns what tells *these* touchpoints apart, and so passes over what their
examples have in common, language for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import stage_words

Array = NDArray[np.float32]

# Chosen with each example of the maps that ship left out in turn.
WORDED = 0.2  # what the same words count beside the same meaning
FELT = 0.1  # and the same feeling: praise is no warning
RIDGE = 0.1  # how much the regression is held back


class Wording:
    """Phrases to compare texts with by the words they share, whatever they mean.

    `rarities` [buckets] is what each piece of `models.stage_words` counts. Only pieces that occur
    in a phrase are kept.
    """

    def __init__(self, phrases: Sequence[str], rarities: Array) -> None:
        self.rarities = rarities
        weighed = [stage_words.weighed(phrase, rarities) for phrase in phrases]
        known = np.unique(np.concatenate([places for places, _ in weighed]))
        # Row 0 is for all pieces that no phrase has.
        self.rows = np.zeros(stage_words.BUCKETS, np.int32)
        self.rows[known] = np.arange(1, len(known) + 1)
        self.table = np.zeros((len(known) + 1, len(phrases)), np.float32)
        for column, (places, values) in enumerate(weighed):
            self.table[self.rows[places], column] = values

    def likeness(self, texts: Sequence[str]) -> Array:
        """Cosines, 0 to 1, of the texts' pieces with the phrases': [texts, phrases]."""
        found = np.zeros((len(texts), self.table.shape[1]), np.float32)
        for row, text in enumerate(texts):
            places, values = stage_words.weighed(text, self.rarities)
            rows = self.rows[places]
            shared = rows > 0
            found[row] = values[shared] @ self.table[rows[shared]]
        return found


@dataclass(frozen=True, slots=True)
class Spans:
    """What is compared: vectors of length 1 [spans, dimensions], what they say, how they feel.

    `scores` [spans] are from -1 (negative) to 1.
    """

    units: Array
    texts: Sequence[str]
    scores: Array


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The examples of a map, and what each says of each touchpoint.

    `weights` [examples, touchpoints] make scores of likeness: near 1 for a touchpoint's own
    examples, near 0 for another's. `held_out` [examples, touchpoints] are the examples' scores by
    all the others, for choosing settings.
    """

    examples: Spans
    wording: Wording
    weights: Array
    held_out: Array

    @classmethod
    def of(cls, examples: Spans, groups: Sequence[slice], rarities: Array) -> Resemblance:
        """From the examples; `groups` are the places of each touchpoint's."""
        wording = Wording(examples.texts, rarities)
        wanted = np.zeros((len(examples.texts), len(groups)))
        for column, group in enumerate(groups):
            wanted[group, column] = 1
        wanted -= wanted.mean(axis=0)
        alike = kernel(examples, examples, wording).astype(np.float64)
        inverse = np.linalg.inv(alike + RIDGE * np.eye(len(alike)))
        weights = inverse @ wanted
        held_out = wanted - weights / np.diag(inverse)[:, None]
        return cls(examples, wording, weights.astype(np.float32), held_out.astype(np.float32))

    def likeness(self, spans: Spans) -> Array:
        """How like the examples spans are: [spans, examples]."""
        return kernel(spans, self.examples, self.wording)

    def scores(self, likeness: Array) -> Array:
        """How much spans resemble each touchpoint, from `likeness`: [spans, touchpoints]."""
        return np.asarray(likeness @ self.weights, np.float32)


def kernel(spans: Spans, examples: Spans, wording: Wording) -> Array:
    """Of meaning, words and feeling together: [spans, examples]."""
    meant = np.exp(spans.units @ examples.units.T - 1)
    felt = np.float32(FELT) * np.outer(spans.scores, examples.scores)
    worded = np.float32(WORDED) * wording.likeness(spans.texts)
    return np.asarray(meant + felt + worded, np.float32)
