import json

import numpy as np
import pytest

from models import metadata, stage_head, stage_words
from models.bundled import WEIGHTS
from models.stage_head import CLASSES, StageHead
from models.training import stage_examples
from models.training.data import Row
from umot.errors import Fatal

GRAPH = "0" * 64


def described(folder, graph=GRAPH):
    """A description of weights that are not there: only what the head is checked against."""
    files = {metadata.GRAPH: graph, metadata.TOKENIZER: GRAPH}
    metadata.Metadata("tiny", ("nl",), 1, 4, 16, 1.0, (0.0,) * 4, files).write(folder)


@pytest.fixture
def head():
    chooser = np.random.default_rng(3)
    vectors = np.arange(24, dtype=np.float32).reshape(6, 4) / 10
    words = chooser.normal(size=(stage_words.BUCKETS, 6)).astype(np.float32)
    rarities = chooser.uniform(1, 8, stage_words.BUCKETS).astype(np.float16).astype(np.float32)
    bias = np.array([0.5, 0, 0, 0, 0, -0.5], np.float32)
    return StageHead("tiny/layer1", GRAPH, vectors, words, rarities, bias, 0.1, {"moments": 3})


@pytest.fixture
def folder(tmp_path, head):
    described(tmp_path)
    head.write(tmp_path)
    stage_head.load.cache_clear()
    return tmp_path


class Scorer:
    name = "tiny"
    languages = frozenset()

    def __init__(self, folder):
        self.folder = folder


def test_what_is_written_is_read_back(folder, head):
    found = stage_head.load(folder)
    for name in ("vectors", "rarities", "bias"):
        assert np.array_equal(getattr(found, name), getattr(head, name))
    assert np.abs(found.words - head.words).max() <= np.abs(head.words).max() / 250
    assert (found.space, found.graph, found.sharpness) == (head.space, head.graph, 0.1)
    assert found.notes == {"moments": 3}


def test_probabilities_are_those_of_the_sum_of_both_regressions(head):
    units = np.array([[1, 0, 0, 0], [0, 0, 0, 1]], np.float32)
    texts = ["Snel geleverd", ""]
    found = head.probabilities(units, texts)
    assert found.shape == (2, len(CLASSES))
    assert np.allclose(found.sum(axis=1), 1)
    places, values = stage_words.weighed(texts[0], head.rarities)
    logits = head.vectors[:, 0] + head.bias + values @ head.words[places]
    assert np.allclose(found[0], np.exp(logits) / np.exp(logits).sum(), atol=1e-5)
    bare = head.vectors[:, 3] + head.bias
    assert np.allclose(found[1], np.exp(bare) / np.exp(bare).sum(), atol=1e-5)


def test_a_head_serves_its_own_space_only(folder):
    assert stage_head.of(Scorer(folder), "tiny/layer1") is not None
    assert stage_head.of(Scorer(folder), "tiny/layer2") is None
    assert stage_head.of(Scorer(folder), None) is None


def test_a_head_of_other_weights_is_not_used(folder, caplog):
    described(folder, graph="1" * 64)
    stage_head.load.cache_clear()
    assert stage_head.load(folder) is None
    assert "fit it again" in caplog.text


def test_no_head_beside_the_weights(tmp_path):
    assert stage_head.of(Scorer(tmp_path), "tiny/layer1") is None


def changed(folder, **changes):
    """Write the file again with other arrays, or with other facts in its description."""
    path = folder / stage_head.FILE
    arrays = dict(np.load(path))
    about = json.loads(str(arrays["about"]))
    for name, value in changes.items():
        if name in arrays:
            arrays[name] = value
        else:
            about[name] = value
    np.savez(path, **(arrays | {"about": np.array(json.dumps(about))}))
    stage_head.load.cache_clear()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"classes": ["zero"]}, "damaged"),
        ({"sharpness": 0}, "damaged"),
        ({"sharpness": "x"}, "damaged"),
        ({"bias": np.zeros(2)}, "damaged"),
        ({"bias": np.full(6, np.nan)}, "damaged"),
        ({"vectors": np.zeros((5, 4))}, "damaged"),
        ({"words": np.zeros((7, 6), np.int8)}, "damaged"),
        ({"rarities": np.zeros(7)}, "damaged"),
    ],
)
def test_a_damaged_file_is_named(folder, change, message):
    changed(folder, **change)
    with pytest.raises(Fatal, match=message) as raised:
        stage_head.load(folder)
    assert str(folder / stage_head.FILE) in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"{", b"PK\x03\x04 cut off"])
def test_no_file_of_arrays_at_all(folder, content):
    (folder / stage_head.FILE).write_bytes(content)
    stage_head.load.cache_clear()
    with pytest.raises(Fatal, match="damaged"):
        stage_head.load(folder)


def test_the_head_that_ships_belongs_to_the_weights_that_ship():
    stage_head.load.cache_clear()
    found = stage_head.load(WEIGHTS)
    assert found is not None, "refit it: python -m models.training.stage_head"
    assert found.space == metadata.read(WEIGHTS).space
    assert found.vectors.shape == (len(CLASSES), metadata.read(WEIGHTS).hidden)


def test_a_flipped_bit_is_named(folder):
    path = folder / stage_head.FILE
    content = bytearray(path.read_bytes())
    for place in range(100, len(content) - 100, len(content) // 20):
        damaged = content.copy()
        damaged[place : place + 4] = b"\xff\xff\xff\xff"
        path.write_bytes(damaged)
        stage_head.load.cache_clear()
        with pytest.raises(Fatal, match="damaged"):
            stage_head.load(folder)


def test_user_rows_and_public_ones_may_be_absent(bundled, tmp_path):
    assert stage_examples.of_weak(bundled, tmp_path) is None
    assert stage_examples.of_given(bundled, [Row("Mooi.", 2, "nl", "mine.csv")]) is None
    rows = [Row("De monteur was laat.", 0, "nl", "mine.csv", 2), Row("Mooi.", 2, "nl", "mine.csv")]
    found = stage_examples.of_given(bundled, rows)
    assert (found.texts, found.labels.tolist()) == (("De monteur was laat.",), [2])
