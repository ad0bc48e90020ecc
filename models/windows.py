"""Texts as windows of tokens: where each span went, and how a long text is cut."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.text import normalise

Range = tuple[int, int]

START, PAD, STOP = 0, 1, 2  # the ids of <s>, <pad> and </s>
NAMES = re.compile(r"(?:[\s.]*@\w+[\s:,]*)+")
SURROGATES = re.compile("[\ud800-\udfff]")  # halves of characters, which no tokenizer takes


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as token ids without specials, and the token range of each of its spans.

    A span without any token (empty, or nothing but space) has the range (0, 0).
    """

    ids: list[int]
    spans: list[Range]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that is read in one go.

    `ids` has `<s>` and `</s>` around it. `spans` are (number of the span, first token, token
    after the last) of the spans that have tokens in it, counted in `ids`.
    """

    text: int
    ids: list[int]
    spans: list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows padded to one length: what the graph takes. `pool` row 0 is the whole window."""

    windows: Sequence[Window]
    ids: NDArray[np.int64]  # [windows, tokens]
    mask: NDArray[np.int64]  # [windows, tokens]
    pool: NDArray[np.float32]  # [windows, 1 + spans, tokens]


def tokenise(tokenizer: Tokenizer, text: str, spans: Sequence[Range]) -> Tokens:
    """Tokens of `text`; `spans` are character ranges of it, as people see it."""
    ready = normalise(SURROGATES.sub("\ufffd", text))
    encoding = tokenizer.encode(ready.text.rstrip(), add_special_tokens=False)
    if not ready.text.strip():
        return Tokens([], [(0, 0)] * len(spans))
    starts = [start for start, _ in encoding.offsets]
    stops = [stop for _, stop in encoding.offsets]
    found = []
    for span in spans:
        start, stop = trim(text, span)
        if start >= stop:
            found.append((0, 0))
            continue
        first = ready.place(start)
        last = max(ready.place(stop), first + 1)  # both may lie within one replaced link
        here = bisect_right(stops, first), bisect_left(starts, last)
        found.append(here if here[0] < here[1] else (0, 0))
    return Tokens(encoding.ids, found)


def trim(text: str, span: Range) -> Range:
    """The span without space at its ends, and without the @names it addresses, if more is said.

    A token begins with the space before its word; a name says nothing of the moment.
    """
    start, stop = max(span[0], 0), min(span[1], len(text))
    names = NAMES.match(text, start, stop)
    if names and any(map(str.isalnum, text[names.end() : stop])):
        start = names.end()
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop


def cut(tokens: Tokens, size: int) -> list[Range]:
    """Token ranges of at most `size` that make up the text, of like length.

    Each ends where a span begins, if one begins near; else between any two tokens.
    """
    total = len(tokens.ids)
    borders = sorted({start for start, stop in tokens.spans if stop > start})
    ranges = []
    start = 0
    while total - start > size:
        rest = total - start
        aim = start + math.ceil(rest / math.ceil(rest / size))
        near = [border for border in borders if start + (aim - start) // 2 < border <= start + size]
        stop = min(near, key=lambda border: abs(border - aim), default=aim)
        ranges.append((start, stop))
        start = stop
    ranges.append((start, total))
    return ranges


def windows(tokens: Tokens, *, text: int, first_span: int, size: int) -> Iterator[Window]:
    """The windows of one text. `size` counts `<s>` and `</s>`; spans count from `first_span`."""
    if not tokens.ids:
        return
    for start, stop in cut(tokens, size - 2):
        inside = []
        for number, (first, last) in enumerate(tokens.spans, start=first_span):
            here = max(first, start) - start + 1, min(last, stop) - start + 1
            if here[0] < here[1]:
                inside.append((number, *here))
        yield Window(text, [START, *tokens.ids[start:stop], STOP], inside)


def batches(found: Iterable[Window], budget: int) -> Iterator[Batch]:
    """Batches of like length, of at most `budget` tokens with padding (or a single window)."""
    group: list[Window] = []
    for window in sorted(found, key=lambda window: len(window.ids)):
        if group and (len(group) + 1) * len(window.ids) > budget:
            yield collate(group)
            group = []
        group.append(window)
    if group:
        yield collate(group)


def collate(group: Sequence[Window]) -> Batch:
    """Pad windows to one length and weigh the tokens of each span evenly."""
    width = max(len(window.ids) for window in group)
    spans = 1 + max(len(window.spans) for window in group)
    ids = np.full((len(group), width), PAD, np.int64)
    mask = np.zeros((len(group), width), np.int64)
    pool = np.zeros((len(group), spans, width), np.float32)
    for row, window in enumerate(group):
        length = len(window.ids)
        ids[row, :length] = window.ids
        mask[row, :length] = 1
        pool[row, 0, :length] = 1 / length
        for place, (_, start, stop) in enumerate(window.spans, start=1):
            pool[row, place, start:stop] = 1 / (stop - start)
    return Batch(group, ids, mask, pool)
