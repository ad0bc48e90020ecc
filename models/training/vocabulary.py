"""Trimming the base's 250,002 pieces to those that the languages read here use.

The tokenizer is a Unigram model: a text whose best pieces are all kept is cut exactly as before.
"""

from __future__ import annotations

import copy
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from models.training.base import Base, Quantised

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")  # ids 0 to 3, in this order


def count_pieces(base: Base, texts: Iterable[str]) -> Counter[int]:
    """How often each piece of the base's vocabulary occurs in `texts`."""
    tokenizer = Tokenizer.from_str(json.dumps(base.tokenizer))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counts: Counter[int] = Counter()
    remaining = iter(texts)
    while batch := list(islice(remaining, 2000)):
        for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
            counts.update(encoding.ids)
    return counts


def always_kept(piece: str) -> bool:
    """Emoji and single Latin characters, digits and signs: any text may hold them."""
    text = piece.removeprefix("▁")
    if any(unicodedata.category(character) == "So" for character in text):
        return True
    return len(text) <= 1 and (not text.isalpha() or unicodedata.name(text, "").startswith("LATIN"))


def choose(base: Base, counts: Counter[int], size: int) -> list[int]:
    """The base's ids to keep, in their old order: specials, `always_kept`, then the most seen."""
    pieces = [piece for piece, _ in base.tokenizer["model"]["vocab"]]
    kept = {index for index, piece in enumerate(pieces) if always_kept(piece)}
    kept |= set(range(len(SPECIALS)))
    for index, _ in counts.most_common():
        if len(kept) >= size:
            break
        kept.add(index)
    return sorted(kept)


def trim(base: Base, kept: list[int]) -> tuple[dict[str, Any], Quantised]:
    """The tokenizer (its JSON) and word embeddings with only the ids of `kept`, renumbered."""
    tokenizer = copy.deepcopy(base.tokenizer)
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = [vocabulary[index] for index in kept]
    renumbered = {old: new for new, old in enumerate(kept)}
    tokenizer["model"]["unk_id"] = renumbered[tokenizer["model"]["unk_id"]]
    tokenizer["added_tokens"] = [
        {**token, "id": renumbered[token["id"]]}
        for token in tokenizer["added_tokens"]
        if token["id"] in renumbered and token["content"] in SPECIALS
    ]
    for special in tokenizer["post_processor"]["special_tokens"].values():
        special["ids"] = [renumbered[index] for index in special["ids"]]
    tokenizer["truncation"] = None
    tokenizer["padding"] = None
    rows = np.asarray(kept)
    return tokenizer, Quantised(base.words.nibbles[rows], base.words.scales[rows])
