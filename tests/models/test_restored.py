import shutil
import sys

import numpy as np
import onnx
import pytest
import torch

from models import metadata, restored
from models.bundled import WEIGHTS, Bundled
from models.training.export import export
from models.windows import batches, tokenise, windows
from umot.errors import Fatal

TEXTS = [
    "De levering was snel, maar de klantenservice liet me drie dagen wachten.",
    "Prima hotel, we komen zeker terug!",
    "Worst flight of my life. Never again.",
    "The parcel came on Tuesday.",
    "Der Kundendienst war unfreundlich, das Essen aber gut.",
    "Een heel verhaal over een treinreis die telkens langer duurde dan beloofd. " * 30,
]


def test_the_words_come_back_bit_for_bit(tiny_weights, network):
    _, words, tokenizer = network
    found, nibbles, json = restored.network(tiny_weights)
    assert (nibbles.nibbles == words.nibbles).all()
    assert (nibbles.scales == words.scales).all()
    assert (found.words.weight.detach().numpy() == words.floats()).all()
    assert json == tokenizer


def test_the_network_is_the_one_that_was_exported(tiny_weights, network):
    original, found = network[0], restored.network(tiny_weights)[0]
    ids = torch.randint(4, original.shape.vocabulary, (3, 20))
    pool = torch.full((3, 1, 20), 1 / 20)
    with torch.no_grad():
        expected, got = (model(ids, torch.ones_like(ids), pool) for model in (original, found))
    for ours, theirs in zip(got, expected, strict=True):
        assert (ours - theirs).abs().max() < 0.02 * theirs.abs().max()
    same = ("norm.weight", "head.weight", "layers.0.attention_norm.bias", "layers.1.out_norm.bias")
    states = original.state_dict(), found.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in same)
    # What was folded into a matrix for its 8 bits is out again.
    name = "layers.1.query.weight"
    apart = (states[0][name] - states[1][name]).abs().max()
    assert apart < 0.02 * states[0][name].abs().max()


def test_it_can_be_exported_again(tiny_weights, tmp_path):
    found, words, tokenizer = restored.network(tiny_weights)
    export(found, words, tokenizer, tmp_path, name="again-1", corpus=TEXTS, labelled=[], report=str)
    again = restored.network(tmp_path)[0]
    ids = torch.randint(4, found.shape.vocabulary, (2, 9))
    inputs = ids, torch.ones_like(ids), torch.full((2, 1, 9), 1 / 9)
    with torch.no_grad():
        (expected, _), (got, _) = found(*inputs), again(*inputs)
    assert (got - expected).abs().max() < 0.03 * expected.abs().max()


def test_the_weights_that_ship_give_what_onnxruntime_gives(bundled: Bundled):
    made, _, _ = restored.network(WEIGHTS)
    encoder = bundled.encoder
    tokens = [tokenise(encoder.tokenizer, text, [(0, len(text))]) for text in TEXTS]
    cut = [
        window
        for index, one in enumerate(tokens)
        for window in windows(one, text=index, first_span=index, size=encoder.metadata.window)
    ]
    for batch in batches(cut, 768):
        with torch.inference_mode():
            logits, vectors = made(*map(torch.from_numpy, (batch.ids, batch.mask, batch.pool)))
        expected = encoder.run(batch)
        ours, theirs = (
            encoder.probabilities(one.reshape(-1, 3)) for one in (logits.numpy(), expected[0])
        )
        apart = np.abs(ours - theirs)  # what 8 bits of an activation cost: see the card
        assert apart.mean() < 0.08
        assert apart.max() < 0.25
        sure = ours.max(axis=1) > 0.6  # a close call may go either way
        assert (ours.argmax(axis=1) == theirs.argmax(axis=1))[sure].all()
        ours, theirs = (one[:, 1] - encoder.mean for one in (vectors.numpy(), expected[1]))
        sizes = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
        assert ((ours * theirs).sum(axis=1) / sizes).min() > 0.98


def test_without_the_package_onnx_it_says_what_to_install(tiny_weights, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(Fatal, match=r"package onnx: pip install 'umot\[training\]'"):
        restored.network(tiny_weights)


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_a_graph_that_is_not_ours(tiny_weights, tmp_path, damage):
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights, folder)
    path = folder / metadata.GRAPH
    content = path.read_bytes()[:-40]
    if damage == "other":
        model = onnx.load(path)
        del model.graph.node[20:]
        content = model.SerializeToString()
    path.write_bytes(content)
    text = (folder / metadata.FILE).read_text()
    described = metadata.digest(tiny_weights / metadata.GRAPH)
    (folder / metadata.FILE).write_text(text.replace(described, metadata.digest(path)))
    with pytest.raises(Fatal, match=r"no graph"):
        restored.network(folder)
