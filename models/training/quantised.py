"""8-bit matrix products in an ONNX graph, in which no row depends on another. For export only.

Ordinary dynamic quantisation takes one activation scale for a whole batch, so a text's result
changes with its batch-mates. Here what a layer norm gives, alike in size for all tokens, has one
scale that was measured beforehand; anywhere else each token has its own, computed in the graph.

An 8-bit product is exact only while two neighbouring products fit in 16 bits (AVX2 adds them so,
and saturates silently). Activations take the levels 0 to `LEVELS` and weights -`REACH` to
`REACH`: 2 x 180 x 91 < 32,768, so sums are exact and the same on every processor. What that costs
in precision comes back by moving range from activations to weights beforehand (`Ranges`; after
SmoothQuant, arXiv 2211.10438).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]

LEVELS = 180
REACH = 91
SHARE = 0.6  # of an activation's range that its weights take over; .5 to .6 measured best
SHARES = np.linspace(0.2, 1, 41).tolist()  # of the largest state seen: how much levels cover
MIDDLE = LEVELS // 2  # the level that means 0 where states may be negative
MICROSOFT = "com.microsoft"


@dataclass(frozen=True, slots=True)
class Ranges:
    """What enters a matrix: the centre of each input channel and its reach from there, [in].

    `sample` are states of some tokens, [tokens, in].
    """

    centre: Array
    reach: Array
    sample: Array

    def divisors(self, weight: Array) -> Array:
        """By how much to divide each channel (and multiply its weights): geometric mean 1."""
        reach = np.maximum(self.reach, 1e-4) ** SHARE
        weights = np.maximum(np.abs(weight).max(axis=0), 1e-5) ** (1 - SHARE)
        divisors = reach / weights
        return np.asarray(divisors / np.exp(np.log(divisors).mean()), np.float32)

    def step(self, divisors: Array) -> float:
        """How far two levels are apart, for all channels once divided: least squared error."""
        states = (self.sample - self.centre) / divisors
        reach = LEVELS - MIDDLE
        whole = float(np.abs(states).max()) / reach

        def error(step: float) -> float:
            read = np.clip(np.rint(states / step), -reach, reach) * step
            return float(np.square(read - states).mean())

        return float(min((whole * share for share in SHARES), key=error))


def quantise(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """A matrix [out, in] as 8-bit levels [in, out], and the scale of each output, [out]."""
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-12) / REACH
    levels = np.clip(np.rint(weight / scales[:, None]), -REACH, REACH)
    return levels.T.astype(np.int8), scales.astype(np.float32)


@dataclass(slots=True)
class Builder:
    """Nodes and constants of a graph under construction."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    names: dict[bytes, str] = field(default_factory=dict)

    def constant(self, array: Any, dtype: Any = np.float32) -> str:
        """The name of a constant; equal ones are stored once."""
        value = np.ascontiguousarray(array, dtype)
        if not np.ndim(array):
            value = value.reshape(())
        key = f"{value.dtype} {value.shape} ".encode() + value.tobytes()
        if key not in self.names:
            self.names[key] = f"c{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(value, self.names[key]))
        return self.names[key]

    def four_bits(self, name: str, nibbles: NDArray[np.uint8]) -> str:
        """A constant of 4-bit numbers -8 to 7, given as 0 to 15, two to a byte."""
        signed = (nibbles.astype(np.int8) - 8).view(np.uint8) & 15
        tensor = TensorProto(name=name, data_type=TensorProto.INT4, dims=nibbles.shape)
        tensor.raw_data = (signed[:, 0::2] | (signed[:, 1::2] << 4)).tobytes()
        self.constants.append(tensor)
        return name

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node with one output; returns the output's name."""
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def norm(self, states: str, gamma: Array, beta: Array, epsilon: float) -> str:
        """Layer normalisation over the last axis."""
        weights = self.constant(gamma), self.constant(beta)
        return self.node("LayerNormalization", states, *weights, axis=-1, epsilon=epsilon)

    def levels(self, states: str) -> str:
        """States that are in units of a level, as levels around `MIDDLE`."""
        levels = self.node(
            "QuantizeLinear", states, self.constant(1.0), self.constant(MIDDLE, np.uint8)
        )
        return self.node("Clip", levels, "", self.constant(LEVELS, np.uint8))

    def fixed(self, levels: str, weight: NDArray[np.int8], scales: Array, bias: Array) -> str:
        """Levels around `MIDDLE` [tokens, in] times an 8-bit matrix, and its bias."""
        matrix = self.constant(weight, np.int8), self.constant(1.0), self.constant(scales)
        zero = self.constant(MIDDLE, np.uint8)
        inputs = levels, *matrix, zero, "", self.constant(bias)
        return self.node("MatMulIntegerToFloat", *inputs, domain=MICROSOFT)

    def product(
        self, states: str, weight: NDArray[np.int8], scales: Array, *, zero: int, least: float
    ) -> str:
        """States [tokens, in] times an 8-bit matrix, each token quantised by its own scale.

        `zero` is the level that means 0: where that is not the middle, states are nowhere below
        -`zero` x `least`. `least` is the smallest scale.
        """
        size = self.node("Abs", states) if zero == MIDDLE else states
        peak = self.node("ReduceMax", size, self.constant([1], np.int64), keepdims=1)
        scale = self.node("Mul", peak, self.constant(1 / (LEVELS - zero)))
        scale = self.node("Max", scale, self.constant(least))
        flat = self.node("Reshape", scale, self.constant([-1], np.int64))
        level = numpy_helper.from_array(np.array([zero], np.uint8))
        zeros = self.node("ConstantOfShape", self.node("Shape", flat), value=level)
        levels = self.node("QuantizeLinear", states, flat, zeros, axis=0)
        matrix = self.constant(weight, np.int8), self.constant(1.0), self.constant(scales)
        zero_level = self.constant(zero, np.uint8)
        product = self.node("MatMulIntegerToFloat", levels, *matrix, zero_level, domain=MICROSOFT)
        return self.node("Mul", product, scale)
