"""Weights for tests: a tiny random encoder exported in seconds, those that ship; labelled sets."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from models.bundled import Bundled
from models.encoder import Encoder
from models.training.base import Quantised
from models.training.data import Row
from models.training.export import export
from models.training.network import Encoder as Network
from models.training.network import Shape
from umot.post import LABELS

WORDS = [
    "de",
    "het",
    "een",
    "en",
    "was",
    "niet",
    "goed",
    "slecht",
    "snel",
    "traag",
    "maar",
    "service",
    "levering",
    "the",
    "was",
    "bad",
    "late",
]
LETTERS = "abcdefghijklmnopqrstuvwxyzëéABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?<>@:/'\"-+😡👍🏽"
CORPUS = (
    "de levering was snel maar de service was slecht",
    "the service was bad, late and slow!",
    "een goed product; niet duur 👍",
    "traag, traag, traag 😡 http <email>",
)


def tiny_tokenizer() -> dict:
    """A Unigram tokenizer built as the real one is, with few pieces."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, *(f"▁{word}" for word in WORDS)]
    vocabulary = [(piece, -1.0 * len(piece) if len(piece) == 1 else -2.0) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return json.loads(tokenizer.to_str())


@pytest.fixture(scope="session")
def network() -> tuple[Network, Quantised, dict]:
    """A tiny network with random weights, its words in 4 bits, and a tokenizer."""
    chooser = np.random.default_rng(7)
    tokenizer = tiny_tokenizer()
    size = len(tokenizer["model"]["vocab"])
    nibbles = chooser.integers(0, 16, (size, 64)).astype(np.uint8)
    scales = chooser.uniform(0.05, 0.2, (size, 2)).astype(np.float16).astype(np.float32)
    words = Quantised(nibbles, scales)
    torch.manual_seed(7)
    shape = Shape(size, hidden=64, layers=2, heads=4, feed_forward=128, positions=300, tap_layer=1)
    made = Network(shape)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(2.0)  # large enough that different texts differ clearly
        made.words.weight.copy_(torch.from_numpy(words.floats()))
    return made.eval(), words, tokenizer


@pytest.fixture(scope="session")
def tiny_weights(
    network: tuple[Network, Quantised, dict], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder of weights made from the tiny network."""
    folder = tmp_path_factory.mktemp("weights")
    rows = [Row(text, index % 3, "nl", "test") for index, text in enumerate(CORPUS * 2)]
    export(*network, folder, name="tiny-1", corpus=CORPUS, labelled=rows, report=lambda _: None)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_weights: Path) -> Encoder:
    """The tiny encoder at work."""
    return Encoder(tiny_weights, threads=1)


@pytest.fixture(scope="session")
def bundled() -> Bundled:
    """The model that ships."""
    return Bundled(threads=1)


def public(folder, name, texts, **columns):
    """Write a labelled set as the public ones are: both its splits have these texts."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [LABELS[number % 3].value for number in range(len(texts))]
    table = {"text": texts, "label": labels, "language": ["nl"] * len(texts), **columns}
    table |= {"source": [name] * len(texts)}
    for split in ("train", "validation"):
        parquet.write_table(pa.table(table), folder / f"{name}_{split}.parquet")
