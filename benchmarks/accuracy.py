"""How well a model reads the labelled test splits, and whether that passes the bars set for it.

    accuracy.py [FOLDER] [--model MODEL] [--out FILE]

FOLDER holds SET_test.parquet files (default ../shared/data/sentiment). Reports each set, languages,
domains, Dutch pooled, and the hard cases by language and kind, with bootstrap intervals. Writes
results/accuracy.json with machine and date, which `umot models card --accuracy` reads.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from machine import described

from models.evaluation import Answers, answers, brief, full, heard, objects, together
from models.named import scorer
from umot.cli.figures import RATES, rates, table
from umot.cli.labelled import LabelledFile
from umot.config import Settings
from umot.plugins import Scorer

HERE = Path(__file__).parent
HARD_CASES = HERE.parent / "tests" / "models" / "hard_cases.jsonl"
DUTCH = ("bolcom_books_nl", "mabsa_nl", "political_tweets_nl", "semeval16_restaurants_nl")
UMSAB = tuple(f"umsab_tweets_{language}" for language in ("de", "fr", "es", "it", "pt"))
POOL = "nl, four sets"
LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pt")

Figures = Mapping[str, Any]


def main() -> None:
    """Read every test split and the hard cases, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = HERE.parents[1] / "shared" / "data" / "sentiment"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "accuracy.json")
    given = parser.parse_args()
    model = scorer(given.model, Settings().model)
    started = time.perf_counter()
    found: dict[str, Answers] = {}
    for path in sorted(given.folder.glob("*_test.parquet")):
        name = path.name.removesuffix("_test.parquet")
        found[name] = read(model, LabelledFile(path, by=("language", "domain")))
        print(name, *rates(brief(found[name])), sep="  ", flush=True)
    dutch = [found[name] for name in DUTCH if name in found]
    result = {
        "model": model.name,
        "machine": described(),
        "seconds": round(time.perf_counter() - started, 1),
        "files": [{"file": name} | short(one) for name, one in found.items()],
        "pools": {POOL: brief(together(dutch))} if dutch else {},
        "all": full(together(list(found.values()))),
        "hard_cases": full(hard_cases(model)),
    }
    result["bars"] = list(bars(result))
    given.out.write_text(as_lines(result), "utf-8")
    print("\n".join(shown(result)))


def read(model: Scorer, file: LabelledFile) -> Answers:
    """The model's answers to a file."""
    return answers(model, file, file.columns, identifier=heard(model, Settings()))


def short(found: Answers) -> dict[str, Any]:
    """The figures of one set without those that `all` has too."""
    return {
        key: value for key, value in full(found).items() if key not in ("reliability", "groups")
    }


def hard_cases(model: Scorer) -> Answers:
    """The answers to the hard cases, by language, kind, and both."""
    found = read(model, LabelledFile(HARD_CASES, by=("language", "kind")))
    pairs = zip(found.groups["language"], found.groups["kind"], strict=True)
    both = objects([f"{language} {kind}" for language, kind in pairs])
    return replace(found, groups={**found.groups, "language and kind": both})


def bars(result: Figures) -> Iterator[dict[str, Any]]:
    """What was asked of the model, what it reaches, and whether that is enough.

    A bar whose sets are not there is left out.
    """
    sets: dict[str, Figures] = {one["file"]: one for one in result["files"]}
    for name, figure, least in (
        ("semeval_tweets_en", "macro_recall", 70),
        ("us_airline_tweets_en", "macro_f1", 80),
        ("bolcom_books_nl", "accuracy", 93),
    ):
        if name in sets:
            yield at_least(f"{name}, {figure}", sets[name][figure], least)
    if all(name in sets for name in UMSAB):
        mean = sum(sets[name]["macro_f1"] for name in UMSAB) / len(UMSAB)
        yield at_least("umsab de/fr/es/it/pt, mean macro_f1", mean, 70)
    if all(name in sets for name in DUTCH):
        pooled = result["pools"][POOL]["macro_f1"]
        yield at_least(f"{POOL}, macro_f1", pooled, 72)
        for name in DUTCH:
            yield at_least(f"{name}, macro_f1 less that of the four", below(sets[name], pooled), -8)
    for language in ("nl", "en"):
        reached = result["hard_cases"]["groups"]["language"][language]["accuracy"]
        yield at_least(f"hard cases {language}, accuracy", reached, 80)
    for language in LANGUAGES:
        if language in result["all"]["groups"]["language"]:
            error = result["all"]["groups"]["language"][language]["ece"]
            what = f"calibration error {language}"
            yield {"figure": what, "value": error, "at_most": 0.05, "passes": error <= 0.05}


def at_least(what: str, value: float, least: float) -> dict[str, Any]:
    """A bar to be reached."""
    value = round(value, 4)
    return {"figure": what, "value": value, "at_least": least, "passes": value >= least}


def below(one: Figures, pooled: float) -> float:
    """How far above the pooled figure a set is; below 0 where it is under it."""
    return float(one["macro_f1"]) - pooled


def as_lines(result: Figures) -> str:
    """JSON with a line for each set and bar, so that two runs can be compared by eye."""
    parts = []
    for key, value in result.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            text = "[\n  " + ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in value)
            text += "\n ]"
        parts.append(f' "{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def shown(result: Figures) -> Iterator[str]:
    """The tables of a run."""
    whole, hard = result["all"]["groups"], result["hard_cases"]["groups"]
    for name, entries in (
        ("set", {one["file"]: one for one in result["files"]}),
        ("taken together", result["pools"]),
        *whole.items(),
        *((f"hard cases, {column}", found) for column, found in hard.items()),
    ):
        rows = [(key, *rates(one)) for key, one in entries.items()]
        yield "\n" + "\n".join(table((name, *RATES), rows))
    yield "\nbars"
    for one in result["bars"]:
        sign, bar = ("≥", one["at_least"]) if "at_least" in one else ("≤", one["at_most"])
        verdict = "pass" if one["passes"] else "FAIL"
        yield f"{verdict}  {one['figure']}: {one['value']:.4g} ({sign} {bar})"


if __name__ == "__main__":
    main()
