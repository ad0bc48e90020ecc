import numpy as np
import pytest

from models import encoder as module
from models.encoder import Encoder
from models.spans import split

SHORT = ["slecht", "goed 👍", "the service was bad", "de levering was snel maar niet goed"]
LONG = "de levering was snel maar de service was slecht en traag " * 60
HOSTILE = [
    "",
    "   \n\t ",
    "😡👍🏽👨‍👩‍👧",
    "e\u0301e\u0301n \ufb01ets \u200b\ufeff",
    "half \ud83d a character",
    "\x00\x01 <s> </s> <pad> <unk>",
    "a" * 3000,
    "http://x.nl/" + "y" * 2000,
    "زبان 日本語 русский",
    "\r\n\r\n- \r\n+ \r\n",
]


def whole(texts):
    return [[(0, len(text))] for text in texts]


def test_a_text_reads_the_same_alone_and_in_any_batch(tiny):
    texts = [*SHORT, LONG, LONG[:300], *HOSTILE]
    spans = [split(text) for text in texts]
    together = tiny.read(texts, spans)
    backwards = tiny.read(texts[::-1], spans[::-1])
    assert np.abs(together.texts - backwards.texts[::-1]).max() < 1e-3
    row = 0
    for index, (text, ranges) in enumerate(zip(texts, spans, strict=True)):
        alone = tiny.read([text], [ranges])
        assert np.abs(alone.texts[0] - together.texts[index]).max() < 1e-3
        here = slice(row, row + len(ranges))
        assert np.abs(alone.spans - together.spans[here]).max(initial=0) < 1e-3
        assert np.abs(alone.vectors - together.vectors[here]).max(initial=0) < 1e-3
        row += len(ranges)


def test_texts_differ_so_that_the_tests_above_mean_something(tiny):
    found = tiny.read(SHORT, whole(SHORT))
    apart = np.abs(found.texts[:, None] - found.texts[None]).max(axis=2)
    assert (apart[~np.eye(len(SHORT), dtype=bool)] > 0.01).all()


@pytest.mark.parametrize("budget", [1, 64, 100_000])
def test_the_order_is_that_of_the_input_whatever_the_batches(tiny, monkeypatch, budget):
    texts = [LONG[: 40 * length] for length in (9, 1, 30, 2, 14, 3)]
    expected = np.concatenate([tiny.read([text], [[]]).texts for text in texts])
    monkeypatch.setattr(module, "BUDGET", budget)
    monkeypatch.setattr(module, "AT_ONCE", 4)
    assert np.abs(tiny.read(texts, [[] for _ in texts]).texts - expected).max() < 1e-3


def test_no_text_gives_nan_and_probabilities_sum_to_one(tiny):
    spans = [[*split(text), (0, 0), (0, len(text))] for text in HOSTILE]
    found = tiny.read(HOSTILE, spans)
    for array in (found.texts, found.spans, found.vectors):
        assert np.isfinite(array).all()
    assert np.allclose(found.texts.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(found.spans.sum(axis=1), 1, atol=1e-5)


def test_what_holds_no_token_is_neutral_with_a_zero_vector(tiny):
    found = tiny.read(["", "  ", "goed  slecht"], [[(0, 0)], [(0, 2)], [(4, 6), (3, 3)]])
    assert found.texts[:2].tolist() == [[0, 1, 0]] * 2
    assert found.spans.tolist() == [[0, 1, 0]] * 4
    assert not found.vectors.any()


def test_nothing_to_read(tiny):
    found = tiny.read([], [])
    assert found.texts.shape == (0, 3)
    assert found.spans.shape == (0, 3)
    assert found.vectors.shape == (0, 64)


def test_a_long_text_is_read_to_its_end(tiny):
    changed = LONG[:-7] + "goed!!!"
    first, second = tiny.read([LONG, changed], [[], []]).texts
    assert np.abs(first - second).max() > 1e-5


def test_a_long_text_is_the_mean_of_its_windows_by_tokens(tiny):
    ids = tiny.tokenizer.encode(LONG, add_special_tokens=False).ids
    assert len(ids) > 500
    pooled = tiny.pool([LONG], [[(0, len(LONG))]])
    assert np.allclose(pooled.texts, pooled.spans)  # the whole text is one span of it


def test_a_span_that_is_the_whole_text_feels_as_the_text_does(tiny):
    found = tiny.read(["  slecht en traag "], [[(2, 17)]])
    assert found.spans[0].tolist() == found.texts[0].tolist()


def test_a_span_is_read_in_its_context(tiny):
    first = tiny.read(["slecht en traag"], [[(0, 6)]])
    second = tiny.read(["slecht en snel!"], [[(0, 6)]])
    assert np.abs(first.spans - second.spans).max() > 1e-4


def test_the_space_is_named_after_the_weights_and_layer(tiny):
    assert tiny.read(["goed"], [[]]).space == "tiny-1/layer1"


def test_texts_and_spans_must_be_as_many(tiny):
    with pytest.raises(ValueError, match="2 texts but spans of 1"):
        tiny.read(["a", "b"], [[]])


def test_threads_change_nothing(tiny, tiny_weights):
    two = Encoder(tiny_weights, threads=2)
    texts = [*SHORT, LONG]
    assert np.abs(two.read(texts, [[]] * 5).texts - tiny.read(texts, [[]] * 5).texts).max() < 1e-5
