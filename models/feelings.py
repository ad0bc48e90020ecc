"""How spans feel: in the context of their post, and by what they say themselves.

The encoder reads a span in its post, so its answer varies with the order in which a story is told:
of two strong moments now one, now the other leads. Which moment is the peak must not hang on that.
A small regression on the span's own vector and words therefore has a say in it: it knows less, but
nearly the same in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import stage_words
from models.likeness import softmax
from umot.post import LABELS

Array = NDArray[np.float32]

OWN = 0.65  # what a span itself says counts beside its sentiment in context


@dataclass(frozen=True, slots=True)
class OwnFeeling:
    """Two regressions on what a span says itself, summed; columns in the order of `LABELS`.

    `vectors` [labels, dimensions] is for span vectors at length 1, `words` [buckets, labels] for
    the pieces of `models.stage_words`, `bias` [labels].
    """

    vectors: Array
    words: Array
    bias: Array

    def scores(self, units: Array, texts: Sequence[str], rarities: Array) -> Array:
        """How spans feel by themselves, -1 to 1: [spans]. `rarities` weigh the pieces."""
        logits = units @ self.vectors.T + self.bias
        return scores(softmax(logits + stage_words.scores(texts, rarities, self.words)))

    def sound(self) -> bool:
        """Whether its numbers fit together."""
        return (
            self.vectors.ndim == 2
            and len(self.vectors) == len(LABELS)
            and self.words.shape == (stage_words.BUCKETS, len(LABELS))
            and self.bias.shape == (len(LABELS),)
            and all(bool(np.isfinite(one).all()) for one in (self.vectors, self.words, self.bias))
        )


def scores(shares: Array) -> Array:
    """Scores [n], -1 to 1, from probabilities of `umot.post.LABELS` [n, 3]."""
    return shares[:, 2] - shares[:, 0]


def strength(score: float, own: float | None) -> float:
    """How strongly a span feels, 0 to 1: its score in context and, where known, its `own`."""
    return abs(score if own is None else score + OWN * (own - score))
