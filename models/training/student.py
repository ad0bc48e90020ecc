"""A smaller network from a larger one, and what it is to keep: the vectors of its tap layer."""

from __future__ import annotations

import re
from dataclasses import replace

from models.training.network import Encoder
from umot.errors import Fatal


def shrink(network: Encoder, layers: int) -> Encoder:
    """A network of `layers` evenly spaced layers of `network`, the last one included.

    The tap layer goes along, with the same share of the layers below it: every second of 12 makes
    layer 6 the third. Raises `Fatal` for a number that cannot be shared out so.
    """
    shape = network.shape
    if not fits(shape.layers, shape.tap_layer, layers):
        good = [n for n in range(1, shape.layers + 1) if fits(shape.layers, shape.tap_layer, n)]
        numbers = ", ".join(map(str, good))
        raise Fatal(f"{layers} of {shape.layers} layers cannot be kept; try {numbers}")
    tap_layer = layers * shape.tap_layer // shape.layers
    made = Encoder(replace(shape, layers=layers, tap_layer=tap_layer))
    chosen = [
        *spaced(0, shape.tap_layer, tap_layer),
        *spaced(shape.tap_layer, shape.layers, layers - tap_layer),
    ]
    return copied(network, made, {old: new for new, old in enumerate(chosen)})


def fits(layers: int, tap_layer: int, kept: int) -> bool:
    """Whether so many layers can be kept with as large a share of them below the tap layer."""
    below, rest = divmod(kept * tap_layer, layers)
    return not rest and 0 < below <= tap_layer


def spaced(start: int, stop: int, count: int) -> list[int]:
    """`count` evenly spaced numbers from `start` up to `stop`, the last before it included."""
    length = stop - start
    # Rounded up in whole numbers: 23 / 21 x 21 is a little more than 23.
    return [start - (-length * number // count) - 1 for number in range(1, count + 1)]


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
