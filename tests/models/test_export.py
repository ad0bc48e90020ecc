import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, load

from models import metadata
from models.encoder import Encoder
from models.session import session_options
from models.training import calibration
from models.training.base import Quantised
from models.training.data import Row
from models.training.export import check_words, export
from models.training.quantised import LEVELS, REACH, Ranges, quantise
from umot.errors import Fatal

TEXTS = ["de service was goed", "slecht en traag 😡", "the levering was late, niet snel!"]


def test_sums_of_two_products_fit_in_16_bits():
    assert 2 * LEVELS * REACH < 2**15  # else AVX2 saturates, and processors differ


def test_activations_keep_to_their_levels_whatever_is_read(tiny, tiny_weights):
    model = load(tiny_weights / metadata.GRAPH)
    levels = {one.input[0] for one in model.graph.node if one.op_type == "MatMulIntegerToFloat"}
    assert len(levels) == 2 * 4
    kinds = [helper.make_tensor_value_info(name, TensorProto.UINT8, None) for name in levels]
    model.graph.output.extend(kinds)
    session = onnxruntime.InferenceSession(model.SerializeToString(), session_options())
    every = np.arange(tiny.tokenizer.get_vocab_size())[None]
    feed = {"input_ids": every, "attention_mask": np.ones_like(every)}
    found = session.run(sorted(levels), feed | {"pool": np.ones((1, 1, every.size), np.float32)})
    assert max(one.max() for one in found) <= LEVELS
    assert min(one.min() for one in found) == 0


def test_a_quantised_matrix_is_near_the_matrix():
    weight = np.random.default_rng(1).normal(size=(6, 40)).astype(np.float32)
    levels, scales = quantise(weight)
    assert np.abs(levels).max() == REACH
    assert np.abs(levels.T * scales[:, None] - weight).max() <= scales.max() * 0.51


def test_moving_range_keeps_the_product():
    chooser = np.random.default_rng(2)
    states = chooser.normal(size=(5, 8)).astype(np.float32)
    weight = chooser.normal(size=(3, 8)).astype(np.float32)
    divisors = Ranges(np.zeros(8, np.float32), np.abs(states).max(axis=0), states).divisors(weight)
    assert np.allclose((states / divisors) @ (weight * divisors).T, states @ weight.T, atol=1e-5)


def test_the_graph_does_what_the_network_does(tiny, network):
    model = network[0]
    for text in TEXTS:
        ids = torch.tensor([tiny.tokenizer.encode(text).ids])
        pool = torch.zeros(1, 2, ids.shape[1])
        pool[0, 0] = 1 / ids.shape[1]
        pool[0, 1, 1:-1] = 1 / (ids.shape[1] - 2)
        with torch.no_grad():
            logits, vectors = model(ids, torch.ones_like(ids), pool)
        found = tiny.pool([text], [[(0, len(text))]])
        assert np.abs(found.texts[0] - logits[0, 0].numpy()).max() < 0.05 * logits.abs().max()
        expected = vectors[0, 1].numpy()
        assert found.vectors[0] @ expected / np.linalg.norm(found.vectors) / np.linalg.norm(
            expected
        ) == pytest.approx(1, abs=1e-3)


def test_word_embeddings_keep_their_bits(tiny_weights, network):
    words = network[1]
    check_words(tiny_weights, words)  # equal to the last bit, or it raises
    other = Quantised(15 - words.nibbles, words.scales)
    with pytest.raises(Fatal, match="differ"):
        check_words(tiny_weights, other)


def test_no_matrix_is_kept_in_floats(tiny_weights):
    graph = load(tiny_weights / metadata.GRAPH).graph
    floats = [one for one in graph.initializer if one.data_type == 1 and len(one.dims) == 2]
    assert {tuple(one.dims) for one in floats} <= {(256, 64), (64, 3)}  # places and the head


def test_the_export_is_the_same_every_time(tiny_weights, network, tmp_path):
    rows = [Row(text, 1, "nl", "test") for text in TEXTS]
    made = [
        export(*network, tmp_path / str(run), name="x", corpus=TEXTS, labelled=rows, report=str)
        for run in range(2)
    ]
    assert made[0] == made[1]


def test_a_network_with_other_words_is_refused(network, tmp_path):
    model, words, tokenizer = network
    wrong = Quantised(words.nibbles, words.scales * 2)
    with pytest.raises(Fatal, match="4 bits"):
        export(model, wrong, tokenizer, tmp_path, name="x", corpus=TEXTS, labelled=[])


def test_a_calibration_is_written_and_used(network, tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "ENOUGH", 3)
    rows = [Row(text, 0, "nl", "x") for text in TEXTS]
    described = export(
        *network, tmp_path, name="x", corpus=TEXTS, labelled=rows, bend=0.01, report=str
    )
    assert described.temperatures == {"nl": described.temperature}
    assert described.bend == 0.01  # three rows tell of no other
    assert Encoder(tmp_path, threads=1).metadata == described
