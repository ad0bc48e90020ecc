"""Figures against sums done by hand, scikit-learn, and a bootstrap done row by row."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from models import evaluation, figures
from models.evaluation import Answers, Labelled, answers, brief, compared, full, objects, together
from umot.config import Settings
from umot.errors import Fatal
from umot.plugins import Readings

# Ten texts: truth by row, read by column.
TABLE = np.array([[3, 1, 0], [1, 1, 0], [0, 2, 2]])
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


def rows_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Truths and guesses that make this table."""
    cells = [(t, g) for t in range(3) for g in range(3) for _ in range(table[t, g])]
    truth, guess = zip(*cells, strict=True)
    return np.array(truth), np.array(guess)


def sure(guess: np.ndarray, share: float = 0.8) -> np.ndarray:
    """Probabilities whose winner is `guess`."""
    found = np.full((len(guess), 3), (1 - share) / 2, np.float32)
    found[np.arange(len(guess)), guess] = share
    return found


def random_rows(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    chooser = np.random.default_rng(seed)
    truth = chooser.choice(3, count, p=[0.5, 0.1, 0.4])
    return truth, np.where(chooser.random(count) < 0.7, truth, chooser.integers(0, 3, count))


def test_rates_by_hand():
    assert figures.confusion(*rows_of(TABLE)).tolist() == TABLE.tolist()
    found = figures.rates(TABLE)
    assert found["accuracy"] == pytest.approx(60)  # 6 of 10
    assert found["macro_recall"] == pytest.approx(100 * (3 / 4 + 1 / 2 + 2 / 4) / 3)
    # F1: negative 2x3/(4+4), neutral 2x1/(2+4), positive 2x2/(4+2)
    assert found["macro_f1"] == pytest.approx(100 * (3 / 4 + 1 / 3 + 2 / 3) / 3)


def test_macro_figures_are_over_the_labels_that_occur():
    table = np.array([[8, 2, 0], [0, 0, 0], [1, 0, 9]])
    found = figures.rates(table)
    assert found["macro_recall"] == pytest.approx(100 * (0.8 + 0.9) / 2)
    assert found["macro_f1"] == pytest.approx(100 * (16 / 19 + 18 / 19) / 2)


def test_per_label_by_hand():
    found = figures.per_label(TABLE)
    assert found["neutral"] == {
        "precision": pytest.approx(25),
        "recall": pytest.approx(50),
        "f1": pytest.approx(100 / 3),
        "support": 2,
    }
    unread = figures.per_label(np.array([[5, 0, 0], [3, 0, 0], [0, 0, 0]]))
    assert unread["neutral"] == {"precision": 0, "recall": 0, "f1": 0, "support": 3}
    assert unread["positive"]["support"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_same_as_scikit_learn(seed: int):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, guess = random_rows(seed, 200)
    table = figures.confusion(truth, guess)
    found = figures.rates(table)
    assert table.tolist() == metrics.confusion_matrix(truth, guess, labels=[0, 1, 2]).tolist()
    assert found["accuracy"] == pytest.approx(100 * metrics.accuracy_score(truth, guess))
    present = sorted(set(truth))
    for name, score in (("macro_f1", metrics.f1_score), ("macro_recall", metrics.recall_score)):
        expected = 100 * score(truth, guess, labels=present, average="macro")
        assert found[name] == pytest.approx(expected)
    by_label = metrics.precision_recall_fscore_support(truth, guess, labels=[0, 1, 2])
    for place, one in enumerate(figures.per_label(table).values()):
        assert one["precision"] == pytest.approx(100 * by_label[0][place])
        assert one["recall"] == pytest.approx(100 * by_label[1][place])
        assert one["f1"] == pytest.approx(100 * by_label[2][place])
        assert one["support"] == by_label[3][place]


def test_an_interval_is_that_of_drawing_rows():
    truth, guess = random_rows(3, 300)
    chooser = np.random.default_rng(9)
    drawn = []
    for _ in range(1500):
        picked = chooser.integers(0, 300, 300)
        drawn.append(figures.rates(figures.confusion(truth[picked], guess[picked])))
    found = figures.intervals(figures.confusion(truth, guess), draws=1500)
    for name, ends in found.items():
        expected = np.percentile([one[name] for one in drawn], (2.5, 97.5))
        assert ends == pytest.approx(expected.tolist(), abs=1.0)


def test_intervals_hold_the_figure_shrink_with_rows_and_repeat():
    wide, narrow = figures.intervals(TABLE), figures.intervals(TABLE * 100)
    for name, value in figures.rates(TABLE).items():
        assert wide[name][0] < narrow[name][0] < value < narrow[name][1] < wide[name][1]
    assert figures.intervals(TABLE) == wide
    assert figures.intervals(TABLE, seed=1) != wide
    assert figures.intervals(np.diag([4, 0, 4]))["macro_f1"] == [100, 100]


def test_figures_of_six_thousand_rows_take_a_moment():
    truth, guess = random_rows(0, 6000)
    started = time.perf_counter()
    found = full(Answers(truth, sure(guess), {"language": objects(["nl", "en"] * 3000)}))
    assert time.perf_counter() - started < 2
    assert found["groups"]["language"]["nl"]["rows"] == 3000


def test_reliability_by_hand():
    probabilities = np.array(
        [[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.2, 0.6, 0.2], [0, 0, 1]], np.float32
    )
    truth = np.array([NEGATIVE, POSITIVE, NEUTRAL, POSITIVE])
    bins = figures.reliability(truth, probabilities)
    shown = [(one.rows, round(one.confidence, 4), one.accuracy) for one in bins]
    assert shown == [(1, 0.6, 1), (2, 0.9, 0.5), (1, 1, 1)]
    # (1 x 0.4 + 2 x 0.4 + 1 x 0) / 4
    assert figures.calibration_error(bins) == pytest.approx(0.3, abs=1e-6)
    assert figures.calibration_error([]) == 0


def test_an_honest_model_has_hardly_any_calibration_error():
    chooser = np.random.default_rng(2)
    probabilities = chooser.dirichlet([1.0, 1.0, 1.0], 20_000).astype(np.float32)
    truth = (chooser.random((20_000, 1)) > probabilities.cumsum(1)[:, :2]).sum(1)
    assert figures.calibration_error(figures.reliability(truth, probabilities)) < 0.015
    boastful = probabilities**4 / (probabilities**4).sum(1, keepdims=True)
    assert figures.calibration_error(figures.reliability(truth, boastful)) > 0.15


def test_two_models_are_compared_on_the_same_rows():
    truth, guess = random_rows(4, 400)
    other = guess.copy()
    wrong = np.flatnonzero(guess != truth)[:20]
    other[wrong] = truth[wrong]  # the second is right on 20 rows more, and nowhere else different
    first, second = Answers(truth, sure(guess)), Answers(truth, sure(other))
    found = compared(first, second)["accuracy"]
    assert found["points"] == pytest.approx(5)
    low, high = found["interval"]
    assert 2.5 < low < 5 < high < 7.5
    separate = brief(second)["intervals"]["accuracy"][1] - brief(first)["intervals"]["accuracy"][0]
    assert high - low < separate  # what both find hard cancels
    assert compared(first, first)["macro_f1"] == {"points": 0, "interval": [0, 0]}
    assert compared(second, first)["accuracy"]["points"] == pytest.approx(-5)


class Counting:
    """Reads every text as what its first letter says, and keeps count of its batches."""

    name = "counting"
    languages: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.batches: list[int] = []

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Readings:
        """As models did before languages were told."""
        assert len(texts) == len(spans)
        self.batches.append(len(texts))
        guess = np.array(["-=+".index(text[0]) for text in texts])
        return Readings(sure(guess), np.zeros((0, 3), np.float32), None, None)


def test_rows_are_read_in_batches_and_never_all_held():
    scorer = Counting()
    ahead = []

    def rows() -> Iterator[Labelled]:
        for number in range(1300):
            ahead.append(number + 1 - sum(scorer.batches))
            yield Labelled("-=+"[number % 3], number % 3, ("nl" if number < 1000 else None,))

    told: list[int] = []
    found = answers(scorer, rows(), ["language"], report=told.append)
    assert scorer.batches == [512, 512, 276]
    assert told == [512, 1024, 1300]
    assert max(ahead) <= 512
    assert len(found) == 1300
    figures_of_all = full(found)
    assert figures_of_all["accuracy"] == 100
    assert figures_of_all["confusion"]["neutral"] == {"negative": 0, "neutral": 433, "positive": 0}
    assert {name: one["rows"] for name, one in figures_of_all["groups"]["language"].items()} == {
        "nl": 1000
    }


def test_groups_have_figures_of_their_own_and_only_the_largest_are_kept():
    values = [f"site {number}" for number in range(150)] + ["big"] * 20
    truth = np.zeros(170, np.int64)
    guess = np.where(np.array(values) == "big", POSITIVE, NEGATIVE)
    found = full(Answers(truth, sure(guess), {"source": objects(values)}))
    by_source = found["groups"]["source"]
    assert len(by_source) == evaluation.MOST_GROUPS
    assert next(iter(by_source)) == "big"
    assert (by_source["big"]["accuracy"], by_source["site 0"]["accuracy"]) == (0, 100)
    assert found["accuracy"] == pytest.approx(100 * 150 / 170, abs=1e-3)


def test_answers_to_several_files_are_put_together():
    truth, guess = rows_of(TABLE)
    one = Answers(truth, sure(guess), {"language": objects(["nl"] * 10)}, 1.5)
    two = Answers(truth[:4], sure(guess[:4]), {"domain": objects(["bank"] * 4)}, 0.5)
    both = together([one, two])
    assert (len(both), both.seconds) == (14, 2)
    assert both.table.tolist() == [[6, 2, 0], [1, 1, 0], [0, 2, 2]]
    found = full(both)["groups"]
    assert found["language"]["nl"]["rows"] == 10
    assert found["domain"]["bank"]["rows"] == 4


def test_an_answer_of_no_use_is_refused():
    class Broken(Counting):
        def read(self, texts, spans):
            return Readings(np.full((len(texts), 3), np.nan, np.float32), None, None, None)

    with pytest.raises(Fatal, match="counting gave no probabilities"):
        answers(Broken(), [Labelled("+", 2)])


def test_the_model_is_told_the_language_that_a_post_would_have():
    class Told(Counting):
        languages = frozenset({"nl", "en"})

        def read(self, texts, spans, languages=None):
            told.extend(languages)
            return super().read(texts, spans)

    told: list[str | None] = []
    rows = [
        Labelled("+ Wat een heerlijke maaltijd, en wat een vriendelijke bediening", 2),
        Labelled("+ What a lovely meal and what friendly people they are there", 2, (), "en-GB"),
        Labelled("- Sikke en kedelig ferie, og maden var kold hver eneste aften", 0, (), "da"),
        Labelled("+ ok", 2),
    ]
    answers(Told(), rows)
    assert told == [None, "en-GB", "da", None]
    told.clear()
    answers(Told(), rows, identifier=evaluation.heard(Told(), Settings()))
    assert told == ["nl", "en", "da", "nl"]


def test_the_bundled_model_on_plain_words(bundled):
    plain = [
        ("Wat een heerlijk ontbijt, ik kom hier zeker terug!", POSITIVE, "nl"),
        ("Drie keer gebeld, niemand die me helpt. Vreselijk.", NEGATIVE, "nl"),
        ("I love these shoes, they fit perfectly.", POSITIVE, "en"),
        ("Terrible service, the parcel arrived broken.", NEGATIVE, "en"),
    ]
    rows = [Labelled(text, label, (language,)) for text, label, language in plain]
    found = full(answers(bundled, rows, ["language"]))
    assert found["accuracy"] == 100
    assert found["per_label"]["neutral"]["support"] == 0
    assert found["groups"]["language"]["nl"]["rows"] == 2
    assert found["seconds"] > 0
