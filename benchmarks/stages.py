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
from stages_order import order, stories
from stages_rivals import LANGUAGES, Stages, rivals

from models import spans
from models.bundled import Bundled
from models.figures import intervals, rates
from models.reader import Reader
from models.stage_head import CLASSES
from models.tracing import Tracer
from models.training import data, stages
from umot import journey
from umot.journey import NONE
from umot.post import Moment
from umot.traced import main_moment

HERE = Path(__file__).parent
JOURNEY = HERE.parents[1] / "shared" / "data" / "journey"
REASON_ROWS, REASON_BAR = 30, 60.0  # a reason with so many rows or more has this bar, in percent
NO_REASON = "Can't Tell"
REPEATS = 5  # of the timing; the fastest counts
TIMED = 400  # posts

Row = dict[str, Any]


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
