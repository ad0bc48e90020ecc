"""What a training starts from: the base of the bundled weights, or finished weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from models import metadata, restored
from models.metadata import Metadata
from models.training import base, recipe
from models.training.base import Quantised
from models.training.network import Encoder, Shape
from models.training.teacher import weights
from umot.errors import Fatal

BASE = "base"
Made = tuple[Encoder, Quantised, dict[str, Any]]  # the network, its words and tokenizer's JSON


class Start(Protocol):
    """Where the network comes from."""

    @property
    def origin(self) -> str:
        """The base below it all, for the description of the result."""
        ...

    @property
    def notes(self) -> dict[str, Any]:
        """What else the description of the result is to say."""
        ...

    @property
    def described(self) -> Metadata | None:
        """The description of the weights it starts from; None for the base."""
        ...

    def shape(self) -> Shape:
        """The sizes of its network; of the base, all but the vocabulary."""
        ...

    def identity(self) -> str:
        """What tells it from another start."""
        ...

    def network(self, out: Path) -> Made:
        """The network, its heads drawn from torch's dice where it has none."""
        ...

    def forget(self, out: Path) -> None:
        """Remove what it left in `out` for another training."""
        ...


@dataclass(frozen=True)
class FromBase:
    """The base from its wheels in `cache`, its vocabulary trimmed to `texts` and `word_lists`.

    Or, so that a mean can be taken with them, with the vocabulary and the head of the weights in
    `like`.
    """

    cache: Path
    texts: Callable[[], Iterable[str]]
    word_lists: tuple[Path, ...] = ()
    sets: Collection[str] = ()
    like: Path | None = None
    origin: str = base.NAME
    notes: dict[str, Any] = field(default_factory=dict)
    described: Metadata | None = None

    def shape(self) -> Shape:
        """The base's; see `Start`."""
        return Shape(recipe.PIECES, tap_layer=recipe.TAP_LAYER)

    def identity(self) -> str:
        """The base, the sets and word lists that its vocabulary is trimmed to."""
        if self.like:
            return f"{self.origin} like {metadata.digest(self.like / metadata.FILE)[:12]}"
        digest = hashlib.sha256()
        for path in self.word_lists:
            digest.update(path.read_bytes())
        digest.update(json.dumps(sorted(self.sets)).encode())
        return f"{self.origin} {digest.hexdigest()[:12]}"

    def network(self, out: Path) -> Made:
        """The base, downloaded and trimmed where that was not done before."""
        base.fetch(self.cache)
        if self.like:
            model, words, tokenizer = restored.network(self.like)
            network = base.encoder(base.read(self.cache), words, tap_layer=recipe.TAP_LAYER)
            network.head.load_state_dict(model.head.state_dict())
            blank(network.stage_head)
            return network, words, tokenizer
        if not all((out / name).is_file() for name in recipe.VOCABULARY):
            recipe.trimmed(out, self.texts(), wheels=self.cache)
        words, tokenizer = recipe.vocabulary_in(out)
        network = base.encoder(base.read(self.cache), words, tap_layer=recipe.TAP_LAYER)
        return network, words, tokenizer

    def forget(self, out: Path) -> None:
        """Remove the trimmed vocabulary."""
        for name in recipe.VOCABULARY:
            (out / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class FromWeights:
    """Finished weights in `folder`."""

    folder: Path
    described: Metadata
    origin: str
    notes: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> FromWeights:
        """Those in a folder. Raises `Fatal` where there are none, or they are damaged."""
        described = metadata.read(folder)
        origin = str(described.notes.get("base", "unknown"))
        return cls(folder, described, origin, {"start": lineage(described)})

    def shape(self) -> Shape:
        """See `Start`."""
        return restored.network(self.folder)[0].shape

    def identity(self) -> str:
        """Their name and the digest of their description."""
        digest = metadata.digest(self.folder / metadata.FILE)
        return f"{self.described.name} {digest[:12]}"

    def network(self, out: Path) -> Made:
        """The network read back from the graph, its stage head blank."""
        network, words, tokenizer = restored.network(self.folder)
        blank(network.stage_head)
        return network, words, tokenizer

    def forget(self, out: Path) -> None:
        """Nothing was left."""


def opened(
    name: str,
    cache: Path,
    sentiment: Path | None,
    sets: Collection[str],
    word_lists: Sequence[Path],
    like: Path | None = None,
) -> Start:
    """The start that `name` means: ``base``, ``bundled`` or a folder of weights.

    The base is kept in `cache`; its vocabulary comes from the `sets` in the folder `sentiment` and
    the word lists, or from the weights in `like`. Raises `Fatal` where the weights, or that folder,
    are not there.
    """
    if name != BASE:
        return FromWeights.of(folder(name))
    if like is not None:
        return FromBase(cache, tuple, like=like)
    if sentiment is None:
        raise Fatal("the base needs public sets for its vocabulary")
    lists = tuple(word_lists)
    return FromBase(
        cache, lambda: recipe.texts_for_vocabulary(sentiment, lists, sets), lists, tuple(sets)
    )


def blank(head: torch.nn.Linear) -> None:
    """Make a head say nothing yet: random, it would first push the vectors about it learns from."""
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()


def folder(name: str) -> Path:
    """The folder of weights that `name` means: ``bundled`` or a path, be it there or not."""
    return weights(name) or Path(name)


def check_terms(
    start: Start, teacher: str | None, mean_with: Path | None, allowed: Collection[str]
) -> None:
    """Raise `Fatal` where weights that go along were made of sets of other licences."""
    if start.described:
        check_licences(start.described, allowed)
    if mean_with:
        check_licences(metadata.read(mean_with), allowed)
    if taught_by := weights(teacher) if teacher else None:
        check_licences(metadata.read(taught_by), allowed)


def lineage(described: Metadata) -> dict[str, Any]:
    """What weights are called and made of, for the notes of those that are made from them."""
    kept = ("sets", *metadata.ORIGINS)
    made_of = {key: value for key, value in described.notes.items() if key in kept}
    return {"name": described.name, **made_of}


def licences(described: Metadata) -> dict[str, str]:
    """The licence of each set that weights were made of, at any time."""
    return dict(metadata.sets_of(described.notes))


def check_licences(described: Metadata, allowed: Collection[str]) -> None:
    """Raise `Fatal` unless weights are known to be made of sets of these licences only."""
    if not allowed:
        return
    found = licences(described)
    wrong = [name for name, licence in found.items() if licence not in {*allowed, "yours"}]
    if wrong or not found:
        what = f"were made of {', '.join(wrong[:5])} too" if wrong else "do not say their sets"
        raise Fatal(
            f"the weights {described.name} {what}, which --licence {' '.join(sorted(allowed))} "
            "does not allow: train with --start base"
        )
