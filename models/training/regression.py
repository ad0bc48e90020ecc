"""Logistic regressions on span vectors, on hashed words, and on both, with torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models import stage_words
from models.likeness import Array
from models.stage_head import CLASSES

BALANCE = 0.5  # 1: all stages count alike; 0: by their number
STEPS = 60

Labels = NDArray[np.int64]
Regression = tuple[Array, Array]  # weights [inputs, classes] and bias [classes]


def on_vectors(units: Array, labels: Labels, weights: Array, shrinking: float) -> Regression:
    """The stages' regression on vectors at length 1; `shrinking` weighs the squared weights."""
    inputs = torch.from_numpy(units)
    wanted, counts = balanced(labels, weights)
    return minimised(
        lambda one: inputs @ one,
        lambda one: inputs.T @ one,
        units.shape[1],
        wanted,
        counts,
        shrinking,
    )


def on_words(
    texts: Sequence[str], rarities: Array, labels: Labels, weights: Array, shrinking: float
) -> Regression:
    """The same on the hashed words of texts."""
    forth, back = pieces(texts, rarities)
    wanted, counts = balanced(labels, weights)
    return minimised(
        lambda one: forth @ one,
        lambda one: back @ one,
        stage_words.BUCKETS,
        wanted,
        counts,
        shrinking,
    )


def on_both(
    units: Array, texts: Sequence[str], rarities: Array, shares: Array, shrinking: float
) -> tuple[Array, Array, Array]:
    """One regression on both, towards `shares` [n, classes]: of vectors, of words, and the bias."""
    inputs = torch.from_numpy(units)
    forth, back = pieces(texts, rarities)
    size = units.shape[1]
    found, bias = minimised(
        lambda one: inputs @ one[:size] + forth @ one[size:],
        lambda one: torch.cat([inputs.T @ one, back @ one]),
        size + stage_words.BUCKETS,
        torch.from_numpy(shares),
        torch.ones(len(units)),
        shrinking,
    )
    return found[:size], found[size:], bias


def pieces(texts: Sequence[str], rarities: Array) -> tuple[torch.Tensor, torch.Tensor]:
    """The weighed pieces of texts [n, buckets], and the same the other way round; both sparse."""
    found = [stage_words.weighed(text, rarities) for text in texts]
    rows = np.repeat(np.arange(len(found)), [len(places) for places, _ in found])
    columns = np.concatenate([places for places, _ in found])
    values = torch.from_numpy(np.concatenate([values for _, values in found]))
    shape = (len(found), stage_words.BUCKETS)
    return sparse(rows, columns, values, shape), sparse(columns, rows, values, shape[::-1])


def sparse(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    values: torch.Tensor,
    shape: tuple[int, ...],
) -> torch.Tensor:
    """A sparse matrix of these values, the rest of it 0."""
    places = torch.from_numpy(np.stack([rows, columns]))
    with warnings.catch_warnings():  # users need not know that torch calls such matrices beta
        warnings.filterwarnings("ignore", "Sparse", UserWarning)
        return torch.sparse_coo_tensor(places, values, shape).to_sparse_csr()


def balanced(labels: Labels, weights: Array) -> tuple[torch.Tensor, torch.Tensor]:
    """Stages as shares [n, classes], and weights in which rare ones count more."""
    wanted = torch.from_numpy(labels)
    counts = torch.from_numpy(weights)
    mass = torch.zeros(len(CLASSES)).index_add_(0, wanted, counts).clamp(min=1)
    counts = counts * ((mass.mean() / mass) ** BALANCE)[wanted]
    return functional.one_hot(wanted, len(CLASSES)).float(), counts


def minimised(
    forth: Callable[[torch.Tensor], torch.Tensor],
    back: Callable[[torch.Tensor], torch.Tensor],
    inputs: int,
    wanted: torch.Tensor,
    counts: torch.Tensor,
    shrinking: float,
) -> Regression:
    """The weights and bias of least loss; `forth` and `back` multiply with the inputs.

    `wanted` are shares [n, classes], `counts` what each row counts.
    """
    counts = counts / counts.sum()
    classes = wanted.shape[1]
    matrix = torch.zeros(inputs, classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([matrix, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    @torch.no_grad()  # the gradient is written out: sparse tensors have none
    def step() -> float:
        shares = (forth(matrix) + bias).log_softmax(1)
        slope = (shares.exp() - wanted) * counts[:, None]
        matrix.grad = back(slope) + 2 * shrinking * matrix
        bias.grad = slope.sum(0)
        loss = -(counts * (wanted * shares).sum(1)).sum()
        return float(loss + shrinking * (matrix**2).sum())

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return matrix.detach().numpy(), bias.detach().numpy()
