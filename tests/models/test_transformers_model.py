import shutil

import numpy as np
import pytest

from models.transformers_model import Transformers, class_weights
from umot.errors import Fatal, UnknownName

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "goed", "slecht", "traag", "snel", "en", "niet", "!"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny BERT with random weights, as a folder that transformers reads."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    place = tmp_path_factory.mktemp("bert") / "tiny-bert"
    place.mkdir()
    (place / "vocab.txt").write_text("\n".join(PIECES))
    BertTokenizerFast(vocab=str(place / "vocab.txt")).save_pretrained(place)
    torch.manual_seed(3)
    settings = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=20,
        initializer_range=1.0,
        id2label={0: "positive", 1: "negative", 2: "neutral"},
        label2id={"positive": 0, "negative": 1, "neutral": 2},
    )
    BertForSequenceClassification(settings).save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def model(folder):
    return Transformers(str(folder), offline=True, device="cpu")


TEXTS = ["goed en snel", "slecht !", "niet goed " * 40, "", "  ", "😡 \ud83d", "traag"]


def test_a_local_model_reads_texts_and_spans(model):
    spans = [[(0, 4), (5, 12)], [], [(0, 9)], [(0, 0)], [], [], [(0, 5)]]
    found = model.read(TEXTS, spans)
    assert found.texts.shape == (7, 3)
    assert found.spans.shape == (5, 3)
    assert (found.vectors, found.space) == (None, None)
    assert np.allclose(found.texts.sum(axis=1), 1, atol=1e-5)
    assert found.texts[3:5].tolist() == [[0, 1, 0]] * 2
    assert found.spans[3].tolist() == [0, 1, 0]
    assert np.allclose(found.spans[0], model.read(["goed"], [[]]).texts[0], atol=1e-5)


def test_columns_follow_the_labels_of_the_model(model, folder):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    plain = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = plain(**tokenizer("goed en snel", return_tensors="pt")).logits
    positive, negative, neutral = torch.softmax(logits, -1)[0].tolist()
    found = model.read(["goed en snel"], [[]]).texts[0]
    assert found.tolist() == pytest.approx([negative, neutral, positive], abs=1e-5)


def test_the_same_alone_and_in_a_batch(model):
    together = model.read(TEXTS, [[] for _ in TEXTS]).texts
    alone = np.concatenate([model.read([text], [[]]).texts for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-3


def test_a_long_text_is_read_to_its_end(model):
    long = "niet goed " * 40
    texts = [long, long + "slecht slecht slecht !"]
    first, second = model.read(texts, [[], []]).texts
    assert np.abs(first - second).max() > 1e-5


def test_the_name_tells_versions_apart(model, folder, tmp_path):
    assert model.name.startswith("transformers/tiny-bert@")
    other = tmp_path / "tiny-bert"
    shutil.copytree(folder, other)
    assert Transformers(str(other)).name == model.name
    settings = (other / "config.json").read_text()
    (other / "config.json").write_text(settings + " ")
    assert Transformers(str(other)).name != model.name


def test_it_says_nothing_of_languages(model):
    assert model.languages == frozenset()


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (["negative", "neutral", "positive"], [0, 1, 2]),
        (["POS", "NEU", "NEG"], [2, 1, 0]),
        (["LABEL_0", "LABEL_1", "LABEL_2"], [0, 1, 2]),
        (["NEGATIVE", "POSITIVE"], [0, 2]),
        (["LABEL_0", "LABEL_1"], [0, 2]),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], [0, 0, 1, 2, 2]),
        (["5", "4", "3", "2", "1"], [2, 2, 1, 0, 0]),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], [0, 0, 1, 2, 2]),
        (["negatief", "positief"], [0, 2]),
    ],
)
def test_labels_that_are_sentiments(labels, places):
    found = class_weights(dict(enumerate(labels)), "m")
    assert found.argmax(axis=1).tolist() == places
    assert (found.sum(axis=1) == 1).all()


@pytest.mark.parametrize(
    "labels", [["joy", "anger"], ["LABEL_0"] * 4, ["positive", "neutral"], ["1", "2", "3"]]
)
def test_labels_that_are_not(labels):
    with pytest.raises(Fatal, match=r"model 'm' cannot be used for sentiment: its labels are"):
        class_weights(dict(enumerate(labels)), "m")


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(Fatal, match=r"needs model[.]path"):
        Transformers()
    with pytest.raises(Fatal, match="cannot be loaded from this disk"):
        Transformers("somebody/absent-model", offline=True)
    with pytest.raises(Fatal, match="cannot be loaded from this disk"):
        Transformers(str(tmp_path))


def test_an_unknown_device(folder):
    with pytest.raises(UnknownName, match="unknown device 'tpu'; valid: auto, cpu, cuda"):
        Transformers(str(folder), device="tpu")


def test_a_device_that_is_absent(folder):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(Fatal, match="sees no CUDA device"):
        Transformers(str(folder), device="cuda")
