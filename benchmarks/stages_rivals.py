"""What simpler ways answer where tracing answers: a majority, words, likeness, the head alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from models import likeness, stage_head
from models.bundled import Bundled
from models.stage_head import CLASSES
from models.tracing import Tracer
from models.training import data, read_stages, stage_examples
from models.training import stage_head as training
from umot import journey

LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pt")

Stages = NDArray[np.int64]


def rivals(model: Bundled, rows: Sequence[dict[str, Any]], folder: Path) -> dict[str, Stages]:
    """What simpler ways answer for the texts of `rows`, read whole."""
    texts = [row["text"] for row in rows]
    readings = model.read(texts, [[(0, len(text))] for text in texts])
    if readings.vectors is None or readings.space is None:
        raise SystemExit("the model has no vectors")
    units = likeness.unit(readings.vectors)
    tracer = Tracer(model, journey.default())
    prototypes = tracer.prototypes(readings.space)
    near = likeness.near_each(units @ prototypes.examples.units.T, prototypes.groups)
    found = {
        "majority": np.full(len(rows), CLASSES.index("peak")),
        "tfidf": tfidf(texts, folder),
        "likeness alone": tracer.by_likeness(near)[0].argmax(1),
    }
    head = stage_head.of(model, readings.space)
    if head is not None:
        found["head alone"] = head.probabilities(units, texts).argmax(1)
    return found


def tfidf(texts: Sequence[str], folder: Path) -> Stages:
    """Words, pairs of words and parts of words, weighed by TF-IDF, and logistic regression."""
    own = [
        (row.text[part.start : part.stop], part.stage, weight)
        for several, weight in (
            (data.own_posts(), 1.0),
            (read_stages.rows(folder.parent), training.READ_WEIGHT),
        )
        for row in several
        for part in stage_examples.parts(row)
        if part.stage is not None
    ]
    phrases = [
        (text, stage, training.MAP_WEIGHT) for text, stage, _ in stage_examples.map_phrases()
    ]
    weak = [
        (row.text, row.stage, training.WEAK_WEIGHT * stage_examples.times(row.source, row.stage))
        for row in stage_examples.weak_rows(folder.parent, LANGUAGES)
    ]
    known, labels, weights = zip(*own, *phrases, *weak, strict=True)
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
    )
    made = make_pipeline(features, LogisticRegression(C=10, class_weight="balanced", max_iter=300))
    made.fit(known, labels, logisticregression__sample_weight=weights)
    return np.asarray(made.predict(texts), np.int64)
