"""The two logistic regressions of the stage head: on vectors, and on hashed words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models import stage_words
from models.stage_head import CLASSES
from models.tracing import Array

BALANCE = 0.5  # 1: all stages count alike; 0: by their number
STEPS = 60

Labels = NDArray[np.int64]
Regression = tuple[Array, Array]  # weights [inputs, classes] and bias [classes]


def on_vectors(units: Array, labels: Labels, weights: Array, shrinking: float) -> Regression:
    """The regression on vectors at length 1; `shrinking` is the weight of the squared weights."""
    inputs = torch.from_numpy(units)
    return minimised(
        lambda one: inputs @ one,
        lambda one: inputs.T @ one,
        units.shape[1],
        labels,
        weights,
        shrinking,
    )


def on_words(
    texts: Sequence[str], rarities: Array, labels: Labels, weights: Array, shrinking: float
) -> Regression:
    """The same on the hashed words of texts."""
    found = [stage_words.weighed(text, rarities) for text in texts]
    rows = np.repeat(np.arange(len(found)), [len(places) for places, _ in found])
    columns = np.concatenate([places for places, _ in found])
    values = torch.from_numpy(np.concatenate([values for _, values in found]))
    shape = (len(found), stage_words.BUCKETS)
    forth = torch.sparse_coo_tensor(
        torch.from_numpy(np.stack([rows, columns])), values, shape
    ).to_sparse_csr()
    back = torch.sparse_coo_tensor(
        torch.from_numpy(np.stack([columns, rows])), values, shape[::-1]
    ).to_sparse_csr()
    return minimised(
        lambda one: forth @ one, lambda one: back @ one, shape[1], labels, weights, shrinking
    )


def minimised(
    forth: Callable[[torch.Tensor], torch.Tensor],
    back: Callable[[torch.Tensor], torch.Tensor],
    inputs: int,
    labels: Labels,
    weights: Array,
    shrinking: float,
) -> Regression:
    """The weights and bias of least loss; `forth` and `back` multiply with the inputs."""
    classes = len(CLASSES)
    wanted = torch.from_numpy(labels)
    counts = torch.from_numpy(weights)
    mass = torch.zeros(classes).index_add_(0, wanted, counts).clamp(min=1)
    counts = counts * ((mass.mean() / mass) ** BALANCE)[wanted]
    counts = counts / counts.sum()
    sure = functional.one_hot(wanted, classes).float()
    matrix = torch.zeros(inputs, classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([matrix, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    @torch.no_grad()  # the gradient is written out: sparse tensors have none
    def step() -> float:
        shares = (forth(matrix) + bias).log_softmax(1)
        slope = (shares.exp() - sure) * counts[:, None]
        matrix.grad = back(slope) + 2 * shrinking * matrix
        bias.grad = slope.sum(0)
        loss = -(counts * shares.gather(1, wanted[:, None])[:, 0]).sum()
        return float(loss + shrinking * (matrix**2).sum())

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return matrix.detach().numpy(), bias.detach().numpy()
