"""What a span's words say of its stage: words, pairs and parts of words, hashed and weighed.

The encoder's vector knows what a span means; the words themselves tell how such moments are put
("niet thuis bezorgd", "on hold", "wir kommen wieder"). Both err differently, so the stage head asks
both. Hashing keeps it to one table of a fixed size, with no list of words to ship.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.text import normalise

Array = NDArray[np.float32]

BUCKETS = 1 << 15
PARTS = (2, 3, 4, 5)  # characters of the parts of words, word ends included
LONGEST = 24  # characters of a word that are looked at
MOST = 400  # words of a span that are looked at
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]")
NAME = re.compile(r"@\w+")


def words(text: str) -> list[str]:
    """The words, numbers and signs of a text, alike in what does not matter.

    Case is folded, any number is one of as many zeros, an @name says nothing.
    """
    ready = NAME.sub("@", normalise(text).text).casefold().replace("’", "'")
    found = WORD.findall(ready)[:MOST]
    return ["0" * min(len(one), 5) if one.isdigit() else one[:LONGEST] for one in found]


@lru_cache(maxsize=1 << 15)
def of_word(word: str) -> tuple[int, ...]:
    """The buckets of a word and its parts."""
    edged = f" {word} "
    parts = {word, *(edged[at : at + n] for n in PARTS for at in range(len(edged) - n + 1))}
    return tuple(sorted(bucket(part) for part in parts))


def bucket(piece: str) -> int:
    """The bucket of a piece of text, the same on every machine."""
    return crc32(piece.encode("utf-8", "replace")) % BUCKETS


@lru_cache(maxsize=1 << 12)  # a span's words are asked for by each of what reads them
def counted(text: str) -> tuple[NDArray[np.int64], Array]:
    """The buckets of a text, ascending, and how often each occurs (as 1 + its logarithm)."""
    found = words(text)
    numbers = [number for word in found for number in of_word(word)]
    numbers += [bucket(f"{one} {two}") for one, two in zip(found, found[1:], strict=False)]
    places, counts = np.unique(np.array(numbers, np.int64), return_counts=True)
    return places, np.asarray(1 + np.log(counts), np.float32)


def rarity(texts: Iterable[str]) -> Array:
    """What each bucket counts: the logarithm of how few of `texts` have it, [buckets]."""
    seen = np.zeros(BUCKETS, np.float32)
    total = 0
    for text in texts:
        seen[counted(text)[0]] += 1
        total += 1
    return np.asarray(np.log((1 + total) / (1 + seen)) + 1, np.float32)


def weighed(text: str, rarities: Array) -> tuple[NDArray[np.int64], Array]:
    """The buckets of a text and their values, a vector of length 1."""
    places, values = counted(text)
    values = values * rarities[places]
    length = float(np.sqrt((values * values).sum()))
    return places, values / np.float32(length or 1.0)


def scores(texts: Sequence[str], rarities: Array, weights: Array) -> Array:
    """The sums of the weights [buckets, classes] of each text's buckets: [texts, classes]."""
    found = np.zeros((len(texts), weights.shape[1]), np.float32)
    for row, text in enumerate(texts):
        places, values = weighed(text, rarities)
        found[row] = values @ weights[places]
    return found
