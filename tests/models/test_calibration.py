"""Each post is read with the calibration of its language, if the model has any."""

import json
import shutil

import numpy as np
import pytest

from models.bundled import Bundled
from models.reader import Reader, Unread
from umot import journey
from umot.plugins import Readings

DUTCH = "De bezorging was snel, maar de monteur kwam niet opdagen en niemand belde terug."
ENGLISH = "The delivery was quick, but the engineer never came and nobody called us back."


class Noting:
    """A model that notes which languages it was told."""

    name = "noting-1"
    languages = frozenset({"nl", "en"})

    def __init__(self):
        self.told = []

    def read(self, texts, spans, languages=None):
        self.told.append(languages)
        count = sum(map(len, spans))
        even = np.full((len(texts) + count, 3), 1 / 3, np.float32)
        return Readings(even[: len(texts)], even[len(texts) :], None, None)


class Plain(Noting):
    """A model written before there were languages to be told."""

    def read(self, texts, spans):
        return super().read(texts, spans)


def posts(*texts):
    return [Unread(str(row), "x", None, text, None, None) for row, text in enumerate(texts)]


def test_the_model_is_told_the_language_of_each_post(tiny_weights):
    scorer = Noting()
    tracer = Bundled(path=tiny_weights, threads=1)
    reader = Reader(scorer, journey.default(), ["nl", "en"], tracer=lambda: tracer)
    sentiments, _ = reader.read_posts(posts(DUTCH, "", ENGLISH))
    assert scorer.told == [["nl", "en"]]
    assert [one.language for one in sentiments] == ["nl", None, "en"]


def test_a_model_that_takes_no_languages_is_used_all_the_same(tiny_weights):
    tracer = Bundled(path=tiny_weights, threads=1)
    reader = Reader(Plain(), journey.default(), ["nl", "en"], tracer=lambda: tracer)
    assert reader.scorer.told == []
    sentiments, _ = reader.read_posts(posts(DUTCH, ENGLISH))
    assert [one.neutral for one in sentiments] == pytest.approx([1 / 3] * 2)


def test_a_post_and_its_moments_have_the_calibration_of_its_language(tiny_weights, tmp_path):
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights, folder)
    described = json.loads((folder / "model.json").read_text())
    described |= {"temperature": 1.0, "temperatures": {"nl": 0.1}}
    (folder / "model.json").write_text(json.dumps(described))
    found = {}
    for name, weights in (("plain", tiny_weights), ("dutch", folder)):
        reader = Reader(Bundled(path=weights, threads=1), journey.default(), ["nl", "en"])
        found[name] = reader.read_posts(posts(DUTCH))
    (plain,), plain_moments = found["plain"]
    (dutch,), dutch_moments = found["dutch"]
    assert plain.label == dutch.label
    assert max(dutch.negative, dutch.neutral, dutch.positive) > max(
        plain.negative, plain.neutral, plain.positive
    )
    assert len(dutch_moments) > 1
    assert [one.label for one in plain_moments] == [one.label for one in dutch_moments]
    assert [one.score for one in plain_moments] != [one.score for one in dutch_moments]
