"""How well a model reads labelled texts: it reads them in batches, the figures come of that."""

from __future__ import annotations

import inspect
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import figures
from models.language import Identifier
from umot import config
from umot.errors import Fatal
from umot.plugins import Scorer
from umot.post import LABELS

AT_ONCE = 512  # texts handed to the model at a time
MOST_GROUPS = 100  # of one column, the largest; a column of web addresses has one a row


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the label that people gave it (its index in `LABELS`), and its groups.

    `groups` holds a value for each of the columns that figures are wanted by, `language` what the
    file says (ISO 639-1); None: not given.
    """

    text: str
    label: int
    groups: tuple[str | None, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model made of `n` labelled texts. `seconds` is the time that it read."""

    truth: NDArray[np.int64]  # [n], indices in LABELS
    probabilities: NDArray[np.float32]  # [n, 3]
    groups: dict[str, NDArray[np.object_]] = field(default_factory=dict)  # each [n]
    seconds: float = 0.0

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def table(self) -> figures.Counts:
        """Counts [truth, read]."""
        return figures.confusion(self.truth, self.probabilities.argmax(1))

    def where(self, mask: NDArray[np.bool_]) -> Answers:
        """Those of some rows, without groups."""
        return Answers(self.truth[mask], self.probabilities[mask])


def answers(
    scorer: Scorer,
    rows: Iterable[Labelled],
    columns: Sequence[str] = (),
    *,
    identifier: Identifier | None = None,
    report: Callable[[int], None] = lambda _: None,
) -> Answers:
    """Read `rows`, never holding more texts than a batch; `columns` names their groups.

    The model is told the language of each, as `identifier` hears it or, without one, as the row
    says. `report` is told how many texts are done. Raises `Fatal` for an answer of no use.
    """
    by_language = "languages" in inspect.signature(scorer.read).parameters
    truth: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    found: list[NDArray[np.float32]] = [np.zeros((0, len(LABELS)), np.float32)]
    kept: dict[str | None, str | None] = {}  # one copy of each value
    values: list[list[str | None]] = [[] for _ in columns]
    done, seconds = 0, 0.0
    for batch in batches(rows):
        started = time.perf_counter()
        texts, spans = [row.text for row in batch], [() for _ in batch]
        if by_language:
            read = scorer.read(texts, spans, languages(batch, identifier)).texts
        else:
            read = scorer.read(texts, spans).texts
        seconds += time.perf_counter() - started
        if read.shape != (len(batch), len(LABELS)) or not np.isfinite(read).all():
            raise Fatal(f"the model {scorer.name} gave no probabilities of use for {len(batch)}")
        truth.append(np.array([row.label for row in batch], np.int64))
        found.append(np.asarray(read, np.float32))
        for place, column in enumerate(values):
            column += [kept.setdefault(row.groups[place], row.groups[place]) for row in batch]
        done += len(batch)
        report(done)
    groups = {name: objects(column) for name, column in zip(columns, values, strict=True)}
    return Answers(np.concatenate(truth), np.concatenate(found), groups, seconds)


def batches(rows: Iterable[Labelled]) -> Iterator[list[Labelled]]:
    """The rows in lists of `AT_ONCE`."""
    remaining = iter(rows)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch


def languages(batch: Sequence[Labelled], identifier: Identifier | None) -> list[str | None]:
    """The language of each row, as a post's would be told."""
    if identifier is None:
        return [row.language for row in batch]
    return [identifier.identify(row.text, row.language) for row in batch]


def heard(scorer: Scorer, settings: config.Settings) -> Identifier:
    """What tells the languages of texts apart for this model, as it does for posts."""
    known = scorer.languages or frozenset(settings.model.languages)
    chosen = [one for one in settings.model.languages if one in known] or sorted(known)
    return Identifier(chosen, settings.brand.language)


def objects(values: Sequence[str | None]) -> NDArray[np.object_]:
    """The values as an array that can be masked."""
    made = np.empty(len(values), object)
    made[:] = values
    return made


def together(parts: Sequence[Answers]) -> Answers:
    """The answers to several files as if they were one, with the groups that any of them has."""
    columns = dict.fromkeys(name for part in parts for name in part.groups)
    groups = {
        name: np.concatenate([part.groups.get(name, objects([None] * len(part))) for part in parts])
        for name in columns
    }
    return Answers(
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        groups,
        sum(part.seconds for part in parts),
    )


def brief(found: Answers) -> dict[str, Any]:
    """The main figures, ready for JSON: rates in percent with their intervals, `ece` 0 to 1."""
    rates = figures.rates(found.table)
    error = figures.calibration_error(figures.reliability(found.truth, found.probabilities))
    return {
        "rows": len(found),
        **{name: rounded(float(value)) for name, value in rates.items()},
        "ece": rounded(error),
        "intervals": {
            name: [rounded(end) for end in ends]
            for name, ends in figures.intervals(found.table).items()
        },
    }


def full(found: Answers) -> dict[str, Any]:
    """All figures, ready for JSON; `groups` has the main ones by column and value."""
    labels = figures.per_label(found.table)
    bins = figures.reliability(found.truth, found.probabilities)
    return {
        **brief(found),
        "per_label": {
            name: {key: rounded(value) for key, value in one.items()}
            for name, one in labels.items()
        },
        "confusion": {
            str(label): dict(zip(map(str, LABELS), map(int, row), strict=True))
            for label, row in zip(LABELS, found.table, strict=True)
        },
        "reliability": [
            {key: rounded(value) for key, value in asdict(one).items()} for one in bins
        ],
        "groups": {column: grouped(found, column) for column in found.groups},
        "seconds": round(found.seconds, 3),
    }


def grouped(found: Answers, column: str) -> dict[str, dict[str, Any]]:
    """The main figures by the values of a column, the largest `MOST_GROUPS`, largest first."""
    values = found.groups[column]
    counts = Counter(value for value in values if value is not None)
    names = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_GROUPS]
    return {name: brief(found.where(values == name)) for name in names}


def compared(first: Answers, second: Answers) -> dict[str, dict[str, Any]]:
    """How much better `second` reads the rows of `first`, in points, each with its interval."""
    both = first.probabilities.argmax(1) * len(LABELS) + second.probabilities.argmax(1)
    shape = (len(LABELS),) * 3
    joint = np.bincount(first.truth * len(LABELS) ** 2 + both, minlength=len(LABELS) ** 3)
    return {
        name: {"points": rounded(value), "interval": [rounded(end) for end in ends]}
        for name, (value, ends) in figures.differences(joint.reshape(shape)).items()
    }


def rounded(value: float) -> float:
    """Four decimals: more say nothing."""
    return value if isinstance(value, int) else round(value, 4)
