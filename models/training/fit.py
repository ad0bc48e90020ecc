"""Fine-tuning the encoder: whole posts, posts in moments, and pairs of posts joined into one.

Moments and joined pairs teach the head to read a span *in its context*: each keeps its own label,
so a post that praises the bike and damns the delivery has two answers.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from models.training.data import STAGES, Row, by_language
from models.training.network import Encoder
from models.windows import PAD, START, STOP, tokenise
from umot.errors import Fatal

JOINERS = (" ", ". ", "\n", " ")
NONE = -100  # what the loss passes over


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates are of AdamW; `budget` (seconds) ends a run early, decay included.

    `joined` is the share of short texts that are read as a pair. `stage_weight` is what the loss
    of the stages counts beside that of sentiment. `half`: matrices in bfloat16 where it is fast.
    """

    epochs: float = 2.0
    batch: int = 32
    rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.06
    smoothing: float = 0.05
    tokens: int = 88
    joined: float = 0.15
    stage_weight: float = 0.3
    frozen_layers: int = 0
    seed: int = 1
    budget: float = math.inf
    threads: int = 2
    half: bool = True


class Answer(NamedTuple):
    """What a range of tokens is to be read as: indices of label and stage, `NONE` if unknown."""

    start: int
    stop: int
    label: int
    stage: int


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids, and the answers for the whole text and its moments (or of two joined texts)."""

    ids: list[int]
    answers: tuple[Answer, ...]


def known(value: int | None) -> int:
    """The index, or what the loss passes over."""
    return NONE if value is None else value


def encode(tokenizer: Tokenizer, rows: Sequence[Row], recipe: Recipe) -> list[Example]:
    """Rows as examples; a share of them joined in pairs of one language."""
    chooser = random.Random(recipe.seed)
    partners = by_language([row for row in rows if not row.parts])
    encoded = tokenizer.encode_batch([row.text for row in rows])
    examples = []
    for row, encoding in zip(rows, encoded, strict=True):
        if row.parts:
            examples.append(in_moments(tokenizer, row, recipe))
        elif len(encoding.ids) <= recipe.tokens // 2 and chooser.random() < recipe.joined:
            partner = chooser.choice(partners[row.language])
            examples.append(pair(tokenizer, row, partner, chooser.choice(JOINERS), recipe))
        else:
            ids = closed(encoding.ids, recipe.tokens)
            answer = Answer(0, len(ids), known(row.label), known(row.stage))
            examples.append(Example(ids, (answer,)))
    return examples


def closed(ids: list[int], most: int) -> list[int]:
    """The first `most` ids, ending with `</s>`."""
    return ids if len(ids) <= most else [*ids[: most - 1], STOP]


def in_moments(tokenizer: Tokenizer, row: Row, recipe: Recipe) -> Example:
    """A text whose moments have answers of their own; those beyond the last token are left out."""
    tokens = tokenise(tokenizer, row.text, [(part.start, part.stop) for part in row.parts])
    ids = closed([START, *tokens.ids, STOP], recipe.tokens)
    answers = [Answer(0, len(ids), known(row.label), known(row.stage))]
    for part, (first, last) in zip(row.parts, tokens.spans, strict=True):
        start, stop = first + 1, min(last + 1, len(ids) - 1)
        if start < stop:
            answers.append(Answer(start, stop, known(part.label), known(part.stage)))
    return Example(ids, tuple(answers))


def pair(tokenizer: Tokenizer, row: Row, partner: Row, joiner: str, recipe: Recipe) -> Example:
    """Two texts in one, each with its own answer."""
    half = recipe.tokens // 2
    first = tokenizer.encode(row.text + joiner.rstrip(" ")).ids[:-1][:half]
    second = closed(tokenizer.encode(partner.text).ids[1:], half)
    middle, end = len(first), len(first) + len(second)
    answers = (
        Answer(1, middle, known(row.label), known(row.stage)),
        Answer(middle, end - 1, known(partner.label), known(partner.stage)),
    )
    return Example(first + second, answers)


def batches(examples: list[Example], size: int, chooser: random.Random) -> Iterator[list[Example]]:
    """Shuffled, but of like length within a batch, so that little is computed on padding."""
    order = examples[:]
    chooser.shuffle(order)
    for start in range(0, len(order), size * 50):
        pool = sorted(order[start : start + size * 50], key=lambda example: len(example.ids))
        groups = [pool[index : index + size] for index in range(0, len(pool), size)]
        chooser.shuffle(groups)
        yield from groups


def collate(group: Sequence[Example]) -> tuple[torch.Tensor, ...]:
    """ids, mask [batch, tokens]; pool [batch, spans, tokens]; labels, stages [batch, spans]."""
    width = max(len(example.ids) for example in group)
    spans = max(len(example.answers) for example in group)
    ids = np.full((len(group), width), PAD, np.int64)
    mask = np.zeros((len(group), width), np.int64)
    pool = np.zeros((len(group), spans, width), np.float32)
    labels = np.full((len(group), spans), NONE, np.int64)
    stages = np.full((len(group), spans), NONE, np.int64)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
        for number, (start, stop, label, stage) in enumerate(example.answers):
            pool[row, number, start:stop] = 1 / max(stop - start, 1)
            labels[row, number], stages[row, number] = label, stage
    return tuple(torch.from_numpy(array) for array in (ids, mask, pool, labels, stages))


def stage_weights(examples: Iterable[Example]) -> torch.Tensor:
    """A weight for each stage, so that rare ones count as much as the root of their rarity."""
    counts = Counter(answer.stage for example in examples for answer in example.answers)
    shares = torch.tensor([max(counts[number], 1) for number in range(len(STAGES))]).float()
    return (shares.mean() / shares).sqrt()


def optimiser(network: Encoder, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over what is trained: word embeddings stay as the base has them (in 4 bits)."""
    network.words.requires_grad_(False)
    frozen = {id(p) for layer in network.layers[: recipe.frozen_layers] for p in layer.parameters()}
    if frozen:
        frozen |= {id(p) for p in (*network.positions.parameters(), *network.norm.parameters())}
        frozen.add(id(network.token_type))
    heads = (*network.head.parameters(), *network.stage_head.parameters())
    head = {id(parameter) for parameter in heads}
    body: list[torch.nn.Parameter] = []
    top: list[torch.nn.Parameter] = []
    for parameter in network.parameters():
        if id(parameter) in frozen:
            parameter.requires_grad_(False)
        elif parameter.requires_grad:
            (top if id(parameter) in head else body).append(parameter)
    groups = [{"params": body, "lr": recipe.rate}, {"params": top, "lr": recipe.head_rate}]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def fit(
    network: Encoder,
    tokenizer: Tokenizer,
    rows: Sequence[Row],
    recipe: Recipe,
    *,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Train `network` in place, writing (and starting from, where it exists) `checkpoint`."""
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    device = next(network.parameters()).device
    examples = encode(tokenizer, rows, recipe)
    if not examples:
        raise Fatal("there are no rows to train on")
    weights = stage_weights(examples).to(device)
    optimizer = optimiser(network, recipe)
    rates = [group["lr"] for group in optimizer.param_groups]
    total = math.ceil(len(examples) / recipe.batch * recipe.epochs)
    step, spent = resume(checkpoint, network, optimizer)
    chooser = random.Random(recipe.seed)
    started, number, losses = time.monotonic(), 0, []
    network.train()
    in_time = True
    while step < total and in_time:
        for group in batches(examples, recipe.batch, chooser):
            number += 1
            if number <= step:  # a resumed run draws the same batches and passes over them
                continue
            elapsed = spent + time.monotonic() - started
            progress = max(step / total, elapsed / recipe.budget)
            if progress >= 1:
                in_time = False
                break
            factor = min(progress / recipe.warm_up, (1 - progress) / (1 - recipe.warm_up))
            for settings, rate in zip(optimizer.param_groups, rates, strict=True):
                settings["lr"] = rate * max(factor, 0.01)
            losses.append(train_step(network, optimizer, group, recipe, weights))
            step = number
            if step % 50 == 0:
                report(f"step {step}/{total} {elapsed:.0f} s loss {np.mean(losses[-50:]):.3f}")
            if step % 500 == 0:
                save(checkpoint, network, optimizer, step, elapsed)
    save(checkpoint, network, optimizer, step, spent + time.monotonic() - started)
    network.eval()


def train_step(
    network: Encoder,
    optimizer: torch.optim.AdamW,
    group: Sequence[Example],
    recipe: Recipe,
    weights: torch.Tensor,
) -> float:
    """One step; returns its loss."""
    device = weights.device
    ids, mask, pool, labels, stages = (tensor.to(device) for tensor in collate(group))
    with torch.autocast(device.type, torch.bfloat16, enabled=recipe.half and has_bfloat16(device)):
        logits, vectors = network(ids, mask, pool)
        placed = network.stage_head(vectors)
    loss = mean_loss(logits, labels, recipe.smoothing)
    if recipe.stage_weight:
        loss = loss + recipe.stage_weight * mean_loss(placed, stages, recipe.smoothing, weights)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def mean_loss(
    logits: torch.Tensor,
    answers: torch.Tensor,
    smoothing: float,
    weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """Cross-entropy over the answers that are known; 0 where none is."""
    rows = logits.float().flatten(0, 1)
    if bool((answers == NONE).all()):
        return rows.sum() * 0.0
    return functional.cross_entropy(
        rows, answers.flatten(), weight=weights, ignore_index=NONE, label_smoothing=smoothing
    )


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 matrices itself; elsewhere it is slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())


def save(
    path: Path, network: Encoder, optimizer: torch.optim.AdamW, step: int, spent: float
) -> None:
    """Write the state so that a killed run leaves the last good one."""
    trained = {k: v for k, v in network.state_dict().items() if k != "words.weight"}
    state = {"network": trained, "optimizer": optimizer.state_dict(), "step": step, "spent": spent}
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def resume(path: Path, network: Encoder, optimizer: torch.optim.AdamW) -> tuple[int, float]:
    """Load `path` where it exists; returns the steps done and the seconds they took."""
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["spent"])
