from dataclasses import replace

import numpy as np
import pytest

from models.tracing import OTHER, Tracer
from umot import journey
from umot.errors import Fatal
from umot.plugins import Readings

MAP = """
[[touchpoints]]
key = "choosing"
stage = "zero"
channel = "website"
name = { nl = "Kiezen", en = "Choosing" }
examples = ["aaa", "aab"]
[[touchpoints]]
key = "bringing"
stage = "end"
channel = "post"
name = { nl = "Brengen", en = "Bringing" }
examples = ["bbb"]
[[touchpoints]]
key = "fetching"
stage = "end"
channel = "shop"
name = { nl = "Halen", en = "Fetching" }
examples = ["ccb", "ccc"]
"""


class Letters:
    """A scorer whose vectors count letters, so that likeness is plain to see."""

    name = "letters"
    languages = frozenset()
    space = "letters"
    calls = 0

    def vector(self, text):
        return [float(text.count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]

    def read(self, texts, spans):
        self.calls += 1
        pieces = [
            text[start:stop]
            for text, ranges in zip(texts, spans, strict=True)
            for start, stop in ranges
        ]
        even = np.full((len(pieces), 3), 1 / 3, np.float32)
        vectors = np.array([self.vector(piece) for piece in pieces], np.float32)
        return Readings(even[: len(texts)], even, vectors.reshape(-1, 26), self.space)


@pytest.fixture
def tracer():
    return Tracer(Letters(), journey.parse(MAP, "test"))


def traced(tracer, *texts):
    vectors = tracer.scorer.read(texts, [[(0, len(text))] for text in texts]).vectors
    return tracer.trace(vectors, "letters")


def test_a_span_goes_where_its_likest_examples_are(tracer):
    choosing, bringing, fetching = traced(tracer, "aaab", "bb", "cccbc")
    assert (choosing.stage, choosing.touchpoint, choosing.matched_example) == (
        "zero",
        "choosing",
        "aab",
    )
    assert (bringing.stage, bringing.touchpoint, bringing.matched_example) == (
        "end",
        "bringing",
        "bbb",
    )
    assert (fetching.stage, fetching.touchpoint, fetching.matched_example) == (
        "end",
        "fetching",
        "ccb",
    )
    assert fetching.runner_up == "bringing"
    assert all(0 < one.confidence <= 1 for one in (choosing, bringing, fetching))


def test_what_is_like_nothing_is_none(tracer):
    for one in traced(tracer, "zzz", ""):
        assert (one.stage, one.touchpoint, one.matched_example) == ("none", "none", None)
        assert one.runner_up is not None
    assert traced(tracer, "")[0].confidence == 1


def test_small_talk_is_none(tracer):
    assert traced(tracer, OTHER[0][0])[0].stage == "none"


def test_nothing_to_trace(tracer):
    assert tracer.trace(np.zeros((0, 26), np.float32), "letters") == []


def test_an_edited_map_counts_at_once(tracer):
    moved = tuple(
        replace(one, stage="ultimate") if one.key == "choosing" else one
        for one in tracer.journey.touchpoints
    )
    edited = Tracer(tracer.scorer, journey.JourneyMap("", moved))
    assert traced(tracer, "aaa")[0].stage == "zero"
    assert traced(edited, "aaa")[0].stage == "ultimate"


def test_examples_are_read_once_for_a_map_and_space():
    scorer, other = Letters(), Letters()
    scorer.name = other.name = "letters-once"
    made = journey.parse(MAP, "test")
    for each in (scorer, scorer, other):
        Tracer(each, made).trace(np.ones((1, 26), np.float32), "letters")
    assert (scorer.calls, other.calls) == (1, 0)


def test_vectors_of_another_space_are_refused(tracer):
    with pytest.raises(Fatal, match="cannot be traced with examples of 'letters'"):
        tracer.trace(np.ones((1, 26), np.float32), "another")


def test_a_span_is_traced_the_same_in_any_company(tracer):
    texts = ["aaab", "bb", "cccbc", "zzz", "abc"]
    assert traced(tracer, *texts) == [traced(tracer, text)[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "touchpoint"),
    [
        ("My flight was cancelled and now I am stuck here", "cancelled-trip"),
        ("You lost my suitcase!", "luggage"),
        ("Ik sta al een half uur in de wacht bij de klantenservice", "phone-service"),
        ("Het pakket is nog steeds niet bezorgd", "late-delivery"),
        ("Ik wil mijn geld terug", "refund"),
        ("Zeker een aanrader!", "recommending"),
        ("Veel te duur", "price"),
        ("Wir kommen gerne wieder", "loyalty"),
    ],
)
def test_the_default_map_with_the_model_that_ships(bundled, text, touchpoint):
    readings = bundled.read([text], [[(0, len(text))]])
    (found,) = Tracer(bundled, journey.default()).trace(readings.vectors, readings.space)
    assert touchpoint in (found.touchpoint, found.runner_up)
