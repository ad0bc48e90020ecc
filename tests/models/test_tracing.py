from dataclasses import replace

import numpy as np
import pytest

from models import likeness, metadata, stage_head, stage_words, tracing
from models.prototypes import OTHER
from models.stage_head import CLASSES, StageHead
from models.tracing import Tracer
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
    return tracer.trace(vectors, "letters", texts)


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
    assert tracer.trace(np.zeros((0, 26), np.float32), "letters", []) == []


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
        Tracer(each, made).trace(np.ones((1, 26), np.float32), "letters", ["a"])
    assert (scorer.calls, other.calls) == (1, 0)


def test_vectors_of_another_space_are_refused(tracer):
    with pytest.raises(Fatal, match="cannot be traced with examples of 'letters'"):
        tracer.trace(np.ones((1, 26), np.float32), "another", ["a"])


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
    (found,) = Tracer(bundled, journey.default()).trace(readings.vectors, readings.space, [text])
    assert touchpoint in (found.touchpoint, found.runner_up)


# ---- with a head: a and e speak of choosing, b, c and f of the end, p of the product, d of none ----

KINDS = {"a": "zero", "e": "zero", "b": "end", "c": "end", "f": "end", "p": "peak", "d": "none"}


@pytest.fixture
def headed(tmp_path):
    """Makes tracers of letters with a head beside them."""
    weights = np.zeros((len(CLASSES), 26), np.float32)
    for letter, stage in KINDS.items():
        weights[CLASSES.index(stage), ord(letter) - ord("a")] = 6
    bias = np.zeros(len(CLASSES), np.float32)
    files = {metadata.GRAPH: "0", metadata.TOKENIZER: "0"}
    metadata.Metadata("letters", (), 1, 26, 16, 1.0, (0.0,) * 26, files).write(tmp_path)
    words = np.zeros((stage_words.BUCKETS, len(CLASSES)), np.float32)
    words[stage_words.bucket("postzegel"), CLASSES.index("end")] = 50
    rarities = np.ones(stage_words.BUCKETS, np.float32)
    StageHead("letters", "0", weights, words, rarities, bias, 0.2).write(tmp_path)
    stage_head.load.cache_clear()

    def make(text=MAP, space="letters"):
        scorer = Letters()
        scorer.folder, scorer.space, scorer.name = tmp_path, space, f"headed {tmp_path}"
        return Tracer(scorer, journey.parse(text, "test"))

    return make


def test_the_head_tells_what_likeness_cannot(headed, tracer):
    text = "fffa"  # like no example but those with an a; the head knows f
    assert traced(tracer, text)[0].stage == "zero"
    (found,) = traced(headed(), text)
    assert found.stage == "end"
    assert found.touchpoint in {"bringing", "fetching"}
    assert found.confidence > 0.5


def test_a_touchpoint_that_was_moved_takes_its_spans_along(headed):
    moved = MAP.replace('stage = "zero"', 'stage = "ultimate"')
    (before,) = traced(headed(), "aaae")
    (after,) = traced(headed(moved), "aaae")
    assert (before.stage, before.touchpoint) == ("zero", "choosing")
    assert (after.stage, after.touchpoint) == ("ultimate", "choosing")
    assert after.confidence == pytest.approx(before.confidence, abs=1e-5)


def test_a_close_example_wins_over_the_head(headed):
    late = MAP.replace('examples = ["bbb"]', 'examples = ["bbb", "ppp", "pppb"]')
    assert traced(headed(late), "ppp")[0].touchpoint == "bringing"


@pytest.mark.parametrize("text", ["ppp", "pppa", "ppbb", "ddd", "qqq"])
def test_a_stage_that_the_map_lacks_is_never_answered(headed, text):
    assert traced(headed(), text)[0].stage in {"zero", "end", "none"}


def test_what_the_map_lacks_is_none_rather_than_a_wrong_stage(headed):
    assert traced(headed(), "pppa")[0].stage == "none"


def test_the_head_of_another_space_is_not_asked(headed, tracer):
    foreign = headed(space="elsewhere")
    vectors = foreign.scorer.read(["fffa"], [[(0, 4)]]).vectors
    assert foreign.trace(vectors, "elsewhere", ["fffa"]) == traced(tracer, "fffa")


def test_a_span_is_traced_the_same_in_any_company_with_a_head(headed):
    texts = ["aaab", "fffa", "cccbc", "zzz", "ppp"]
    made = headed()
    assert traced(made, *texts) == [traced(made, text)[0] for text in texts]


def test_words_decide(headed, tracer):
    worded = MAP.replace('examples = ["bbb"]', 'examples = ["bbb"]\nwords = ["postbode"]')
    for one in (headed(worded), Tracer(Letters(), journey.parse(worded, "test"))):
        vectors = one.scorer.read(["aaa", "aaa"], [[(0, 3)]] * 2).vectors
        plain, decided = one.trace(vectors, "letters", ["aaa", "De postbode!"])
        assert (plain.stage, plain.touchpoint) == ("zero", "choosing")
        assert (decided.stage, decided.touchpoint) == ("end", "bringing")
        assert (decided.confidence, decided.runner_up) == (1.0, "choosing")
        assert decided.matched_example == "bbb"


def test_the_words_of_a_span_count(headed):
    made = headed()
    vectors = made.scorer.read(["aaa", "aaa"], [[(0, 3)]] * 2).vectors
    plain, told = made.trace(vectors, "letters", ["aaa", "een postzegel"])
    assert (plain.stage, told.stage) == ("zero", "end")


def test_shares_of_stages_sum_to_one(headed):
    made = headed()
    texts = ["aaab", "fffa", "ppp"]
    vectors = made.scorer.read(texts, [[(0, len(text))] for text in texts]).vectors
    prototypes, units = made.prototypes("letters"), likeness.unit(vectors)
    near = likeness.near_each(units @ prototypes.examples.units.T, prototypes.groups)
    answers = prototypes.head.probabilities(units, texts)
    shares = made.by_stage(tracing.mixed(prototypes.kinds, answers, near, 0.2))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
