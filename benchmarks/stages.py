"""How well posts are traced to the stages of the journey, and what that costs: stages.py [FOLDER].

FOLDER holds the journey files (default ../shared/data/journey). Sentences with agreed stages are
read as posts on the default map; what counts is the stage of the main moment. Beside it stand the
most frequent stage, TF-IDF with logistic regression fitted on what the stage head was fitted on,
likeness to the map's examples alone, and the head alone. Then: how often the negative reasons of
posts to airlines land in the stage that the reason is mapped to; whether the order of the sentences
changes what peak and end are; and what tracing adds to the processor time of reading sentiment.

Writes results/stages.json with model, machine and date. Intervals are bootstrapped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
from machine import described
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from models import spans, stage_head, tracing
from models.bundled import Bundled
from models.figures import intervals, rates
from models.reader import Reader
from models.stage_head import CLASSES
from models.tracing import Tracer
from models.training import data, read_stages, stage_examples, stages
from models.training import stage_head as training
from umot import journey
from umot.journey import NONE
from umot.post import Moment
from umot.traced import main_moment

HERE = Path(__file__).parent
JOURNEY = HERE.parents[1] / "shared" / "data" / "journey"
LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pt")
REASON_ROWS, REASON_BAR = 30, 60.0  # a reason with so many rows or more has this bar, in percent
NO_REASON = "Can't Tell"
REAL = ("bolcom_books_nl", "us_airline_tweets_en", "semeval_tweets_en", "germeval2017_bahn_de")
MOST_MOMENTS = 12  # of a real post: the two orders of a whole book review share little
LEAD = 0.15  # by which the peak of a post has to lead to be called clear
REPEATS = 5  # of the timing; the fastest counts
TIMED = 400  # posts

Row = dict[str, Any]
Story = tuple[list[str], str]  # the texts of a post's moments in order, and its language
Stages = NDArray[np.int64]


def main() -> None:
    """Measure, print and write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else JOURNEY
    model = Bundled(threads=1)
    reader = Reader(model, journey.default(), LANGUAGES)
    rows = parquet.read_table(folder / "stages_gold_validation.parquet").to_pylist()
    guesses = {"umot": np.array([CLASSES.index(stage) for stage in main_stages(reader, rows)])}
    guesses |= rivals(model, rows, folder)
    result: Row = {"model": model.name, "machine": described(), "gold": {}}
    for name, guess in guesses.items():
        result["gold"][name] = gold_figures(rows, guess)
        print(name, json.dumps(result["gold"][name]), flush=True)
    result["airlines"] = list(airlines(reader, folder))
    for one in result["airlines"]:
        print(json.dumps(one))
    result["order"] = {name: order(reader, told) for name, told in stories(folder).items()}
    result["cost"] = cost(model, [row["text"] for row in rows])
    print(json.dumps(result["order"]), json.dumps(result["cost"]))
    target = HERE / "results" / "stages.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def main_stages(reader: Reader, rows: Sequence[Row]) -> list[str]:
    """The stage of the main moment of each row's text."""
    found = moments(reader, [row["text"] for row in rows], [row["language"] for row in rows])
    mains = [main_moment(one) for one in found]
    return [NONE if one is None else one.stage for one in mains]


def moments(
    reader: Reader, texts: Sequence[str], languages: Sequence[str | None]
) -> list[list[Moment]]:
    """The moments of each text."""
    posts = [
        (str(place), "", None, text, None, language)
        for place, (text, language) in enumerate(zip(texts, languages, strict=True))
    ]
    found: list[list[Moment]] = [[] for _ in texts]
    for one in reader.read_posts(posts)[1]:
        found[int(one.post_id)].append(one)
    return found


def rivals(model: Bundled, rows: Sequence[Row], folder: Path) -> dict[str, Stages]:
    """What simpler ways answer for the texts of `rows`, read whole."""
    texts = [row["text"] for row in rows]
    readings = model.read(texts, [[(0, len(text))] for text in texts])
    if readings.vectors is None or readings.space is None:
        raise SystemExit("the model has no vectors")
    units = tracing.unit(readings.vectors)
    tracer = Tracer(model, journey.default())
    prototypes = tracer.prototypes(readings.space)
    near = tracing.near_each(units @ prototypes.examples.units.T, prototypes.groups)
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
        (row.text, row.stage, training.WEAK_WEIGHT * stage_examples.times(row.source))
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


def gold_figures(rows: Sequence[Row], guess: Stages) -> Row:
    """Macro-F1 in percent with its interval: all, with second stages as right, nl, en."""
    truth = np.array([CLASSES.index(row["stage"]) for row in rows])
    also = [{CLASSES.index(one) for one in (row["also"] or ())} for row in rows]
    kind = np.array(
        [
            one if one not in second else right
            for one, second, right in zip(guess, also, truth, strict=True)
        ]
    )
    languages = np.array([row["language"] for row in rows])
    found = {"all": scored(truth, guess), "also right": scored(truth, kind)}
    for language in ("nl", "en"):
        chosen = languages == language
        found[language] = scored(truth[chosen], guess[chosen])
    table = crossed(truth, guess)
    f1 = 200 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)
    return found | {
        "f1": {stage: round(float(value), 1) for stage, value in zip(CLASSES, f1, strict=True)},
        "confusion": table.tolist(),
    }


def crossed(truth: Stages, guess: Stages) -> Stages:
    """Counts [truth, guess]."""
    table = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    np.add.at(table, (truth, guess), 1)
    return table


def scored(truth: Stages, guess: Stages) -> Row:
    """Macro-F1 over the stages that occur, in percent, with its 95 % interval, and accuracy."""
    table = crossed(truth, guess)
    found, spread = rates(table), intervals(table)
    return {
        "rows": len(truth),
        "macro_f1": round(float(found["macro_f1"]), 1),
        "interval": [round(end, 1) for end in spread["macro_f1"]],
        "accuracy": round(float(found["accuracy"]), 1),
    }


def airlines(reader: Reader, folder: Path) -> Iterator[Row]:
    """For each negative reason the share of its posts that land in the stage it is mapped to."""
    rows = [
        row
        for split in ("validation", "test")
        for row in parquet.read_table(folder / f"us_airline_tweets_en_{split}.parquet").to_pylist()
        if row["negativereason"]
    ]
    found = main_stages(reader, rows)
    for reason in sorted({row["negativereason"] for row in rows}):
        here = [
            stage for row, stage in zip(rows, found, strict=True) if row["negativereason"] == reason
        ]
        stage = stages.REASONS.get(reason)
        share = 100 * here.count(stage) / len(here) if stage else None
        judged = stage is not None and len(here) >= REASON_ROWS and reason != NO_REASON
        yield {
            "reason": reason,
            "rows": len(here),
            "stage": stage,
            "share": share and round(share, 1),
            "passed": share >= REASON_BAR if judged and share is not None else None,
            "landed": {one: here.count(one) for one in CLASSES if one in here},
        }


def stories(folder: Path) -> dict[str, list[Story]]:
    """Posts of several moments: our own, which were trained on in any order, and real ones."""
    own = [
        ([row.text[part.start : part.stop] for part in row.parts], row.language)
        for row in data.own_posts()
        if len(row.parts) > 1
    ]
    real = []
    for name in REAL:
        for row in data.read(folder.parent / "sentiment" / f"{name}_test.parquet"):
            texts = [row.text[start:stop] for start, stop in spans.split(row.text)]
            if 1 < len(texts) <= MOST_MOMENTS:
                real.append((texts, row.language))
    several = {"own": own, "real": real}
    return {
        name: [one for one in told if all(len(spans.split(text)) == 1 for text in one[0])]
        for name, told in several.items()
    }


def order(reader: Reader, told: Sequence[Story]) -> Row:
    """Posts of several moments, forwards and backwards: peak and end should follow the text.

    `end_moves`: the last moment is the end in both. `same_peak`: of posts whose strongest moment
    leads the next by `LEAD`, those with the same peak in both.
    """
    languages = [language for _, language in told]
    forth = moments(reader, ["\n".join(texts) for texts, _ in told], languages)
    back = moments(reader, ["\n".join(texts[::-1]) for texts, _ in told], languages)
    whole = moved = clear = same = 0
    for (texts, _), one, other in zip(told, forth, back, strict=True):
        if not len(one) == len(other) == len(texts):
            continue  # the posts of a line became other moments when they were joined
        whole += 1
        moved += one[-1].is_end and other[-1].is_end
        strength = sorted((abs(moment.score) for moment in one), reverse=True)
        if strength[0] - strength[1] >= LEAD:
            clear += 1
            peaks = [next(i for i, x in enumerate(found) if x.is_peak) for found in (one, other)]
            same += peaks[0] == len(texts) - 1 - peaks[1]
    return {
        "posts": whole,
        "end_moves": round(100 * moved / whole, 1),
        "clear_peaks": clear,
        "same_peak": round(100 * same / clear, 1),
    }


def cost(model: Bundled, texts: Sequence[str]) -> Row:
    """Processor seconds of sentiment alone, and with spans and tracing, on one thread."""
    chosen = [row.text for row in data.own_posts()[:: 3146 // TIMED]][:TIMED] + list(texts)
    tracer = Tracer(model, journey.default())
    tracer.prototypes(model.encoder.metadata.space)

    def alone() -> None:
        model.read(chosen, [[] for _ in chosen])

    def with_tracing() -> None:
        places = [spans.split(text) for text in chosen]
        readings = model.read(chosen, places)
        said = [text[a:b] for text, found in zip(chosen, places, strict=True) for a, b in found]
        if readings.vectors is not None:
            tracer.trace(readings.vectors, readings.space, said)

    times: dict[str, list[float]] = {"alone": [], "with": []}
    for _ in range(REPEATS):
        for name, run in (("alone", alone), ("with", with_tracing)):
            started = time.process_time()
            run()
            times[name].append(time.process_time() - started)
    alone_s, with_s = min(times["alone"]), min(times["with"])
    return {
        "posts": len(chosen),
        "moments": sum(len(spans.split(text)) for text in chosen),
        "sentiment_s": round(alone_s, 3),
        "with_tracing_s": round(with_s, 3),
        "added": round(100 * (with_s / alone_s - 1), 1),
        "share": round(100 * (1 - alone_s / with_s), 1),
    }


if __name__ == "__main__":
    main()
