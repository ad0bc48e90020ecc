"""The encoder at work: a folder of weights, onnxruntime, and no more memory than a batch needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models import metadata
from models.windows import Batch, Range, Tokens, batches, tokenise, windows
from umot.errors import Fatal
from umot.plugins import Readings

BUDGET = 768  # tokens of a batch, padding included: more is no faster and takes more memory
AT_ONCE = 512  # texts whose tokens are held at a time
NEUTRAL = np.array([0, 1, 0], np.float32)


@dataclass(frozen=True, slots=True)
class Pooled:
    """Raw outputs for `n` texts and `m` spans; rows of those without a token are NaN."""

    texts: NDArray[np.float32]  # logits [n, 3]
    spans: NDArray[np.float32]  # logits [m, 3]
    vectors: NDArray[np.float32]  # [m, hidden], of the tap layer


class Sums:
    """Weighted sums over windows: a part of a text counts by its tokens."""

    def __init__(self, rows: int, columns: int) -> None:
        self.values = np.zeros((rows, columns), np.float32)
        self.weights = np.zeros((rows, 1), np.float32)

    def add(self, row: int, values: NDArray[np.float32], weight: int) -> None:
        """Count `values` for `row`, `weight` times."""
        self.values[row] += values * np.float32(weight)
        self.weights[row] += weight

    def means(self) -> NDArray[np.float32]:
        """The means; NaN for a row without any weight."""
        none = self.weights == 0
        return np.where(none, np.nan, self.values / np.where(none, 1, self.weights))


class Encoder:
    """Reads sentiment and vectors of texts and of spans in their context, in one pass.

    Made from a folder of weights (`metadata.Metadata`); `threads` 0 is all cores. Raises `Fatal`
    for weights that are missing, damaged or of another version.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        self.metadata = metadata.read(folder)
        self.mean = np.array(self.metadata.mean, np.float32)
        try:
            self.tokenizer = Tokenizer.from_file(str(folder / metadata.TOKENIZER))
            self.session = onnxruntime.InferenceSession(
                folder / metadata.GRAPH, session_options(threads), ["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise classes of their own for any damage
            raise Fatal(f"the weights in {folder} cannot be loaded: {error}") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Range]]) -> Readings:
        """Read `texts`, whole however long, and the character ranges `spans` of each.

        A text or span without a token (empty, nothing but space) is neutral, with a zero vector.
        Vectors have the corpus mean taken off, so that cosines between them tell texts apart.
        """
        pooled = self.pool(texts, spans)
        vectors = np.nan_to_num(pooled.vectors - self.mean, nan=0.0)
        return Readings(
            self.probabilities(pooled.texts),
            self.probabilities(pooled.spans),
            vectors,
            self.metadata.space,
        )

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Softmax of logits [n, 3] at the calibrated temperature; neutral for rows of NaN."""
        scaled = logits / np.float32(self.metadata.temperature)
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        found = powers / powers.sum(axis=1, keepdims=True)
        return np.where(np.isnan(found), NEUTRAL, found).astype(np.float32)

    def pool(self, texts: Sequence[str], spans: Sequence[Sequence[Range]]) -> Pooled:
        """Logits and tap-layer vectors as the graph gives them; the order is that of the input."""
        if len(texts) != len(spans):
            raise ValueError(f"{len(texts)} texts but spans of {len(spans)}")
        firsts = np.cumsum([0, *map(len, spans)]).tolist()
        text_sums = Sums(len(texts), 3)
        span_sums = Sums(firsts[-1], 3)
        vector_sums = Sums(firsts[-1], self.metadata.hidden)
        whole: list[tuple[int, int]] = []  # spans that are all of their text, and the text
        for start in range(0, len(texts), AT_ONCE):
            here = range(start, min(start + AT_ONCE, len(texts)))
            tokens = [tokenise(self.tokenizer, texts[index], spans[index]) for index in here]
            whole += [
                (firsts[index] + place, index)
                for index, one in zip(here, tokens, strict=True)
                for place, span in enumerate(one.spans)
                if one.ids and span == (0, len(one.ids))
            ]
            for batch in self.batches(tokens, here, firsts):
                logits, vectors = self.run(batch)
                for row, window in enumerate(batch.windows):
                    text_sums.add(window.text, logits[row, 0], len(window.ids) - 2)
                    for place, (span, first, last) in enumerate(window.spans, start=1):
                        span_sums.add(span, logits[row, place], last - first)
                        vector_sums.add(span, vectors[row, place], last - first)
        found = Pooled(text_sums.means(), span_sums.means(), vector_sums.means())
        for span, text in whole:  # a post of one moment feels as that moment does
            found.spans[span] = found.texts[text]
        return found

    def batches(
        self, tokens: Sequence[Tokens], indices: range, firsts: Sequence[int]
    ) -> Iterator[Batch]:
        """The batches of some texts: those at `indices`, whose first spans are `firsts`."""
        size = self.metadata.window
        found = (
            window
            for index, one in zip(indices, tokens, strict=True)
            for window in windows(one, text=index, first_span=firsts[index], size=size)
        )
        return batches(found, BUDGET)

    def run(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """One pass: logits [windows, 1 + spans, 3] and vectors [windows, 1 + spans, hidden]."""
        feed = {"input_ids": batch.ids, "attention_mask": batch.mask, "pool": batch.pool}
        logits, vectors = self.session.run(["logits", "vectors"], feed)
        return logits, vectors


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """How onnxruntime runs the graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads sleep: spinning ones take the processor from everything else that runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graph names its fused kernels itself; more fusing makes its layer norms slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options
