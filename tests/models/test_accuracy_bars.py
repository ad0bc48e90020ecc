"""The benchmark of accuracy: its bars can be passed and failed, and its file can be read."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from models.evaluation import Answers, brief, full, objects
from models.named import scorer
from umot.config import Model

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def accuracy() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        spec = importlib.util.spec_from_file_location("accuracy", BENCHMARKS / "accuracy.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def reading(percent: int, languages: tuple[str, ...] = ("nl",), share: float = 1.0) -> Answers:
    """A hundred texts of two labels in each language, so many read rightly."""
    count = 100 * len(languages)
    truth = np.array([0, 2] * (count // 2))
    right = np.arange(count) % 100 < percent
    guess = np.where(right, truth, 2 - truth)
    found = np.full((count, 3), (1 - share) / 2, np.float32)
    found[np.arange(count), guess] = share
    groups = {"language": objects([one for one in languages for _ in range(100)])}
    return Answers(truth, found, groups)


def result(accuracy: ModuleType, sets: dict[str, int]) -> dict[str, Any]:
    return {
        "files": [{"file": name, **full(reading(percent))} for name, percent in sets.items()],
        "pools": {accuracy.POOL: brief(reading(80))},
        "all": full(reading(90, ("nl", "en"), share=0.9)),
        "hard_cases": full(reading(80, ("nl", "en"))),
    }


def passes(accuracy: ModuleType, sets: dict[str, int]) -> dict[str, bool]:
    found = accuracy.bars(result(accuracy, sets))
    return {one["figure"]: one["passes"] for one in found}


def test_bars_are_passed_and_failed(accuracy: ModuleType) -> None:
    dutch = dict.fromkeys(accuracy.DUTCH, 80) | {"mabsa_nl": 72, "political_tweets_nl": 70}
    umsab = dict.fromkeys(accuracy.UMSAB, 70) | {"umsab_tweets_it": 60}
    tweets = {"semeval_tweets_en": 70, "us_airline_tweets_en": 79}
    found = passes(accuracy, {**dutch, **umsab, **tweets})
    assert found == {
        "semeval_tweets_en, macro_recall": True,
        "us_airline_tweets_en, macro_f1": False,
        "bolcom_books_nl, accuracy": False,
        "umsab de/fr/es/it/pt, mean macro_f1": False,
        "nl, four sets, macro_f1": True,
        "bolcom_books_nl, macro_f1 less that of the four": True,
        "mabsa_nl, macro_f1 less that of the four": True,
        "political_tweets_nl, macro_f1 less that of the four": False,
        "semeval16_restaurants_nl, macro_f1 less that of the four": True,
        "hard cases nl, accuracy": True,
        "hard cases en, accuracy": True,
        "calibration error nl": True,
        "calibration error en": True,
    }


def test_bars_whose_sets_are_not_there_are_left_out(accuracy: ModuleType) -> None:
    found = passes(accuracy, {"umsab_tweets_it": 90, "mabsa_nl": 90})
    assert not [name for name in found if "umsab" in name or "four" in name]


def test_the_file_has_a_line_for_each_set_and_reads_as_json(accuracy: ModuleType) -> None:
    content = result(accuracy, {"semeval_tweets_en": 75, "us_airline_tweets_en": 85})
    content["bars"] = list(accuracy.bars(content))
    text = accuracy.as_lines(content)
    assert json.loads(text) == json.loads(json.dumps(content))
    assert sum("semeval_tweets_en" in line for line in text.splitlines()) == 2
    shown = "\n".join(accuracy.shown(content))
    assert "pass  us_airline_tweets_en, macro_f1: 85 (≥ 80)" in shown
    assert "hard cases, language" in shown


def test_the_hard_cases_are_shown_by_language_and_kind(accuracy: ModuleType) -> None:
    pytest.importorskip("vaderSentiment")
    found = full(accuracy.hard_cases(scorer("vader", Model())))
    assert found["rows"] > 300
    assert {"nl", "en"} == set(found["groups"]["language"])
    by_both = found["groups"]["language and kind"]
    assert sum(one["rows"] for one in by_both.values()) == found["rows"]
    assert "nl sarcasm" in by_both
