"""The encoder as an ONNX graph: word embeddings in 4 bits, matrices in 8. For export only.

Written node by node, for the kernels it names are the fast ones of onnxruntime. The package
``onnx`` is in the ``training`` extra.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.quantised import LEVELS, MICROSOFT, Array, Builder, Ranges, quantise

MIDDLE = LEVELS // 2
GELU_FLOOR = 0.17  # GELU is nowhere below -0.17: with this added it is never negative


@dataclass(frozen=True, slots=True)
class Source:
    """What the graph is made from.

    `state`: the network's tensors by name (matrices [out, in]). `nibbles` uint8 [pieces, hidden]
    and `scales` [pieces, hidden / block]: the word embeddings, weight = (nibble - 8) x scale.
    `ranges` by (layer, matrix): query (whose input key and value share), attention_out, feed_in.
    """

    state: Mapping[str, Array]
    nibbles: NDArray[np.uint8]
    scales: Array
    ranges: Mapping[tuple[int, str], Ranges]
    layers: int
    heads: int
    tap_layer: int
    window: int
    epsilon: float

    def matrix(self, number: int, name: str) -> tuple[Array, Array]:
        """Weight [out, in] and bias [out] of a layer's matrix."""
        stem = f"layers.{number}.{name}"
        return self.state[f"{stem}.weight"], self.state[f"{stem}.bias"]


def build(source: Source) -> onnx.ModelProto:
    """The graph: input_ids, attention_mask [B,T], pool [B,S,T] to logits [B,S,3], vectors [B,S,H].

    Both outputs are sums over tokens, weighted by `pool`; vectors are those of the tap layer.
    """
    graph = EncoderGraph(source)
    total = graph.embed()
    norm = "norm"
    for number in range(source.layers):
        total = graph.attention(number, total, norm)
        total = graph.feed_forward(number, total)
        norm = f"layers.{number}.out_norm"
        if number + 1 == source.tap_layer:
            graph.pooled(graph.normed(total, norm), "vectors")
    pool = graph.pooled(graph.normed(total, norm))
    builder = graph.builder
    head = builder.node("MatMul", pool, builder.constant(source.state["head.weight"].T))
    builder.node("Add", head, builder.constant(source.state["head.bias"]), name="logits")
    return finish(builder, source.nibbles.shape[1])


def finish(builder: Builder, hidden: int) -> onnx.ModelProto:
    """The model with its inputs and outputs."""

    def value(name: str, kind: int, *shape: str | int) -> Any:
        return helper.make_tensor_value_info(name, kind, shape)

    inputs = [
        value("input_ids", TensorProto.INT64, "texts", "tokens"),
        value("attention_mask", TensorProto.INT64, "texts", "tokens"),
        value("pool", TensorProto.FLOAT, "texts", "spans", "tokens"),
    ]
    outputs = [
        value("logits", TensorProto.FLOAT, "texts", "spans", 3),
        value("vectors", TensorProto.FLOAT, "texts", "spans", hidden),
    ]
    graph = helper.make_graph(builder.nodes, "umot", inputs, outputs, builder.constants)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="umot")


def lookup(model: bytes) -> onnx.ModelProto:
    """The part of a built graph that looks up word embeddings: input_ids [B,T] to [B,T,hidden]."""
    whole = onnx.load_from_string(model)
    (node,) = (one for one in whole.graph.node if one.op_type == "GatherBlockQuantized")
    nodes = [one for one in whole.graph.node if one is node or node.input[2] in one.output]
    wanted = {name for one in nodes for name in one.input}
    inputs = [one for one in whole.graph.input if one.name == "input_ids"]
    output = helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None)
    constants = [one for one in whole.graph.initializer if one.name in wanted]
    part = helper.make_graph(nodes, "words", inputs, [output], constants)
    opsets, version = whole.opset_import, whole.ir_version
    return helper.make_model(part, opset_imports=opsets, ir_version=version)


class EncoderGraph:
    """The parts of the encoder as nodes. States are [texts x tokens, hidden] between them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.builder = builder = Builder()
        self.hidden = source.nibbles.shape[1]
        self.flat = builder.constant([-1, self.hidden], np.int64)
        self.shape = builder.node("Shape", "input_ids")
        self.mask = builder.node("Cast", "attention_mask", to=TensorProto.INT32)
        self.shapes = {
            width: builder.node("Concat", self.shape, builder.constant([width], np.int64), axis=0)
            for width in (self.hidden, 3 * self.hidden)
        }

    def embed(self) -> str:
        """Words (kept in their 4 bits) plus places plus token type."""
        source, builder = self.source, self.builder
        words = builder.four_bits("words", source.nibbles)
        # The scales came as 16-bit numbers; kept so, they are widened once, on loading.
        scales = builder.constant(source.scales, np.float16)
        scales = builder.node("Cast", scales, to=TensorProto.FLOAT)
        block = source.nibbles.shape[1] // source.scales.shape[1]
        axes = {"block_size": block, "gather_axis": 0, "quantize_axis": 1}
        embedded = builder.node(
            "GatherBlockQuantized", words, "input_ids", scales, domain=MICROSOFT, **axes
        )
        places = source.state["positions.weight"][: source.window] + source.state["token_type"]
        zero, one = builder.constant([0], np.int64), builder.constant([1], np.int64)
        tokens = builder.node("Gather", self.shape, one, axis=0)
        here = builder.node("Slice", builder.constant(places), zero, tokens, zero)
        return builder.node("Reshape", builder.node("Add", embedded, here), self.flat)

    def normed(self, total: str, norm: str) -> str:
        """The layer norm of that name of `total`."""
        gamma, beta = (self.source.state[f"{norm}.{part}"] for part in ("weight", "bias"))
        return self.builder.norm(total, gamma, beta, self.source.epsilon)

    def enter(
        self, total: str, norm: str, ranges: Ranges, weight: Array, bias: Array
    ) -> tuple[str, Array]:
        """The product of the normed `total` with a matrix, and the bias that is still to be added.

        Centring and dividing the channels is a second affine part of the norm: it costs nothing.
        """
        gamma, beta = (self.source.state[f"{norm}.{part}"] for part in ("weight", "bias"))
        divisors = ranges.divisors(weight)
        beta = (beta - ranges.centre) / divisors
        states = self.builder.norm(total, gamma / divisors, beta, self.source.epsilon)
        product = self.builder.product(states, *quantise(weight * divisors), zero=MIDDLE)
        return product, bias + weight @ ranges.centre

    def leave(self, product: str, bias: Array, states: str) -> str:
        """The residual sum."""
        total = self.builder.node("Add", product, states)
        return self.builder.node("Add", total, self.builder.constant(bias))

    def attention(self, number: int, total: str, norm: str) -> str:
        """The first half of a layer: from the sum before `norm` to the next sum."""
        source, builder = self.source, self.builder
        mixed = source.ranges[number, "attention_out"]
        out, out_bias = source.matrix(number, "attention_out")
        # Attention mixes values with weights that sum to 1, so what centres and divides its
        # output moves into the value matrix.
        divisors = mixed.divisors(out)
        value, value_bias = source.matrix(number, "value")
        value, value_bias = value / divisors[:, None], (value_bias - mixed.centre) / divisors
        (query, query_bias), (key, key_bias) = (
            source.matrix(number, name) for name in ("query", "key")
        )
        weight = np.concatenate([query, key, value])
        bias = np.concatenate([query_bias, key_bias, value_bias])
        projected, bias = self.enter(total, norm, source.ranges[number, "query"], weight, bias)
        parts = builder.thirds(builder.node("Reshape", projected, self.shapes[3 * self.hidden]))
        inputs = *parts, builder.constant(bias), self.mask
        attended = builder.node(
            "MultiHeadAttention", *inputs, domain=MICROSOFT, num_heads=source.heads
        )
        states = builder.node("Reshape", attended, self.flat)
        product = builder.product(states, *quantise(out * divisors), zero=MIDDLE)
        return self.leave(product, out_bias + out @ mixed.centre, self.normed(total, norm))

    def feed_forward(self, number: int, total: str) -> str:
        """The second half of a layer: from the sum before its norm to the next sum."""
        source, builder = self.source, self.builder
        norm = f"layers.{number}.attention_norm"
        ranges = source.ranges[number, "feed_in"]
        fed, bias = self.enter(total, norm, ranges, *source.matrix(number, "feed_in"))
        fed = builder.node("BiasGelu", fed, builder.constant(bias), domain=MICROSOFT)
        # Shifted to be never negative it uses all levels; the bias takes the shift off again.
        fed = builder.node("Add", fed, builder.constant(GELU_FLOOR))
        weight, bias = source.matrix(number, "feed_out")
        levels, scales = quantise(weight)
        product = builder.product(fed, levels, scales, zero=0)
        shift = GELU_FLOOR * levels.sum(axis=0, dtype=np.float32) * scales
        return self.leave(product, bias - shift, self.normed(total, norm))

    def pooled(self, states: str, name: str = "") -> str:
        """The sums over tokens that `pool` weighs."""
        tokens = self.builder.node("Reshape", states, self.shapes[self.hidden])
        return self.builder.node("MatMul", "pool", tokens, name=name)
