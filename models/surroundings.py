"""Spans together with their neighbours in the post: half a sentence says little by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The spans that have neighbours, each with the one before and the one after it.

    `which` [some] are their places among all spans, `vectors` [some, dimensions] the means of the
    three weighed by their length, `texts` what the three say.
    """

    which: NDArray[np.intp]
    vectors: Array
    texts: tuple[str, ...]


def of(vectors: Array, texts: Sequence[str], posts: Sequence[int]) -> Surroundings:
    """The surroundings of spans: `vectors` [spans, dimensions], what they say, whose they are.

    `posts` numbers the post of each span; the spans of one post follow each other.
    """
    numbers = np.asarray(posts)
    before, after = np.zeros(len(numbers), np.bool_), np.zeros(len(numbers), np.bool_)
    before[1:] = after[:-1] = numbers[1:] == numbers[:-1]
    lengths = np.array([max(len(text), 1) for text in texts], np.float32)
    weighed = vectors * lengths[:, None]
    sums, weights = weighed.copy(), lengths.copy()
    for these, those in ((before, after), (after, before)):
        sums[these] += weighed[those]
        weights[these] += lengths[those]
    which = np.flatnonzero(before | after)
    said = tuple(
        " ".join(texts[place - before[place] : place + after[place] + 1]) for place in which
    )
    return Surroundings(which, sums[which] / weights[which, None], said)
