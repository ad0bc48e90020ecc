"""The torch network that a folder of weights was exported from: for CUDA, and to train on from it.

``model.onnx`` holds matrices of 8 bits whose input channels were centred and divided beforehand
(`models.training.quantised`). Read back, they are floats again and the centring is undone, so
that the network gives the graph's answers but for the 8 bits of the activations. What the
channels between value and attention output were divided by stays: the two undo each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models import metadata
from models.training.base import Quantised
from models.training.network import Encoder, Shape
from umot.errors import Fatal

Array = NDArray[np.float32]


def network(folder: Path) -> tuple[Encoder, Quantised, dict[str, Any]]:
    """The network of the weights in `folder`, its words in their 4 bits, and its tokenizer's JSON.

    The network is in fp32 on the CPU and set to evaluate. It has as many positions as the weights'
    window, and no trained `stage_head`: the graph has none. Raises `Fatal` where the folder's
    files are damaged, or where the package ``onnx`` is not installed.
    """
    described = metadata.read(folder)
    graph = Graph.load(folder / metadata.GRAPH)
    try:
        words = graph.words()
        shape, state = read(graph, described.tap_layer)
        state["words.weight"] = words.floats()
        made = Encoder(shape)
        tensors = {name: torch.from_numpy(np.array(value)) for name, value in state.items()}
        missing, unexpected = made.load_state_dict(tensors, strict=False)
    except (KeyError, IndexError, ValueError, RuntimeError) as error:
        raise Fatal(f"{folder / metadata.GRAPH} is no graph of ours: {error!r}") from error
    if unexpected or set(missing) != {"stage_head.weight", "stage_head.bias"}:
        raise Fatal(f"{folder / metadata.GRAPH} does not fit the network: {missing} {unexpected}")
    return made.eval(), words, json.loads((folder / metadata.TOKENIZER).read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph's nodes, who makes each value, who takes it, and the constants by name."""

    nodes: list[Any]
    makers: dict[str, Any]
    takers: dict[str, list[Any]]
    constants: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Graph:
        """Read a file. Raises `Fatal` where it is no graph, or ``onnx`` is not there."""
        try:
            import onnx
        except ImportError as error:
            raise Fatal(
                "the weights can only be read into torch with the package onnx: "
                "pip install 'umot[training]'"
            ) from error
        try:
            graph = onnx.load(path).graph
        except Exception as error:  # protobuf's, a library that has no types and no other use
            raise Fatal(f"{path} is no graph: {error}") from error
        takers: dict[str, list[Any]] = {}
        for node in graph.node:
            for name in node.input:
                takers.setdefault(name, []).append(node)
        makers = {name: node for node in graph.node for name in node.output}
        return cls(list(graph.node), makers, takers, {one.name: one for one in graph.initializer})

    def kind(self, name: str) -> list[Any]:
        """All nodes of a kind, in the graph's order. Raises `KeyError` where there is none."""
        found = [node for node in self.nodes if node.op_type == name]
        if not found:
            raise KeyError(name)
        return found

    def constant(self, name: str) -> Array:
        """A constant as float32. Raises `KeyError`."""
        from onnx import numpy_helper

        return np.asarray(numpy_helper.to_array(self.constants[name]), np.float32)

    def has(self, node: Any) -> Array:
        """The first constant that a node takes. Raises `KeyError` where it takes none."""
        return self.constant(next((x for x in node.input if x in self.constants), "no constant"))

    def next(self, name: str, *kinds: str) -> Any:
        """The last node of a chain that takes `name`: one of each kind after the other."""
        node = None
        for kind in kinds:
            node = next((one for one in self.takers.get(name, []) if one.op_type == kind), None)
            if node is None:
                raise KeyError(f"no {kind} takes {name}")
            name = node.output[0]
        return node

    def words(self) -> Quantised:
        """The word embeddings, bit for bit."""
        (lookup,) = self.kind("GatherBlockQuantized")
        tensor = self.constants[lookup.input[0]]
        packed = np.frombuffer(tensor.raw_data, np.uint8).reshape(tensor.dims[0], -1)
        nibbles = np.stack([packed & 15, packed >> 4], axis=2).reshape(tuple(tensor.dims))
        scales = self.constant(self.makers[lookup.input[2]].input[0])
        signed = np.asarray(nibbles ^ 8, np.uint8)  # to 0-15: the highest bit changes
        return Quantised(signed, scales)

    def matrix(self, product: Any) -> Array:
        """The matrix [out, in] of an 8-bit product."""
        return self.constant(product.input[1]).T * self.constant(product.input[3])[:, None]


def read(graph: Graph, tap_layer: int) -> tuple[Shape, dict[str, Array]]:
    """The network's sizes and its tensors by name, all but the words."""
    products = graph.kind("MatMulIntegerToFloat")
    layers = [products[start : start + 6] for start in range(0, len(products), 6)]
    places = graph.has(graph.kind("Slice")[0])
    state = {"positions.weight": places, "token_type": np.zeros(places.shape[1], np.float32)}
    norm = "norm"
    for number, layer in enumerate(layers):
        state |= dict(read_layer(graph, f"layers.{number}", norm, layer))
        norm = f"layers.{number}.out_norm"
    last = graph.makers[graph.kind("MatMul")[-1].input[0]]  # what the head reads: the pooled states
    final = graph.makers[graph.makers[last.input[1]].input[0]]
    state |= affine(graph, norm, final)
    head = graph.makers["logits"]
    state["head.bias"] = graph.has(head)
    state["head.weight"] = graph.constant(graph.kind("MatMul")[-1].input[1]).T
    attention = graph.kind("Attention")[0]
    heads = next(one.i for one in attention.attribute if one.name == "q_num_heads")
    epsilon = next(one.f for one in final.attribute if one.name == "epsilon")
    inner = state["layers.0.feed_in.weight"].shape[0]
    (lookup,) = graph.kind("GatherBlockQuantized")
    vocabulary = graph.constants[lookup.input[0]].dims[0]
    shape = Shape(
        vocabulary,
        places.shape[1],
        len(layers),
        heads,
        inner,
        places.shape[0],
        float(np.float32(epsilon)),
        tap_layer,
        len(state["head.bias"]),
    )
    return shape, state


def read_layer(
    graph: Graph, stem: str, norm: str, products: list[Any]
) -> Iterator[tuple[str, Array]]:
    """The tensors of one layer; `norm` names the norm before it."""
    *entering, attention_out, feed_in, feed_out = products
    yield from affine(graph, norm, sibling(graph, norm_before(graph, entering[0]))).items()
    for name, product in zip(("query", "key", "value"), entering, strict=True):
        yield from unfolded(graph, f"{stem}.{name}", product)
    yield f"{stem}.attention_out.weight", graph.matrix(attention_out)
    yield f"{stem}.attention_out.bias", residual_bias(graph, attention_out)
    between = sibling(graph, norm_before(graph, feed_in))
    yield from affine(graph, f"{stem}.attention_norm", between).items()
    yield from unfolded(graph, f"{stem}.feed_in", feed_in)
    weight = graph.matrix(feed_out)
    gelu = graph.next(feed_in.output[0], "Gelu")
    # Earlier exports shifted what GELU gives, so that it was never negative.
    shifts = (graph.has(one) for one in graph.takers[gelu.output[0]] if one.op_type == "Add")
    shift = next(shifts, np.zeros(1, np.float32))
    yield f"{stem}.feed_out.weight", weight
    yield f"{stem}.feed_out.bias", residual_bias(graph, feed_out) + shift * weight.sum(axis=1)


def residual_bias(graph: Graph, product: Any) -> Array:
    """The bias that is added after a product, its tokens' scales and the states it goes along."""
    return graph.has(graph.next(product.output[0], "Mul", "Add", "Add"))


def norm_before(graph: Graph, product: Any) -> Any:
    """The layer norm whose states a product takes, in whole levels."""
    node = product
    while node.op_type != "LayerNormalization":
        node = graph.makers[node.input[0]]
    return node


def sibling(graph: Graph, folded: Any) -> Any:
    """The norm of the same states that stays as it was, for the sum that goes around."""
    norms = [x for x in graph.takers[folded.input[0]] if x.op_type == "LayerNormalization"]
    added = (x for x in norms if any(y.op_type == "Add" for y in graph.takers[x.output[0]]))
    found = next(added, None)
    if found is None:
        raise KeyError(f"no norm beside {folded.output[0]}")
    return found


def affine(graph: Graph, name: str, node: Any) -> dict[str, Array]:
    """The weight and bias of a layer norm, as the state has them."""
    weight, bias = (graph.constant(one) for one in node.input[1:3])
    return {f"{name}.weight": weight, f"{name}.bias": bias}


def unfolded(graph: Graph, name: str, product: Any) -> Iterator[tuple[str, Array]]:
    """A matrix and bias for the states as they were before they were centred and divided."""
    folded = norm_before(graph, product)
    plain = sibling(graph, folded)
    (gamma, beta), (folded_gamma, folded_beta) = (
        [graph.constant(one).astype(np.float64) for one in node.input[1:3]]
        for node in (plain, folded)
    )
    # A channel that the norm shuts is the same whatever it was divided by.
    divisors = np.divide(gamma, folded_gamma, out=np.ones_like(gamma), where=folded_gamma != 0)
    weight = graph.matrix(product) / divisors
    bias = graph.constant(product.input[6]) - weight @ (beta - folded_beta * divisors)
    yield f"{name}.weight", weight.astype(np.float32)
    yield f"{name}.bias", bias.astype(np.float32)
