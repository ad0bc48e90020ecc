"""The encoder as an ONNX graph: word embeddings in 4 bits, matrices in 8. For export only.

Written node by node, for the kernels it names are the fast ones of onnxruntime. The package
``onnx`` is in the ``training`` extra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.training.quantised import MICROSOFT, MIDDLE, Array, Builder, Ranges, quantise

GELU_FLOOR = 0.17  # GELU is nowhere below -0.17: few levels are enough for that
GELU_ZERO = 12  # the level that means 0 for what GELU gives
TINY = 1e-12  # a row of zeros has a scale too


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
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=11, producer_name="umot")


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
        width = builder.constant([self.hidden], np.int64)
        self.whole = builder.node("Concat", self.shape, width, axis=0)
        # True where a token may look: [texts, 1, tokens, tokens].
        one = builder.constant([1], np.int64)
        mask = builder.node("Cast", "attention_mask", to=TensorProto.BOOL)
        mask = builder.node("Unsqueeze", mask, builder.constant([1, 2], np.int64))
        texts, self.tokens = (
            builder.node("Gather", self.shape, builder.constant([axis], np.int64), axis=0)
            for axis in (0, 1)
        )
        square = builder.node("Concat", texts, one, self.tokens, self.tokens, axis=0)
        self.mask = builder.node("Expand", mask, square)

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
        zero = builder.constant([0], np.int64)
        here = builder.node("Slice", builder.constant(places), zero, self.tokens, zero)
        return builder.node("Reshape", builder.node("Add", embedded, here), self.flat)

    def normed(self, total: str, norm: str) -> str:
        """The layer norm of that name of `total`."""
        gamma, beta = (self.source.state[f"{norm}.{part}"] for part in ("weight", "bias"))
        return self.builder.norm(total, gamma, beta, self.source.epsilon)

    def enter(
        self, total: str, norm: str, ranges: Ranges, matrices: Sequence[tuple[Array, Array]]
    ) -> list[str]:
        """The normed `total` times each of some matrices, with their biases.

        Centring and dividing the channels is a second affine part of the norm: it costs nothing.
        """
        gamma, beta = (self.source.state[f"{norm}.{part}"] for part in ("weight", "bias"))
        divisors = ranges.divisors(np.concatenate([weight for weight, _ in matrices]))
        step = np.float32(ranges.step(divisors))
        units = divisors * step
        beta = (beta - ranges.centre) / units
        states = self.builder.norm(total, gamma / units, beta, self.source.epsilon)
        levels = self.builder.levels(states)
        found = []
        for weight, bias in matrices:
            whole, scales = quantise(weight * divisors)
            bias = bias + weight @ ranges.centre
            found.append(self.builder.fixed(levels, whole, scales * step, bias))
        return found

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
        matrices = [source.matrix(number, name) for name in ("query", "key")]
        matrices.append((value, value_bias))
        # Three products of the same levels: one of thrice the width would have to be split again.
        entered = self.enter(total, norm, source.ranges[number, "query"], matrices)
        parts = [builder.node("Reshape", part, self.whole) for part in entered]
        heads = source.heads
        attended = builder.node(
            "Attention", *parts, self.mask, q_num_heads=heads, kv_num_heads=heads
        )
        states = builder.node("Reshape", attended, self.flat)
        product = builder.product(states, *quantise(out * divisors), zero=MIDDLE, least=TINY)
        return self.leave(product, out_bias + out @ mixed.centre, self.normed(total, norm))

    def feed_forward(self, number: int, total: str) -> str:
        """The second half of a layer: from the sum before its norm to the next sum."""
        source, builder = self.source, self.builder
        norm = f"layers.{number}.attention_norm"
        ranges = source.ranges[number, "feed_in"]
        (fed,) = self.enter(total, norm, ranges, [source.matrix(number, "feed_in")])
        fed = builder.node("Gelu", fed)
        weight, bias = source.matrix(number, "feed_out")
        least = GELU_FLOOR / GELU_ZERO
        product = builder.product(fed, *quantise(weight), zero=GELU_ZERO, least=least)
        return self.leave(product, bias, self.normed(total, norm))

    def pooled(self, states: str, name: str = "") -> str:
        """The sums over tokens that `pool` weighs."""
        tokens = self.builder.node("Reshape", states, self.whole)
        return self.builder.node("MatMul", "pool", tokens, name=name)
