"""Fitting how spans feel by themselves, for the choice of a post's peak (`models.feelings`).

Public posts of several moments are read forwards and backwards, and each moment alone. What is
learnt is the encoder's answer for the moment alone, from the moment's words and its vector in
either order: so the order counts for little.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models import spans
from models.bundled import Bundled
from models.feelings import OwnFeeling
from models.likeness import Array, unit
from models.training import data
from models.training.data import Row
from models.training.regression import on_both
from umot.errors import Fatal

log = logging.getLogger("umot.training")

# Posts of several moments that are taken of each set's training rows.
POSTS = {
    "bolcom_books_nl": 480,
    "us_airline_tweets_en": 880,
    "semeval_tweets_en": 880,
    "germeval2017_bahn_de": 520,
    "trustpilot_fr": 160,
    "keytrade_trustpilot_fr": 120,
    "amazon_books_de": 48,
    "amazon_books_fr": 240,
    "amazon_alexa_en": 280,
    "goemotions_reddit_en": 400,
    "umsab_tweets_de": 200,
    "umsab_tweets_es": 200,
    "umsab_tweets_fr": 200,
    "umsab_tweets_it": 200,
    "umsab_tweets_pt": 200,
    "brand_tweets_en": 200,
    "political_tweets_nl": 280,
    "semeval16_reviews_nl": 100,
    "potts_tweets_de": 200,
}
MOST_MOMENTS = 12  # of a post
SHRINKING = 2e-5
SEED = 7


@dataclass(frozen=True, slots=True)
class Read:
    """Moments: what each says, its vectors at length 1 in both orders, its labels alone.

    `vectors` are two of [moments, dimensions], `alone` probabilities [moments, labels].
    """

    texts: tuple[str, ...]
    vectors: tuple[Array, Array]
    alone: Array


def fit(scorer: Bundled, labelled: Path, rarities: Array) -> OwnFeeling | None:
    """The feeling for the scorer's vectors; None where `labelled` has none of the sets.

    `rarities` [buckets] weigh the pieces of words.
    """
    told = list(stories(labelled / "sentiment"))
    if not told:
        log.warning("none of the sets that tell how moments feel are in %s", labelled)
        return None
    return fitted(read(scorer, told), rarities)


def fitted(found: Read, rarities: Array) -> OwnFeeling:
    """The feeling that moments teach."""
    vectors, words, bias = on_both(
        np.concatenate(found.vectors),
        found.texts * 2,
        rarities,
        np.concatenate([found.alone, found.alone]),
        SHRINKING,
    )
    return OwnFeeling(vectors.T.copy(), words, bias)


def stories(folder: Path) -> Iterator[tuple[list[str], str]]:
    """The moments of each post that is learnt from, and its language."""
    chooser = random.Random(SEED)
    for name, most in POSTS.items():
        path = folder / f"{name}_train.parquet"
        if path.is_file():
            told = [(several, row.language) for row in data.read(path) if (several := moments(row))]
            chooser.shuffle(told)
            yield from told[:most]


def moments(row: Row) -> list[str]:
    """What the moments of a row say; none where it has one only, too many, or unsteady ones."""
    texts = [row.text[start:stop] for start, stop in spans.split(row.text)]
    steady = 1 < len(texts) <= MOST_MOMENTS and all(len(spans.split(one)) == 1 for one in texts)
    return texts if steady else []


def read(scorer: Bundled, told: Sequence[tuple[list[str], str]]) -> Read:
    """Read posts in both orders, and their moments alone. Raises `Fatal` without vectors."""
    languages = [language for _, language in told]
    orders = []
    for step in (1, -1):
        lines = [texts[::step] for texts, _ in told]
        places = [list(ranges(one)) for one in lines]
        vectors = scorer.read(["\n".join(one) for one in lines], places, languages).vectors
        if vectors is None:
            raise Fatal("the model has no vectors to fit a feeling on")
        orders.append(unit(vectors))
    stops = np.cumsum([len(texts) for texts, _ in told])
    parts = np.split(orders[1], stops[:-1])
    backwards = np.concatenate([part[::-1] for part in parts])
    texts = tuple(text for several, _ in told for text in several)
    spoken = [language for several, language in told for _ in several]
    alone = scorer.read(texts, [[] for _ in texts], spoken).texts
    return Read(texts, (orders[0], backwards), alone)


def ranges(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each line is in the text of all, one a line."""
    start = 0
    for line in lines:
        yield start, start + len(line)
        start += len(line) + 1
