"""Fine-tuning the encoder: whole posts, and pairs of posts joined into one with two spans.

The joined pairs teach the head to read a span *in its context*: each half keeps its own label,
so a post that praises the bike and damns the delivery has two answers.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from models.training.data import Row, by_language
from models.training.network import Encoder
from umot.errors import Fatal

JOINERS = (" ", ". ", "\n", " ")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates are of AdamW; `budget` (seconds) ends a run early, decay included."""

    epochs: float = 2.0
    batch: int = 32
    rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.06
    smoothing: float = 0.05
    tokens: int = 88
    joined: float = 0.15
    frozen_layers: int = 0
    seed: int = 1
    budget: float = math.inf
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids and, per span, its token range and label. Without joining: one span, the text."""

    ids: list[int]
    spans: tuple[tuple[int, int, int], ...]


def encode(tokenizer: Tokenizer, rows: Sequence[Row], recipe: Recipe) -> list[Example]:
    """Rows as examples; a share of them joined in pairs of one language."""
    chooser = random.Random(recipe.seed)
    partners = by_language(rows)
    encoded = tokenizer.encode_batch([row.text for row in rows])
    examples = []
    for row, encoding in zip(rows, encoded, strict=True):
        ids = encoding.ids[: recipe.tokens - 1]
        ids = ids if ids[-1] == 2 else [*ids, 2]
        if len(ids) > recipe.tokens // 2 or chooser.random() > recipe.joined:
            examples.append(Example(ids, ((0, len(ids), row.label),)))
            continue
        partner = chooser.choice(partners[row.language])
        joiner = chooser.choice(JOINERS)
        first = tokenizer.encode(row.text + joiner.rstrip(" ")).ids[:-1][: recipe.tokens // 2]
        second = tokenizer.encode(partner.text).ids[1:][: recipe.tokens // 2 - 1]
        second = second if second[-1] == 2 else [*second, 2]
        middle, end = len(first), len(first) + len(second)
        spans = ((1, middle, row.label), (middle, end - 1, partner.label))
        examples.append(Example(first + second, spans))
    return examples


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
    """ids, mask [batch, tokens]; pool [batch, spans, tokens]; labels [batch, spans], -100: none."""
    width = max(len(example.ids) for example in group)
    spans = max(len(example.spans) for example in group)
    ids = np.ones((len(group), width), np.int64)
    mask = np.zeros((len(group), width), np.int64)
    pool = np.zeros((len(group), spans, width), np.float32)
    labels = np.full((len(group), spans), -100, np.int64)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
        for number, (start, stop, label) in enumerate(example.spans):
            pool[row, number, start:stop] = 1 / max(stop - start, 1)
            labels[row, number] = label
    return tuple(torch.from_numpy(array) for array in (ids, mask, pool, labels))


def optimiser(network: Encoder, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over what is trained: word embeddings stay as the base has them (in 4 bits)."""
    network.words.requires_grad_(False)
    frozen = {id(p) for layer in network.layers[: recipe.frozen_layers] for p in layer.parameters()}
    if frozen:
        frozen |= {id(p) for p in (*network.positions.parameters(), *network.norm.parameters())}
        frozen.add(id(network.token_type))
    head = {id(parameter) for parameter in network.head.parameters()}
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
            losses.append(train_step(network, optimizer, group, recipe, device))
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
    device: torch.device,
) -> float:
    """One step; returns its loss."""
    ids, mask, pool, labels = (tensor.to(device) for tensor in collate(group))
    logits, _ = network(ids, mask, pool)
    loss = functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), label_smoothing=recipe.smoothing
    )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


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
