"""A smaller network from a larger one, and what it is to keep: the vectors of its tap layer."""

from __future__ import annotations

import re
from dataclasses import replace

from models.training.network import Encoder
from umot.errors import Fatal


def shrink(network: Encoder, layers: int) -> Encoder:
    """A network of `layers` evenly spaced layers of `network`, the last one included.

    The tap layer goes along: every second of 12 layers makes layer 6 the third. Raises `Fatal`
    for a number that does not divide the layers, or would leave the tap layer out.
    """
    shape = network.shape
    step, rest = divmod(shape.layers, layers)
    if rest or shape.tap_layer % step:
        good = [n for n in range(1, shape.layers + 1) if fits(shape.layers, shape.tap_layer, n)]
        numbers = ", ".join(map(str, good))
        raise Fatal(f"{layers} of {shape.layers} layers cannot be kept; try {numbers}")
    made = Encoder(replace(shape, layers=layers, tap_layer=shape.tap_layer // step))
    kept = {step * (number + 1) - 1: number for number in range(layers)}
    return copied(network, made, kept)


def fits(layers: int, tap_layer: int, kept: int) -> bool:
    """Whether so many evenly spaced layers include the tap layer."""
    return layers % kept == 0 and tap_layer % (layers // kept) == 0


def below_tap(network: Encoder) -> Encoder:
    """The network up to its tap layer: as it is now, and cheaper than all of it."""
    tap = network.shape.tap_layer
    made = Encoder(replace(network.shape, layers=tap))
    return copied(network, made, {number: number for number in range(tap)}).eval()


def copied(network: Encoder, made: Encoder, kept: dict[int, int]) -> Encoder:
    """`made` with the tensors of `network`; `kept` gives the new number of each layer kept."""
    state = {}
    for name, value in network.state_dict().items():
        layer = re.match(r"layers\.(\d+)\.", name)
        if layer is None:
            state[name] = value
        elif int(layer[1]) in kept:
            state[f"layers.{kept[int(layer[1])]}.{name[layer.end() :]}"] = value
    made.load_state_dict(state)
    return made.to(network.words.weight.device)
