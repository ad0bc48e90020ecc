import json
import shutil
import threading
import time

import numpy as np
import pytest
import torch

from models import encoder as module
from models.encoder import Encoder
from models.spans import split
from models.torch_session import TorchSession
from umot.errors import Fatal

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
    monkeypatch.setattr(tiny, "budget", budget)
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


@pytest.fixture(scope="module")
def by_language(tiny_weights, tmp_path_factory):
    """The tiny encoder, sure of itself in Dutch and unsure in English."""
    folder = tmp_path_factory.mktemp("calibrated") / "weights"
    shutil.copytree(tiny_weights, folder)
    described = json.loads((folder / "model.json").read_text())
    described |= {"temperature": 1.0, "temperatures": {"nl": 0.5, "en": 4.0}}
    (folder / "model.json").write_text(json.dumps(described))
    return Encoder(folder, threads=1)


def test_probabilities_are_calibrated_for_the_language_of_the_post(by_language):
    text = SHORT[3]
    spans = split(text)
    assert len(spans) > 1
    languages = ["nl", "en", "de", None]
    found = by_language.read([text] * 4, [spans] * 4, languages)
    logits = by_language.pool([text], [spans])
    for row, divisor in enumerate((0.5, 4.0, 1.0, 1.0)):
        here = slice(row * len(spans), (row + 1) * len(spans))
        for probabilities, raw in (
            (found.texts[row : row + 1], logits.texts),
            (found.spans[here], logits.spans),
        ):
            powers = np.exp(raw / divisor)
            expected = powers / powers.sum(axis=1, keepdims=True)
            assert np.allclose(probabilities, expected, atol=1e-4)
    same = by_language.read([text], [spans])
    assert np.abs(same.texts[0] - found.texts[3]).max() < 1e-4


def test_weights_of_one_temperature_read_every_language_alike(tiny):
    found = tiny.read(SHORT[:1] * 2, [[], []], ["nl", "en"]).texts
    assert found[0].tolist() == found[1].tolist()


def test_texts_and_languages_must_be_as_many(tiny):
    with pytest.raises(ValueError, match="2 texts but languages of 1"):
        tiny.read(["a", "b"], [[], []], ["nl"])


def in_torch(folder, precision):
    backend = TorchSession(folder, device="cpu", precision=precision)
    return Encoder(folder, backend=backend)


@pytest.mark.parametrize("precision", [torch.float32, torch.float16, torch.bfloat16])
def test_torch_reads_what_onnxruntime_reads(tiny, tiny_weights, precision):
    texts = [*SHORT, LONG, LONG[:300], *HOSTILE]
    spans = [split(text) for text in texts]
    expected = tiny.read(texts, spans)
    found = in_torch(tiny_weights, precision).read(texts, spans)
    for ours, theirs in ((found.texts, expected.texts), (found.spans, expected.spans)):
        assert np.abs(ours - theirs).max() < 0.08
        assert np.abs(ours - theirs).mean() < 0.02  # four texts set its levels
    sizes = np.linalg.norm(found.vectors, axis=1) * np.linalg.norm(expected.vectors, axis=1)
    cosines = (found.vectors * expected.vectors).sum(axis=1)[sizes > 0] / sizes[sizes > 0]
    assert cosines.mean() > 0.95
    assert found.space == expected.space


@pytest.mark.parametrize("precision", [torch.float32, torch.float16])
def test_a_text_reads_the_same_alone_and_in_any_batch_in_torch(tiny_weights, precision):
    encoder = in_torch(tiny_weights, precision)
    texts = [*SHORT, LONG[:300]]
    together = encoder.read(texts, [[]] * 5).texts
    alone = np.concatenate([encoder.read([text], [[]]).texts for text in texts])
    assert np.abs(together - alone).max() < 1e-3


class Broken:
    """A backend that answers with what damaged weights give."""

    budget = 64
    workers = 1

    def __init__(self, logits, vectors):
        self.logits, self.vectors = logits, vectors

    def run(self, batch):
        shape = batch.pool.shape[:2]
        return np.full((*shape, 3), self.logits), np.full((*shape, 64), self.vectors)


@pytest.mark.parametrize(("logits", "vectors"), [(np.nan, 0), (0, np.nan), (np.inf, 0)])
def test_weights_that_give_no_numbers_are_damaged(tiny_weights, logits, vectors):
    with pytest.raises(Fatal, match="tiny-1 are damaged: they answer with NaN"):
        Encoder(tiny_weights, backend=Broken(logits, vectors))


class Busy:
    """A backend that runs batches of one token each at once, the earlier ones the slower."""

    budget = 3
    workers = 4

    def __init__(self):
        self.broken = None  # the token of a text that it fails on
        self.at_once = self.most = self.runs = 0
        self.lock = threading.Lock()

    def run(self, batch):
        with self.lock:
            self.at_once += 1
            self.runs += 1
            self.most = max(self.most, self.at_once)
            late = 0.02 / self.runs
        time.sleep(late)
        with self.lock:
            self.at_once -= 1
        if self.broken in batch.ids[:, 1]:
            raise Fatal("broken")
        value = batch.ids[:, 1:2, None].astype(np.float32)
        spans = batch.pool.shape[1]
        return np.tile(value, (1, spans, 3)), np.tile(value, (1, spans, 64))


def test_batches_run_side_by_side_and_their_answers_stay_in_order(tiny_weights):
    backend = Busy()
    encoder = Encoder(tiny_weights, backend=backend)
    words = ["goed", "slecht", "niet", "heel"] * 30
    ids = [encoder.tokenizer.encode(word, add_special_tokens=False).ids[0] for word in words]
    assert encoder.pool(words, [[]] * 120).texts[:, 0].tolist() == ids
    assert 1 < backend.most <= 4
    assert backend.runs == 121  # and one when it was made


def test_an_error_of_one_batch_ends_the_reading_and_runs_few_more(tiny_weights):
    backend = Busy()
    encoder = Encoder(tiny_weights, backend=backend)
    backend.broken = encoder.tokenizer.encode("goed", add_special_tokens=False).ids[0]
    with pytest.raises(Fatal, match="broken"):
        encoder.pool(["goed"] * 400, [[]] * 400)
    assert backend.runs < 50
