"""Rows as the network learns from them: whole posts, posts in moments, pairs joined into one.

Moments and joined pairs teach the head to read a span *in its context*: each keeps its own label,
so a post that praises the bike and damns the delivery has two answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer

from models.training.data import Row, Soft, by_language
from models.windows import PAD, START, STOP, tokenise
from umot.post import LABELS

JOINERS = (" ", ". ", "\n", " ")
NONE = -100  # what the loss passes over
POOL = 50  # batches whose texts are sorted by length together


class Answer(NamedTuple):
    """What a range of tokens is to be read as: indices of label and stage, `NONE` if unknown."""

    start: int
    stop: int
    label: int
    stage: int
    soft: Soft | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids, and the answers for the whole text and its moments (or of two joined texts)."""

    ids: list[int]
    answers: tuple[Answer, ...]


class Batch(NamedTuple):
    """ids, mask [batch, tokens]; pool [batch, spans, tokens]; labels, stages [batch, spans].

    `soft` [batch, spans, 3] is a teacher's probabilities, zeros where there are none.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    pool: torch.Tensor
    labels: torch.Tensor
    stages: torch.Tensor
    soft: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(tensor.to(device) for tensor in self))


def known(value: int | None) -> int:
    """The index, or what the loss passes over."""
    return NONE if value is None else value


def encode(
    tokenizer: Tokenizer, rows: Sequence[Row], *, tokens: int, joined: float, seed: int
) -> list[Example]:
    """Rows as examples of at most `tokens` tokens.

    A share `joined` of the texts that take up half of that or less is followed by another text
    of the same language.
    """
    chooser = random.Random(seed)
    partners = by_language([row for row in rows if not row.parts])
    encoded = tokenizer.encode_batch([row.text for row in rows])
    examples = []
    for row, encoding in zip(rows, encoded, strict=True):
        if row.parts:
            examples.append(in_moments(tokenizer, row, tokens))
        elif len(encoding.ids) <= tokens // 2 and chooser.random() < joined:
            partner = chooser.choice(partners[row.language])
            examples.append(pair(tokenizer, row, partner, chooser.choice(JOINERS), tokens))
        else:
            ids = closed(encoding.ids, tokens)
            answer = Answer(0, len(ids), known(row.label), known(row.stage), row.soft)
            examples.append(Example(ids, (answer,)))
    return examples


def closed(ids: list[int], most: int) -> list[int]:
    """The first `most` ids, ending with `</s>`."""
    return ids if len(ids) <= most else [*ids[: most - 1], STOP]


def in_moments(tokenizer: Tokenizer, row: Row, most: int) -> Example:
    """A text whose moments have answers of their own; those beyond the last token are left out."""
    tokens = tokenise(tokenizer, row.text, [(part.start, part.stop) for part in row.parts])
    ids = closed([START, *tokens.ids, STOP], most)
    answers = [Answer(0, len(ids), known(row.label), known(row.stage), row.soft)]
    for part, (first, last) in zip(row.parts, tokens.spans, strict=True):
        start, stop = first + 1, min(last + 1, len(ids) - 1)
        if start < stop:
            answers.append(Answer(start, stop, known(part.label), known(part.stage), part.soft))
    return Example(ids, tuple(answers))


def pair(tokenizer: Tokenizer, row: Row, partner: Row, joiner: str, most: int) -> Example:
    """Two texts in one, each with its own answer."""
    half = most // 2
    first = tokenizer.encode(row.text + joiner.rstrip(" ")).ids[:-1][:half]
    second = closed(tokenizer.encode(partner.text).ids[1:], half)
    middle, end = len(first), len(first) + len(second)
    answers = (
        Answer(1, middle, known(row.label), known(row.stage), row.soft),
        Answer(middle, end - 1, known(partner.label), known(partner.stage), partner.soft),
    )
    return Example(first + second, answers)


def endless(examples: list[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Batches of one epoch after the other: the same ones in the same order for a seed."""
    chooser = random.Random(seed)
    while True:
        yield from batches(examples, size, chooser)


def batches(examples: list[Example], size: int, chooser: random.Random) -> Iterator[list[Example]]:
    """Shuffled, but of like length within a batch, so that little is computed on padding."""
    order = examples[:]
    chooser.shuffle(order)
    for start in range(0, len(order), size * POOL):
        pool = sorted(order[start : start + size * POOL], key=lambda example: len(example.ids))
        groups = [pool[index : index + size] for index in range(0, len(pool), size)]
        chooser.shuffle(groups)
        yield from groups


def collate(group: Sequence[Example]) -> Batch:
    """Pad examples to one length and number of spans; the tokens of a span weigh evenly."""
    width = max(len(example.ids) for example in group)
    spans = max(len(example.answers) for example in group)
    ids = np.full((len(group), width), PAD, np.int64)
    mask = np.zeros((len(group), width), np.int64)
    pool = np.zeros((len(group), spans, width), np.float32)
    labels = np.full((len(group), spans), NONE, np.int64)
    stages = np.full((len(group), spans), NONE, np.int64)
    soft = np.zeros((len(group), spans, len(LABELS)), np.float32)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
        for number, answer in enumerate(example.answers):
            pool[row, number, answer.start : answer.stop] = 1 / max(answer.stop - answer.start, 1)
            labels[row, number], stages[row, number] = answer.label, answer.stage
            if answer.soft:
                soft[row, number] = answer.soft
    return Batch(*map(torch.from_numpy, (ids, mask, pool, labels, stages, soft)))
