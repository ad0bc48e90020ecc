"""The encoder at work: a folder of weights, what runs it, and no more memory than a batch needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models import metadata
from models.calibration import bent
from models.session import Session
from models.windows import (
    START,
    STOP,
    Batch,
    Range,
    Window,
    batches,
    collate,
    tokenise,
    windows,
)
from umot.errors import Fatal
from umot.plugins import Readings

Array = NDArray[np.float32]

AT_ONCE = 512  # texts whose tokens are held at a time, at least
SHORT_TEXT = 16  # tokens: of such, as many are held as fill a batch
AHEAD = 3  # batches for each worker: one is run, two wait while the next texts become tokens
NEUTRAL = np.array([0, 1, 0], np.float32)


class Backend(Protocol):
    """What runs the network."""

    @property
    def budget(self) -> int:
        """How many tokens a batch may have, padding included."""
        ...

    @property
    def workers(self) -> int:
        """How many batches to run at once, each from a thread of its own."""
        ...

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """One pass: logits [windows, 1 + spans, 3] and vectors [windows, 1 + spans, hidden]."""
        ...


@dataclass(frozen=True, slots=True)
class Pooled:
    """Raw outputs for `n` texts and `m` spans; rows of those without a token are NaN."""

    texts: Array  # logits [n, 3]
    spans: Array  # logits [m, 3]
    vectors: Array  # [m, hidden], of the tap layer


class Sums:
    """Weighted sums over windows: a part of a text counts by its tokens."""

    def __init__(self, rows: int, columns: int) -> None:
        self.values = np.zeros((rows, columns), np.float32)
        self.weights = np.zeros((rows, 1), np.float32)

    def add(self, row: int, values: Array, weight: int) -> None:
        """Count `values` for `row`, `weight` times."""
        self.values[row] += values * np.float32(weight)
        self.weights[row] += weight

    def means(self) -> Array:
        """The means; NaN for a row without any weight."""
        none = self.weights == 0
        return np.where(none, np.nan, self.values / np.where(none, 1, self.weights))


class Encoder:
    """Reads sentiment and vectors of texts and of spans in their context, in one pass.

    Made from a folder of weights (`metadata.Metadata`); `threads` 0 is all cores. `backend` runs
    them, by default onnxruntime on the CPU. Raises `Fatal` for weights that are missing, damaged
    or of another version.
    """

    def __init__(self, folder: Path, *, threads: int = 0, backend: Backend | None = None) -> None:
        self.metadata = metadata.read(folder)
        self.mean = np.array(self.metadata.mean, np.float32)
        try:
            self.tokenizer = Tokenizer.from_file(str(folder / metadata.TOKENIZER))
            self.backend = backend or Session(folder / metadata.GRAPH, threads=threads)
        except Exception as error:  # tokenizers raises nothing narrower for a damaged file
            raise Fatal(f"the weights in {folder} cannot be loaded: {error}") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.budget = self.backend.budget
        self.check(folder)

    def check(self, folder: Path) -> None:
        """Raise `Fatal` where graph, tokenizer and description are not of one model."""
        specials = [self.tokenizer.token_to_id(one) for one in ("<s>", "</s>")]
        try:
            logits, vectors = self.run(collate([Window(0, [START, STOP], [])]))
        except Fatal:
            raise
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise Fatal(f"the files in {folder} do not fit together: {error}") from error
        shapes = logits.shape[2:], vectors.shape[2:]
        if specials != [START, STOP] or shapes != ((3,), (self.metadata.hidden,)):
            given = f"its specials are {specials}, its outputs {shapes}"
            raise Fatal(f"the files in {folder} do not fit together: {given}")

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Range]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """Read `texts`, whole however long, and the character ranges `spans` of each.

        `languages` of the texts say which calibration holds for each and its spans. A text or
        span without a token (empty, nothing but space) is neutral, with a zero vector. Vectors
        have the corpus mean taken off, so that cosines between them tell texts apart.
        """
        divisors = self.temperatures(languages or [None] * len(texts))
        if len(divisors) != len(texts):
            raise ValueError(f"{len(texts)} texts but languages of {len(divisors)}")
        pooled = self.pool(texts, spans)
        counts = np.array([len(one) for one in spans], np.int64)
        vectors = np.nan_to_num(pooled.vectors - self.mean, nan=0.0)
        return Readings(
            self.probabilities(pooled.texts, divisors),
            self.probabilities(pooled.spans, np.repeat(divisors, counts)),
            vectors,
            self.metadata.space,
        )

    def temperatures(self, languages: Sequence[str | None]) -> Array:
        """The calibrated temperature of each text, [texts]."""
        known, other = self.metadata.temperatures, self.metadata.temperature
        return np.array([known.get(one or "", other) for one in languages], np.float32)

    def probabilities(self, logits: Array, temperatures: Array | None = None) -> Array:
        """Softmax of logits [n, 3], bent, at temperatures [n] (by default that of no language).

        Neutral for rows of NaN.
        """
        if temperatures is None:
            temperatures = np.full(len(logits), self.metadata.temperature, np.float32)
        powers = np.exp(bent(logits, self.metadata.bend) / temperatures[:, None])
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
        made = self.batches(texts, spans, firsts, whole)
        for batch, (logits, vectors) in self.answered(made):
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
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Range]],
        firsts: Sequence[int],
        whole: list[tuple[int, int]],
    ) -> Iterator[Batch]:
        """The batches of texts whose first spans are `firsts`; tokens of few are held at a time.

        A span that is all of its text is added to `whole`, with the text.
        """
        size = self.metadata.window
        at_once = max(AT_ONCE, self.budget // SHORT_TEXT)
        for start in range(0, len(texts), at_once):
            found: list[Window] = []
            for index in range(start, min(start + at_once, len(texts))):
                one = tokenise(self.tokenizer, texts[index], spans[index])
                found += windows(one, text=index, first_span=firsts[index], size=size)
                whole += [
                    (number, index)
                    for number, span in enumerate(one.spans, start=firsts[index])
                    if one.ids and span == (0, len(one.ids))
                ]
            yield from batches(found, self.budget)

    def answered(self, found: Iterable[Batch]) -> Iterator[tuple[Batch, tuple[Array, Array]]]:
        """The batches with what `run` makes of each, in their order; few are held at a time."""
        workers = self.backend.workers
        if workers == 1:
            yield from ((batch, self.run(batch)) for batch in found)
            return
        waiting: deque[tuple[Batch, Future[tuple[Array, Array]]]] = deque()
        with ThreadPoolExecutor(workers, "encoder") as pool:
            try:
                coming = iter(found)
                while True:
                    for batch in islice(coming, AHEAD * workers - len(waiting)):
                        waiting.append((batch, pool.submit(self.run, batch)))
                    if not waiting:
                        return
                    first, answer = waiting.popleft()
                    yield first, answer.result()
            finally:  # after an error, what has not begun need not be run
                for _, answer in waiting:
                    answer.cancel()

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """One pass of the backend. Raises `Fatal` where it gives no numbers."""
        logits, vectors = self.backend.run(batch)
        if not (np.isfinite(logits).all() and np.isfinite(vectors).all()):
            raise Fatal(f"the weights {self.metadata.name} are damaged: they answer with NaN")
        return logits, vectors
