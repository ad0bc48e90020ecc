"""What makes probabilities mean what they say: the bend, and the temperature of each language."""

import json
import shutil

import numpy as np
import pytest

from models.calibration import bent
from models.card import calibration as in_words
from models.encoder import Encoder
from models.figures import calibration_error, reliability
from models.training import calibration
from models.training.calibration import fit_bend, fit_temperature, fitted
from models.training.data import Row

TEXTS = ["de service was goed", "slecht en traag 😡", "the levering was late, niet snel!"]


def logits_and_labels(tiny, shift=0):
    texts = [*TEXTS, "goed", "slecht", "de het een"] * 3
    logits = tiny.pool(texts, [[] for _ in texts]).texts.astype(np.float64)
    return logits, (logits.argmax(axis=1) + shift) % 3


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def saturated(rows=4000):
    """Logits that never come to lie far apart, and labels that they are too unsure of."""
    chooser = np.random.default_rng(3)
    true = chooser.normal(0, 4, (rows, 3))
    smooth = 0.9 * softmax(true) + 0.1 / 3
    labels = (chooser.random((rows, 1)) > softmax(true).cumsum(axis=1)).sum(axis=1)
    return np.log(smooth), labels


def error(logits, labels):
    found = softmax(logits / fit_temperature(logits, labels))
    return calibration_error(reliability(labels, found.astype(np.float32)))


def test_a_bend_keeps_the_order_and_what_is_level():
    logits = np.random.default_rng(1).normal(0, 3, (500, 3)).astype(np.float32)
    found = bent(logits, 0.02)
    assert found.dtype == np.float32
    assert (found.argsort(axis=1) == logits.argsort(axis=1)).all()
    assert (found.max(axis=1) == 0).all()
    assert np.allclose(softmax(bent(logits, 0.0)), softmax(logits), atol=1e-6)
    assert bent(np.ones((1, 3)), 0.5).tolist() == [[0, 0, 0]]
    assert np.isnan(bent(np.full((1, 3), np.nan), 0.02)).all()


def test_a_bend_mends_what_a_temperature_cannot():
    logits, labels = saturated()
    bend = fit_bend(logits, labels)
    assert bend > 0
    assert error(bent(logits, bend), labels) < 0.5 * error(logits, labels)


def test_logits_that_mean_what_they_say_are_hardly_bent():
    chooser = np.random.default_rng(4)
    logits = chooser.normal(0, 2, (4000, 3))
    labels = (chooser.random((4000, 1)) > softmax(logits).cumsum(axis=1)).sum(axis=1)
    assert fit_bend(logits, labels) < 0.001
    assert fit_temperature(logits, labels) == pytest.approx(1, abs=0.05)


def test_the_temperature_makes_sure_labels_surer(tiny):
    assert fit_temperature(*logits_and_labels(tiny)) < 1
    assert fit_temperature(*logits_and_labels(tiny, shift=1)) > 1
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1.0


def test_a_language_with_enough_rows_has_its_own_temperature(tiny, monkeypatch):
    monkeypatch.setattr(calibration, "ENOUGH", 4)
    right = tiny.pool(TEXTS, [[] for _ in TEXTS]).texts.argmax(axis=1).tolist()
    pairs = list(zip(TEXTS, right, strict=True))
    sure = [Row(text, label, "nl", "x") for text, label in pairs * 2]
    wrong = [Row(text, (label + 1) % 3, "en", "x") for text, label in pairs * 2]
    few = [Row(text, label, "de", "x") for text, label in pairs]
    none = [Row("de service", None, "fr", "x"), Row("", 1, "fr", "x")] * 9
    found = fitted(tiny, sure + wrong + few + none, 0.01)
    assert set(found.temperatures) == {"nl", "en"}
    assert found.temperatures["nl"] < found.temperature < found.temperatures["en"]
    assert found.bend == 0.01
    monkeypatch.setattr(calibration, "BENDABLE", 10)
    assert fitted(tiny, sure + wrong + few, 0.01).bend != 0.01
    assert fitted(tiny, [], 0.02) == calibration.Calibration(0.02, 1.0, {})


def test_bent_weights_give_the_same_labels_and_say_so(tiny, tiny_weights, tmp_path):
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights, folder)
    described = json.loads((folder / "model.json").read_text())
    described |= {"temperature": 0.3, "temperatures": {}, "bend": 0.05}
    (folder / "model.json").write_text(json.dumps(described))
    reader = Encoder(folder, threads=1)
    texts = [*TEXTS, ""]
    spans = [[(0, len(text) // 2)] for text in texts]
    found, raw = reader.read(texts, spans), tiny.pool(texts, spans)
    for read, logits in ((found.texts, raw.texts), (found.spans, raw.spans)):
        expected = softmax(bent(logits[:3], 0.05) / 0.3)
        assert np.allclose(read[:3], expected, atol=1e-5)
        assert (read[:3].argmax(axis=1) == logits[:3].argmax(axis=1)).all()
        assert read[3].tolist() == [0, 1, 0]
    assert "g + 0.05 g^4" in in_words(reader.metadata)
    assert "g^4" not in in_words(tiny.metadata)
