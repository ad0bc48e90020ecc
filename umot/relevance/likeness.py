"""How alike two texts are, and numbers by which like texts find each other."""

from __future__ import annotations

import hashlib
import re
import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from umot.queries.words import WORD, fold

LEAST = 12  # words below which two customers may well have written the same
SHINGLE = 3  # words taken together
ALIKE = 0.8  # share of the shingles in common from which one text is a copy of the other
BANDS, ROWS = 6, 3  # texts that are alike share a band 99.8 times in 100; at 0.5 it is 55
PRIME = np.uint64(2**31 - 1)
LEFT_OUT = re.compile(r"https?://\S+|^\s*RT @\w+:|\bvia @\w+")


def shingles(title: str | None, body: str) -> frozenset[int]:
    """Each three words in a row as a number; empty for a text that is too short to compare.

    Case, accents, punctuation, links and "RT @name:" make no difference.
    """
    words = WORD.findall(fold(LEFT_OUT.sub(" ", f"{title or ''} {body}")))
    if len(words) < LEAST:
        return frozenset()
    joined = [word.encode() for word in words]
    return frozenset(
        zlib.crc32(b" ".join(joined[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)
    )


def bands(found: frozenset[int]) -> list[int]:
    """Numbers of 63 bits of which like texts share at least one (MinHash in bands)."""
    if not found:
        return []
    factors, offsets = _dice()
    numbers = np.fromiter(found, dtype=np.uint64, count=len(found)) % PRIME
    least = ((factors[:, None] * numbers[None, :] + offsets[:, None]) % PRIME).min(axis=1)
    made = []
    for band in range(BANDS):
        part = bytes([band]) + least[band * ROWS : (band + 1) * ROWS].tobytes()
        made.append(int.from_bytes(hashlib.blake2b(part, digest_size=8).digest()) >> 1)
    return made


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Shared shingles as a share of all, 0 to 1."""
    return len(one & other) / len(one | other) if one or other else 0.0


@cache
def _dice() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Always the same: bands are stored."""
    dice = np.random.default_rng(8)
    count = BANDS * ROWS
    return (
        dice.integers(1, 2**31 - 1, count, dtype=np.uint64),
        dice.integers(0, 2**31 - 1, count, dtype=np.uint64),
    )
