"""The mean of networks that learnt from one base: it may read better than each of them.

Networks that were fine-tuned from the same base with other rows or other dice lie in one valley
if they began with the same head; their mean can err less, as their answers together would, at the
cost of one (model soups, arXiv 2203.05482).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from models import restored
from models.training.base import Quantised
from models.training.network import Encoder, Shape
from umot.errors import Fatal

State = dict[str, torch.Tensor]
PLACES = "positions.weight"


def mix(network: Encoder, other: Mapping[str, torch.Tensor], share: float) -> None:
    """Make the weights a mean of theirs and of `other`'s, which count `share`.

    A network that learnt on from another lies near enough to it for a mean to be of use, and less
    far from what the first was good at (after arXiv 2109.01903). Heads of no use later are passed
    over, and the words, which are the same.
    """
    with torch.no_grad():
        for name, value in network.named_parameters():
            if name in other and name != "words.weight" and not name.startswith("stage_head."):
                value.lerp_(other[name].to(value.device), share)


def other(folder: Path, network: Encoder, words: Quantised) -> State:
    """The tensors of the weights in a folder, in the units of the network that they are to join.

    `words` are the network's word embeddings. Raises `Fatal` for weights of other sizes or with
    another vocabulary.
    """
    found, their_words, _ = restored.network(folder)
    if sizes(found.shape) != sizes(network.shape):
        raise Fatal(f"the weights in {folder} are of other sizes: no mean can be taken of them")
    if not np.array_equal(words.floats(), their_words.floats()):
        raise Fatal(f"the weights in {folder} have another vocabulary: no mean can be taken")
    ours = {key: value.float().cpu() for key, value in network.state_dict().items()}
    state = aligned(found.state_dict(), ours)
    places = ours[PLACES].clone()  # they have those of their window, which are all that is exported
    places[: len(state[PLACES])] = state[PLACES][: len(places)]
    return {**state, PLACES: places}


def sizes(shape: Shape) -> Shape:
    """What two networks must have alike."""
    return replace(shape, positions=0, epsilon=0)


def aligned(state: State, ours: State) -> State:
    """The same network with its values in the units of ours.

    What attention gives can be multiplied before the last matrix and divided in it, a channel
    each, with no other result; exporting does so (`models.restored`). A mean of two in other
    units would be neither.
    """
    made = dict(state)
    for name in [key for key in state if key.endswith(".value.weight")]:
        bias, out = name.replace("weight", "bias"), name.replace("value", "attention_out")
        larger = fitted(state[name], ours[name], 1) / fitted(state[out], ours[out], 0)
        factor = larger.clamp_min(1e-6).sqrt()
        made[name], made[bias] = state[name] * factor[:, None], state[bias] * factor
        made[out] = state[out] / factor
    return made


def fitted(state: torch.Tensor, ours: torch.Tensor, along: int) -> torch.Tensor:
    """What to multiply each row (`along` 1) or column (0) by to come nearest to ours."""
    return (state * ours).sum(along) / state.square().sum(along).clamp_min(1e-12)
