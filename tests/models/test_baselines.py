"""What the model is compared with, and how models are called by name."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from models.baselines import Tfidf, Vader
from models.bundled import WEIGHTS, Bundled
from models.named import scorer
from umot import config
from umot.errors import Fatal, UnknownName

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
LEARN = [
    ("de koffie was heerlijk en warm", POSITIVE),
    ("heerlijk gegeten en warm onthaald", POSITIVE),
    ("warm brood, heerlijk begin van de dag", POSITIVE),
    ("de soep was koud en smakeloos", NEGATIVE),
    ("koud vlees en een smakeloos toetje", NEGATIVE),
    ("smakeloos, koud en veel te duur", NEGATIVE),
    ("het terras ligt aan de haven", NEUTRAL),
    ("de haven ligt naast het station", NEUTRAL),
    ("het station ligt aan de haven", NEUTRAL),
]
TEXTS, LABELS = [text for text, _ in LEARN], [label for _, label in LEARN]


@pytest.fixture(scope="module")
def tfidf() -> Tfidf:
    pytest.importorskip("sklearn")
    return Tfidf(TEXTS, LABELS)


def test_vader_reads_english_as_its_authors_do():
    lexicon = pytest.importorskip("vaderSentiment.vaderSentiment")
    texts = [
        "I love this phone, it is great!",
        "I love it.",
        "The worst airline, I hate them.",
        "The shop opens at nine.",
        "",
        "😡 \ud83d",
    ]
    found = Vader().read(texts, [[(2, 6)], *[[] for _ in texts[1:]]])
    assert np.allclose(found.texts.sum(1), 1, atol=1e-6)
    for text, row in zip(texts, found.texts, strict=True):
        compound = lexicon.SentimentIntensityAnalyzer().polarity_scores(text)["compound"]
        expected = POSITIVE if compound >= 0.05 else NEGATIVE if compound <= -0.05 else NEUTRAL
        assert row.argmax() == expected
    assert found.texts[0, POSITIVE] > found.texts[1, POSITIVE]  # stronger words, surer
    assert found.spans.argmax(1).tolist() == [POSITIVE]
    assert (found.vectors, Vader().languages) == (None, frozenset({"en"}))


def test_tfidf_learns_from_what_it_is_given(tfidf: Tfidf):
    new = ["heerlijk warm", "koud en smakeloos", "aan de haven", ""]
    found = tfidf.read(new, [[(0, 8)], [], [], []])
    assert found.texts.argmax(1).tolist()[:3] == [POSITIVE, NEGATIVE, NEUTRAL]
    assert np.allclose(found.texts.sum(1), 1, atol=1e-5)
    assert found.spans.argmax(1).tolist() == [POSITIVE]
    turned = Tfidf(TEXTS, [2 - label for label in LABELS])
    assert turned.read(new[:2], [[], []]).texts.argmax(1).tolist() == [NEGATIVE, POSITIVE]
    assert turned.name != tfidf.name
    assert Tfidf(TEXTS, LABELS).name == tfidf.name


def test_a_label_that_was_not_learnt_has_no_share():
    pytest.importorskip("sklearn")
    found = Tfidf(TEXTS[:6], LABELS[:6]).read(["heerlijk", "koud"], [[], []]).texts
    assert found[:, NEUTRAL].tolist() == [0, 0]
    assert found.argmax(1).tolist() == [POSITIVE, NEGATIVE]
    assert Tfidf(TEXTS, LABELS).read([], []).texts.shape == (0, 3)


@pytest.mark.parametrize(
    ("texts", "labels", "said"),
    [
        (TEXTS[:3], LABELS[:3], "positive only"),
        ([], [], "no label only"),
        ([" ", "\n"], [0, 2], "cannot learn from 2 texts"),
    ],
)
def test_tfidf_says_when_there_is_nothing_to_learn(texts, labels, said):
    pytest.importorskip("sklearn")
    with pytest.raises(Fatal, match=said):
        Tfidf(texts, labels)


@pytest.mark.parametrize(
    ("name", "module"), [("vader", "vaderSentiment.vaderSentiment"), ("tfidf", "sklearn.pipeline")]
)
def test_without_the_extra_it_is_named(name, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Fatal, match=rf"{name} needs the extra evaluation: pip install .umot\["):
        scorer(name, config.Model(), lambda: (TEXTS, LABELS))


def test_models_by_name(tfidf):
    assert scorer("vader", config.Model()).name == "vader"
    assert scorer("tfidf", config.Model(), lambda: (TEXTS, LABELS)).name == tfidf.name
    with pytest.raises(Fatal, match="tfidf has to learn"):
        scorer("tfidf", config.Model())


def test_bundled_weights_by_name_and_by_folder(tiny_weights):
    by_folder = scorer(str(tiny_weights), config.Model())
    assert isinstance(by_folder, Bundled)
    assert by_folder.name == "tiny-1"
    if (WEIGHTS / "model.json").is_file():
        # The path in the settings is that of the model which they name.
        elsewhere = config.Model(name="transformers", path="someone/some-model", threads=1)
        assert scorer("bundled", elsewhere).name == scorer(str(WEIGHTS), elsewhere).name


def test_a_transformers_folder(tmp_path):
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngoed\nslecht")
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    settings = BertConfig(vocab_size=7, intermediate_size=8, num_labels=3, **shape)
    BertForSequenceClassification(settings).save_pretrained(tmp_path)
    model = scorer(str(tmp_path), config.Model(device="cpu"))
    assert model.name.startswith(f"transformers/{tmp_path.name}@")
    assert model.read(["goed"], [[]]).texts.shape == (1, 3)


@pytest.mark.parametrize("name", ["bundeld", "./gone", "/no/such/folder", "a/b/c", "~/none"])
def test_an_unknown_name_lists_what_is_valid(name):
    with pytest.raises(UnknownName, match=r"valid: a Hugging Face id.*bundled.*tfidf.*vader"):
        scorer(name, config.Model())


def test_what_is_not_in_a_folder_that_is_here_is_sought_on_no_hub(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownName, match="unknown model 'mine/weigths'"):
        scorer("mine/weigths", config.Model())


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(Fatal, match=r"holds no model: neither model\.json nor config\.json"):
        scorer(str(tmp_path), config.Model())
