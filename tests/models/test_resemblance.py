import numpy as np
import pytest

from models import stage_words, surroundings
from models.resemblance import RIDGE, Resemblance, Spans, Wording, kernel

ONES = np.ones(stage_words.BUCKETS, np.float32)
PHRASES = ["snel bezorgd", "pakket kwam te laat", "mooie winkel", "fijne sfeer in de winkel"]
GROUPS = [slice(0, 2), slice(2, 4)]


@pytest.fixture
def examples():
    found = np.random.default_rng(5).normal(size=(4, 6)).astype(np.float32)
    scores = np.array([0.9, -0.8, 0.7, 0.2], np.float32)
    return Spans(found / np.linalg.norm(found, axis=1, keepdims=True), PHRASES, scores)


def test_wording_is_a_cosine_of_shared_pieces():
    found = Wording(PHRASES, ONES).likeness(["snel bezorgd", "snelle bezorging", "xyz", ""])
    assert found.shape == (4, 4)
    assert found[0, 0] == pytest.approx(1, abs=1e-5)
    assert 0 < found[1, 2] < found[1, 0] < 1
    assert not found[3].any()


def test_rare_pieces_count_more_than_common_ones():
    rare = ONES.copy()
    rare[stage_words.bucket("winkel")] = 9
    plain, weighed = (Wording(PHRASES, one).likeness(["mooie winkel"])[0] for one in (ONES, rare))
    assert weighed[3] > plain[3]  # which has the winkel, but is not mooi


def test_each_example_resembles_its_own_touchpoint(examples):
    made = Resemblance.of(examples, GROUPS, ONES)
    scores = made.scores(made.likeness(examples))
    assert scores.argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert scores.sum(axis=1) == pytest.approx(0, abs=1e-4)  # what one gains the others lose


def test_held_out_scores_are_those_of_a_map_without_the_example(examples):
    made = Resemblance.of(examples, GROUPS, ONES)
    # Solved anew without the first example; the wanted means are those of the whole map.
    wanted = np.array([[1, 0], [1, 0], [0, 1], [0, 1]]) - 0.5
    alike = kernel(examples, examples, Wording(PHRASES, ONES))
    weights = np.linalg.solve(alike[1:, 1:] + RIDGE * np.eye(3), wanted[1:])
    assert made.held_out[0] == pytest.approx(alike[0, 1:] @ weights, abs=1e-4)


def test_a_span_is_more_like_what_feels_as_it_does(examples):
    made = Resemblance.of(examples, GROUPS, ONES)
    glad, sad = (
        made.likeness(Spans(examples.units[:1], ["iets"], np.array([score], np.float32)))[0]
        for score in (1, -1)
    )
    assert glad[0] > sad[0]
    assert glad[1] < sad[1]


def test_a_span_resembles_the_same_in_any_company(examples):
    made = Resemblance.of(examples, GROUPS, ONES)
    texts = ["te laat bezorgd", "leuke winkel", "wat anders", "sfeer"]
    spans = Spans(examples.units, texts, examples.scores)
    whole = made.scores(made.likeness(spans))
    for row, text in enumerate(texts):
        here = slice(row, row + 1)
        alone = Spans(spans.units[here], [text], spans.scores[here])
        assert made.scores(made.likeness(alone))[0] == pytest.approx(whole[row], abs=1e-5)


# ---- spans with their neighbours ----


def test_spans_are_joined_to_their_neighbours_of_the_same_post():
    vectors = np.eye(5, dtype=np.float32)
    found = surroundings.of(vectors, ["aa", "b", "c", "alone", ""], [0, 0, 0, 1, 2])
    assert found.which.tolist() == [0, 1, 2]
    assert found.texts == ("aa b", "aa b c", "b c")
    assert found.vectors[0] == pytest.approx([2 / 3, 1 / 3, 0, 0, 0])
    assert found.vectors[1] == pytest.approx([1 / 2, 1 / 4, 1 / 4, 0, 0])
    assert found.vectors[2] == pytest.approx([0, 1 / 2, 1 / 2, 0, 0])


def test_posts_of_one_span_have_no_surroundings():
    found = surroundings.of(np.eye(2, dtype=np.float32), ["a", "b"], [3, 4])
    assert len(found.which) == 0
    assert found.texts == ()
    assert found.vectors.shape == (0, 2)


def test_no_spans_have_no_surroundings():
    assert surroundings.of(np.zeros((0, 3), np.float32), [], []).vectors.shape == (0, 3)
