"""Any sequence-classification model of Hugging Face's transformers, by id or local folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import devices
from models.text import normalise
from models.windows import SURROGATES
from umot.errors import Fatal, Retriable
from umot.plugins import Readings

BATCH = 16  # windows read at once
LONGEST = 512  # tokens of a window, at most
NEUTRAL = np.array([0, 1, 0], np.float32)
# Words that name a class; "very" before one changes nothing.
NAMES = (
    ("negative", "neg", "negatief", "negativ", "négatif", "negativo"),
    ("neutral", "neu", "neutraal", "neutre", "neutro", "mixed"),
    ("positive", "pos", "positief", "positiv", "positif", "positivo"),
)
STARS = (0, 0, 1, 2, 2)  # what one to five stars mean
UNNAMED = {2: (0, 2), 3: (0, 1, 2), 5: STARS}


class Transformers:
    """Any Hugging Face sequence-classification model, by id or local folder (torch)."""

    def __init__(
        self, path: str | None = None, offline: bool = False, device: str = "auto"
    ) -> None:
        """Load the model. Raises `Fatal` where it is absent or its labels are no sentiments."""
        if not path:
            raise Fatal("the model transformers needs model.path: a Hugging Face id or a folder")
        self._device = devices.chosen(device)
        self._tokenizer, model = loaded(path, offline)
        self._weights = class_weights(model.config.id2label, path)
        self._model = model.to(self._device).eval()
        self._before, self._after = special_tokens(self._tokenizer)
        # RoBERTa's positions begin at 2, so two fewer tokens fit than its configuration says.
        room = getattr(model.config, "max_position_embeddings", None) or LONGEST + 2
        self._window = min(LONGEST, room - 2)
        self._name = f"transformers/{named(path, model.config)}"

    @property
    def name(self) -> str:
        """The id or the folder's name, and which version of it was read."""
        return self._name

    @property
    def languages(self) -> frozenset[str]:
        """Such a model does not say."""
        return frozenset()

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """See `umot.plugins.Scorer`. A span is read by itself; there are no vectors."""
        del languages
        pieces = [
            text[start:stop]
            for text, ranges in zip(texts, spans, strict=True)
            for start, stop in ranges
        ]
        return Readings(self._score(texts), self._score(pieces), None, None)

    def _score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [texts, 3]; a long text's windows count by their tokens."""
        sums = np.zeros((len(texts), 3), np.float64)
        weights = np.zeros((len(texts), 1))
        windows = [
            (row, window)
            for row, text in enumerate(texts)
            for window in self._windows(normalise(SURROGATES.sub("\ufffd", text)).text)
        ]
        windows.sort(key=lambda pair: len(pair[1]))
        for start in range(0, len(windows), BATCH):
            group = windows[start : start + BATCH]
            for (row, ids), probabilities in zip(
                group, self._run([ids for _, ids in group]), strict=True
            ):
                sums[row] += probabilities * len(ids)
                weights[row] += len(ids)
        found = np.where(weights > 0, sums / np.maximum(weights, 1), NEUTRAL)
        return found.astype(np.float32)

    def _windows(self, text: str) -> list[list[int]]:
        """The text's tokens in stretches that fit the model, without the special ones."""
        if not text.strip():
            return []
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, truncation=False)[
            "input_ids"
        ]
        size = self._window - len(self._before) - len(self._after)
        return [ids[start : start + size] for start in range(0, len(ids), size)]

    def _run(self, group: Sequence[list[int]]) -> NDArray[np.float64]:
        """Probabilities [windows, 3] of some windows."""
        import torch

        rows = [[*self._before, *ids, *self._after] for ids in group]
        batch = self._tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(self._device)
        with torch.inference_mode():
            logits = self._model(**batch).logits.float()
        probabilities: NDArray[np.float64] = torch.softmax(logits, -1).cpu().numpy()
        return probabilities @ self._weights


def loaded(path: str, offline: bool) -> tuple[Any, Any]:
    """The tokenizer and model. Raises `Fatal`, or `Retriable` where the hub does not answer."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    only_here = offline or Path(path).is_dir()
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=only_here)
        model = AutoModelForSequenceClassification.from_pretrained(
            path, local_files_only=only_here, dtype=torch.float32
        )
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        if only_here or isinstance(error, ValueError):
            raise Fatal(f"model {path!r} cannot be loaded from this disk: {reason}") from error
        raise Retriable(f"model {path!r} cannot be fetched: {reason}") from error
    return tokenizer, model


def named(path: str, config: Any) -> str:
    """A model's name and version: the hub's commit, or a digest of the folder's files.

    Of a weights file the size and the first and last 64 KiB count, which hold its layout and
    its head; whole, a large one would take seconds to read.
    """
    folder = Path(path)
    if not folder.is_dir():
        commit = getattr(config, "_commit_hash", None)
        return f"{path}@{commit[:8]}" if commit else path
    digest = hashlib.blake2b(digest_size=4)
    for file in sorted(one for one in folder.iterdir() if one.is_file()):
        size = file.stat().st_size
        with file.open("rb") as content:
            digest.update(f"{file.name} {size} ".encode() + content.read(65536))
            content.seek(max(size - 65536, 0))
            digest.update(content.read())
    return f"{folder.resolve().name}@{digest.hexdigest()}"


def special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The ids that the tokenizer puts before and after a text."""
    bare = tokenizer("good", add_special_tokens=False)["input_ids"]
    full = tokenizer("good")["input_ids"]
    start = next(at for at in range(len(full)) if full[at : at + len(bare)] == bare)
    return full[:start], full[start + len(bare) :]


def class_weights(labels: Mapping[int, str], path: str) -> NDArray[np.float64]:
    """[the model's classes, 3]: which share of each class is negative, neutral, positive.

    Known are the usual names ("very negative" too), one to five stars, and two, three or five
    unnamed classes, from bad to good as is usual on the hub. Raises `Fatal` for any other.
    """
    names = [str(labels[index]).strip().lower() for index in sorted(labels)]
    words = [
        next((place for place, known in enumerate(NAMES) if plain(name) in known), None)
        for name in names
    ]
    stars = [re.fullmatch(r"([1-5])([ _-]?stars?)?", name) for name in names]
    unnamed = names == [f"label_{index}" for index in range(len(names))]
    if {0, 2} <= set(words) and None not in words:
        places: Sequence[Any] = words
    elif len(names) == len(STARS) and all(stars):
        places = [STARS[int(star[1]) - 1] for star in stars if star]
    elif unnamed and len(names) in UNNAMED:
        places = UNNAMED[len(names)]
    else:
        given = ", ".join(names)
        raise Fatal(
            f"model {path!r} cannot be used for sentiment: its labels are {given}; "
            "known are negative, neutral and positive, 1 to 5 stars, LABEL_0 to LABEL_1, _2 or _4"
        )
    return np.eye(3)[list(places)]


def plain(name: str) -> str:
    """A label's word without how strong it is."""
    return re.sub(r"^(?:very|extremely|somewhat|slightly|mostly)[ _-]", "", name)
