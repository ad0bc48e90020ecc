"""The encoder as a torch module: post-LN BERT with a tap layer and pooling over spans.

The shape is that of intfloat/multilingual-e5-small: 12 layers, hidden 384, 12 heads,
erf-GELU, positions from 0, token type row 0 added to the positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

DROPOUT = 0.1  # of the embeddings, of what each half of a layer adds, and before the head: BERT's


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of an encoder."""

    vocabulary: int
    hidden: int = 384
    layers: int = 12
    heads: int = 12
    feed_forward: int = 1536
    positions: int = 512
    epsilon: float = 1e-12
    tap_layer: int = 6
    classes: int = 3
    stages: int = 6


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.hidden, shape.hidden)
        self.key = nn.Linear(shape.hidden, shape.hidden)
        self.value = nn.Linear(shape.hidden, shape.hidden)
        self.attention_out = nn.Linear(shape.hidden, shape.hidden)
        self.attention_norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.feed_in = nn.Linear(shape.hidden, shape.feed_forward)
        self.feed_out = nn.Linear(shape.feed_forward, shape.hidden)
        self.out_norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.dropout = nn.Dropout(DROPOUT)

    def split(self, states: Tensor) -> Tensor:
        """[batch, tokens, hidden] to [batch, heads, tokens, hidden / heads]."""
        batch, tokens, hidden = states.shape
        return states.view(batch, tokens, self.heads, hidden // self.heads).transpose(1, 2)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        """States [batch, tokens, hidden] and an additive attention bias [batch, 1, 1, tokens]."""
        query, key, value = (
            self.split(linear(states)) for linear in (self.query, self.key, self.value)
        )
        if torch.onnx.is_in_onnx_export():
            scale = query.shape[-1] ** -0.5
            weights = torch.softmax(query @ key.transpose(-1, -2) * scale + bias, -1)
            mixed = weights @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        mixed = mixed.transpose(1, 2).reshape(states.shape)
        states = self.attention_norm(states + self.dropout(self.attention_out(mixed)))
        fed = self.feed_out(functional.gelu(self.feed_in(states)))
        out: Tensor = self.out_norm(states + self.dropout(fed))
        return out


class Encoder(nn.Module):
    """Token ids to class logits and tap-layer vectors, pooled over spans.

    Span 0 of each row is by convention the whole post.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.positions = nn.Embedding(shape.positions, shape.hidden)
        self.token_type = nn.Parameter(torch.zeros(shape.hidden))
        self.norm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(shape.hidden, shape.classes)
        # Only while training: it keeps what tells stages apart in the vectors of the tap layer.
        self.stage_head = nn.Linear(shape.hidden, shape.stages)

    def forward(self, ids: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        """Read token ids.

        ids, mask: [batch, tokens] (mask 1 where a token is). pool: [batch, spans, tokens],
        each row the weights of a span's tokens, summing to 1 (or to 0 where there is no span).
        Returns logits [batch, spans, classes] and tap vectors [batch, spans, hidden].
        """
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.words(ids) + self.positions(places)[None] + self.token_type
        return self.read(self.dropout(self.norm(states)), mask, pool)

    def read(self, states: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        """From embedded tokens [batch, tokens, hidden] on; see ``forward``."""
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        vectors = states.new_zeros(())
        for number, layer in enumerate(self.layers, start=1):
            states = layer(states, bias)
            if number == self.shape.tap_layer:
                vectors = pool @ states
        return self.head(self.dropout(pool @ states)), vectors
