"""How alike texts and example phrases are worded, whatever they mean: parts of words in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models import stage_words

Array = NDArray[np.float32]


class Wording:
    """Phrases to compare texts with, by the pieces of `models.stage_words`.

    `rarities` [buckets] is what each piece counts. Only the pieces that occur in a phrase are kept.
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
