"""The mean of networks that learnt from one base."""

import dataclasses

import pytest
import torch

from models import metadata, restored
from models.training import means, starts
from models.training.base import Quantised
from models.training.network import Encoder as Network
from umot.errors import Fatal

IDS = torch.tensor([[0, 5, 6, 9, 2]])
WHOLE = IDS, torch.ones_like(IDS), torch.full((1, 1, 5), 0.2)


def answers(network):
    with torch.no_grad():
        return network(*WHOLE)


def near(first, second, most):
    return all(
        torch.allclose(one, other, atol=most) for one, other in zip(first, second, strict=True)
    )


def test_values_in_other_units_are_brought_to_ours(network):
    """What exporting moves between two matrices changes no answer, and no mean."""
    made, _, _ = network
    ours = made.state_dict()
    state = {key: value.clone() for key, value in ours.items()}
    chooser = torch.Generator().manual_seed(3)
    for layer in ("layers.0", "layers.1"):
        factors = torch.exp(torch.randn(64, generator=chooser))
        state[f"{layer}.value.weight"] *= factors[:, None]
        state[f"{layer}.value.bias"] *= factors
        state[f"{layer}.attention_out.weight"] /= factors
    other = Network(made.shape).eval()
    other.load_state_dict(state)
    assert near(answers(other), answers(made), 1e-3)
    aligned = means.aligned(state, ours)
    assert all(torch.allclose(aligned[key], ours[key], atol=1e-4) for key in ours)


def test_the_mean_with_its_own_weights_is_the_network(network, tiny_weights):
    made, words, _ = network
    mean = Network(made.shape).eval()
    mean.load_state_dict(made.state_dict())
    means.mix(mean, means.other(tiny_weights, mean, words), 0.5)
    exported = restored.network(tiny_weights)[0]
    apart = [abs(one - two).max() for one, two in zip(answers(mean), answers(made), strict=True)]
    whole = [
        abs(one - two).max() for one, two in zip(answers(exported), answers(made), strict=True)
    ]
    assert all(one <= two for one, two in zip(apart, whole, strict=True)), "8 bits of one half only"
    assert mean.positions.num_embeddings == 300, "those beyond the window stay"


def test_weights_of_another_kind_are_refused(network, tiny_weights):
    made, words, _ = network
    larger = Network(dataclasses.replace(made.shape, layers=3))
    with pytest.raises(Fatal, match="are of other sizes"):
        means.other(tiny_weights, larger, words)
    others = Quantised(words.nibbles ^ 1, words.scales)
    with pytest.raises(Fatal, match="have another vocabulary"):
        means.other(tiny_weights, made, others)


def test_terms_are_those_of_all_that_went_into_a_mean(tiny_weights, tmp_path):
    """A mean with weights of research sets is no weights of free ones."""
    described = metadata.read(tiny_weights)
    sets = {"free": {"rows": 9, "licence": "ok"}}
    theirs = {"name": "theirs", "sets": {"other": {"rows": 9, "licence": "nc"}}}
    mean = dataclasses.replace(described, notes={"sets": sets, "mean_with": theirs})
    assert starts.licences(mean) == {"free": "ok", "other": "nc"}
    again = dataclasses.replace(described, notes={"start": starts.lineage(mean)})
    with pytest.raises(Fatal, match="made of other too"):
        starts.check_licences(again, ["ok"])
    assert again.notes["start"]["mean_with"] == theirs
