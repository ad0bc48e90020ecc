"""What the model is compared with: the VADER lexicon, and TF-IDF with logistic regression.

Both are scorers, for figures only: they know nothing of context, so they are no choice in the
settings. Their libraries are in the extra ``evaluation``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.text import normalise
from umot.errors import Fatal
from umot.plugins import Readings
from umot.post import LABELS

NEUTRAL_BELOW = 0.05  # of VADER's compound score: its authors' threshold
MOST_TERMS = 300_000
SIGNS = r"\w+|[^\w\s]"  # words, and each sign (emoji too) for itself
STRENGTH = 4.0  # of the regression's fit (C): higher follows the training texts more closely

Range = tuple[int, int]


class Vader:
    """The VADER lexicon and rules (English only)."""

    def __init__(self) -> None:
        """Load the lexicon. Raises `Fatal` where the extra is not installed."""
        try:
            from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
        except ImportError as error:
            raise missing("vader", error) from error
        self._analyzer = SentimentIntensityAnalyzer()

    @property
    def name(self) -> str:
        """What it is called in figures."""
        return "vader"

    @property
    def languages(self) -> frozenset[str]:
        """English."""
        return frozenset({"en"})

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Range]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """See `umot.plugins.Scorer`. A span is read by itself; there are no vectors."""
        del languages
        return Readings(self._score(texts), self._score(pieces(texts, spans)), None, None)

    def _score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shares [texts, 3] made of the compound score, for VADER knows no probabilities.

        They give its authors' label and grow with the strength of the score.
        """
        scores = [self._analyzer.polarity_scores(text)["compound"] for text in texts]
        compound = np.array(scores, np.float64)
        sure = np.where(np.abs(compound) < NEUTRAL_BELOW, 0.5 - np.abs(compound), np.abs(compound))
        column = np.select([compound <= -NEUTRAL_BELOW, compound >= NEUTRAL_BELOW], [0, 2], 1)
        winner = 0.5 + sure / 2
        found = np.repeat((1 - winner)[:, None] / 2, len(LABELS), axis=1)
        found[np.arange(len(texts)), column] = winner
        return found.astype(np.float32)


class Tfidf:
    """Logistic regression on TF-IDF of words, pairs of words and pieces of words."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Learn from labelled texts; `labels` are indices in `LABELS`.

        Raises `Fatal` where the extra is not installed or the texts hold fewer than two labels.
        """
        try:
            from sklearn.feature_extraction.text import TfidfVectorizer
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline, make_union
        except ImportError as error:
            raise missing("tfidf", error) from error
        if len(set(labels)) < 2:
            given = ", ".join(LABELS[label] for label in sorted(set(labels))) or "no label"
            raise Fatal(f"tfidf cannot learn from texts with {given} only: give it two at least")
        common = {"sublinear_tf": True, "strip_accents": None, "max_features": MOST_TERMS}
        self._pipeline = make_pipeline(
            make_union(
                TfidfVectorizer(ngram_range=(1, 2), token_pattern=SIGNS, **common),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, **common),
            ),
            LogisticRegression(C=STRENGTH, max_iter=300),
        )
        try:
            self._pipeline.fit([plain(text) for text in texts], list(labels))
        except ValueError as error:  # nothing is left to learn from: hardly a word is there twice
            raise Fatal(f"tfidf cannot learn from {len(texts)} texts: {error}") from error
        digest = hashlib.blake2b(digest_size=4)
        for text, label in zip(texts, labels, strict=True):
            digest.update(f"{label}{text}\0".encode("utf-8", "surrogatepass"))
        self._name = f"tfidf@{digest.hexdigest()}"

    @property
    def name(self) -> str:
        """What it is called in figures, and which texts it learnt from."""
        return self._name

    @property
    def languages(self) -> frozenset[str]:
        """Those of the texts it learnt from, which do not say."""
        return frozenset()

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Range]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """See `umot.plugins.Scorer`. A span is read by itself; there are no vectors."""
        del languages
        return Readings(self._score(texts), self._score(pieces(texts, spans)), None, None)

    def _score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [texts, 3]; 0 for a label that was not learnt."""
        found = np.zeros((len(texts), len(LABELS)), np.float32)
        if texts:
            learnt = self._pipeline.predict_proba([plain(text) for text in texts])
            found[:, self._pipeline.classes_] = learnt
        return found


def plain(text: str) -> str:
    """The text with links and addresses as one word each, as the encoder gets it."""
    return normalise(text).text


def pieces(texts: Sequence[str], spans: Sequence[Sequence[Range]]) -> list[str]:
    """The text of each span."""
    return [
        text[start:stop]
        for text, ranges in zip(texts, spans, strict=True)
        for start, stop in ranges
    ]


def missing(what: str, error: ImportError) -> Fatal:
    """The failure that names the extra."""
    return Fatal(f"{what} needs the extra evaluation: pip install 'umot[evaluation]' ({error})")
