"""What is learnt from: labels and stages, a teacher's answers, and the vectors to be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import torch
from torch.nn import functional

from models.training.data import STAGES
from models.training.examples import NONE, Batch, Example
from models.training.network import Encoder

TEACHER_TEMPERATURE = 2.0


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


def teacher_loss(logits: torch.Tensor, soft: torch.Tensor) -> torch.Tensor:
    """How far the answers are from a teacher's, both at its temperature; 0 where it has none."""
    known = soft.sum(-1) > 0
    if not bool(known.any()):
        return logits.float().sum() * 0.0
    wanted = torch.log(soft[known].clamp_min(1e-6)) / TEACHER_TEMPERATURE
    found = functional.log_softmax(logits[known].float() / TEACHER_TEMPERATURE, -1)
    apart = functional.kl_div(
        found, functional.log_softmax(wanted, -1), reduction="batchmean", log_target=True
    )
    # The temperature flattens the gradients by its square.
    return apart * TEACHER_TEMPERATURE**2


def drift(keeper: Encoder, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
    """The squared distance of tap vectors from the keeper's; 1: as far as theirs are apart."""
    with torch.no_grad():
        _, wanted = keeper(batch.ids, batch.mask, batch.pool)
    there = batch.pool.sum(-1) > 0
    if not bool(there.any()):
        return vectors.float().sum() * 0.0
    wanted, found = wanted[there].float(), vectors[there].float()
    spread = (wanted - wanted.mean(0)).square().mean().clamp_min(1e-4)
    apart: torch.Tensor = functional.mse_loss(found, wanted) / spread
    return apart


def stage_weights(examples: Iterable[Example]) -> torch.Tensor:
    """A weight for each stage, so that rare ones count as much as the root of their rarity."""
    counts = Counter(answer.stage for example in examples for answer in example.answers)
    shares = torch.tensor([max(counts[number], 1) for number in range(len(STAGES))]).float()
    return (shares.mean() / shares).sqrt()
