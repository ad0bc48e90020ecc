"""What a connector and a model are, and where they come from: entry points, ours included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from umot.errors import Fatal, UnknownName
from umot.post import Batch, Post, RawItem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONNECTORS = "umot.connectors"
MODELS = "umot.models"


class Connector(Protocol):
    """The code for a platform, made for one source.

    A class or function registered under ``umot.connectors`` is called with the source's settings
    as keyword arguments (all but `name`, `connector`, `brand` and `role`) and, where it has a
    parameter `home`, the data folder, and returns one of these. Its docstring's first line is
    what ``umot connectors`` shows. It raises `Fatal` for settings that cannot work.
    """

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what is new since `cursor`, a page at a time, never holding a whole source.

        Raises `Retriable` or `Fatal`; batches yielded before that stay stored.
        """
        ...

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Posts of one raw item: pure, so that stored items can be parsed again.

        Raises `Skippable` where the item cannot be used.
        """
        ...


@runtime_checkable
class Observer(Connector, Protocol):
    """A connector that can look at single posts again: what `umot watch` asks. Optional.

    `observed_at_once` is how many posts one request looks at, `observed_requests` how many
    requests the platform's limits leave for this every ten minutes.
    """

    observed_at_once: int
    observed_requests: int

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Ask for posts again; `known` are the items stored of them.

        Yields one batch for each request, in the order of `known`, with what is to be parsed and
        stored in their place: fresh counts, or what `parse` makes a deleted post of. A post of
        which nothing is learnt is left out. Raises as `fetch` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Readings:
    """What a scorer read in `n` texts with `m` spans in all (spans of all texts in one row).

    Columns of probabilities are in the order of `umot.post.LABELS`. `vectors` are None where the
    model offers none; `space` names the vector space they live in.
    """

    texts: NDArray[np.float32]  # [n, 3]
    spans: NDArray[np.float32]  # [m, 3], each span in the context of its text
    vectors: NDArray[np.float32] | None  # [m, dimensions]
    space: str | None


class Scorer(Protocol):
    """A model that reads sentiment. Registered under ``umot.models``.

    A factory registered there is called with the `[model]` settings it has parameters for.
    """

    @property
    def name(self) -> str:
        """Name and version: the `model` column of what it reads."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes it reads; empty where it does not say."""
        ...

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """Read `texts`, whole however long, and the character ranges `spans` of each.

        `languages` of the texts (ISO 639-1; None where not known), for a model that is calibrated
        for each. A model without this parameter is used too.
        """
        ...


def available(group: str) -> dict[str, EntryPoint]:
    """The plug-ins registered in `group`, by name, sorted."""
    return {point.name: point for point in sorted(entry_points(group=group))}


def load(group: str, name: str) -> Any:
    """The factory registered as `name`. Raises `UnknownName`, or `Fatal` if it cannot import."""
    points = available(group)
    if name not in points:
        what = "connector" if group == CONNECTORS else "model"
        raise UnknownName(what, name, points)
    try:
        return points[name].load()
    except ImportError as error:
        raise Fatal(f"{name} cannot be loaded: {error}") from error
