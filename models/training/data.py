"""Labelled rows for training: chosen by set, language and licence, balanced, normalised."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from models.text import normalise
from umot import journey
from umot.errors import Fatal
from umot.post import LABELS

STAGES = (*journey.STAGES, journey.NONE)
OWN_SET = "own"  # the name of the set of posts in OWN, whose licence is ok
OWN = Path(__file__).parent / "posts"  # texts that the umot authors wrote to train on


Soft = tuple[float, ...]  # what a teacher thinks likely: a probability for each of `LABELS`


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start` to `stop` of a text; `label` and `stage` are indices, None: not known."""

    start: int
    stop: int
    label: int | None = None
    stage: int | None = None
    soft: Soft | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn from.

    `label` is the index in `LABELS`, `stage` that in `STAGES`, None where nobody said. `parts`
    are its moments, each with an answer of its own. `soft` is a teacher's answer.
    """

    text: str
    label: int | None
    language: str
    source: str
    stage: int | None = None
    parts: tuple[Part, ...] = ()
    soft: Soft | None = None


@dataclass(frozen=True, slots=True)
class SetPlan:
    """How much of a set is taken.

    `amount` up to 3 is so many times the whole set, above that a number of rows. `balance`: no
    label gets more than so many times the rows of the rarest. `licence`: ``ok`` (commercial use
    allowed), ``unclear`` or ``nc`` (not allowed).
    """

    amount: float
    licence: str
    balance: float | None = None

    def rows_of(self, there: int) -> int:
        """How many rows to take where so many are there: at most three times each."""
        return min(int(self.amount if self.amount > 3 else self.amount * there), 3 * there)


def sets_in(folder: Path, split: str) -> dict[str, Path]:
    """The sets in `folder` that have this split, by name (``SET_SPLIT.parquet``)."""
    suffix = f"_{split}.parquet"
    found = {path.name.removesuffix(suffix): path for path in sorted(folder.glob(f"*{suffix}"))}
    if not found:
        raise Fatal(f"no labelled files named *{suffix} in {folder}")
    return found


def read(path: Path) -> list[Row]:
    """The rows of one set, with the same normalisation that posts get. Raises `Fatal`."""
    try:
        table = parquet.read_table(path, columns=["text", "label", "language", "source"])
        return [
            Row(
                normalise(row["text"]).text,
                LABELS.index(row["label"]),
                row["language"],
                row["source"],
            )
            for row in table.to_pylist()
            if row["text"].strip()
        ]
    except (pa.ArrowException, OSError, KeyError, ValueError, AttributeError) as error:
        raise Fatal(f"{path} is no file of labelled rows: {error}") from error


def allowed(
    plan: Mapping[str, SetPlan],
    *,
    licences: Collection[str] = (),
    languages: Collection[str] = (),
    sets: Collection[str] = (),
) -> dict[str, SetPlan]:
    """The part of a plan of these licences, languages and sets; an empty choice is all of them.

    Our own posts are in several languages: their set is in any choice of those. Raises `Fatal`
    for a name that is not in the plan, and where nothing is left.
    """
    unknown = [name for name in sets if name not in plan]
    if unknown:
        raise Fatal(f"no set {', '.join(unknown)}; there are: {', '.join(plan)}")
    chosen = {
        name: one
        for name, one in plan.items()
        if (not licences or one.licence in licences)
        and (not languages or name == OWN_SET or name.rpartition("_")[2] in languages)
        and (not sets or name in sets)
    }
    if not chosen:
        raise Fatal("no set is left by this choice of licences, languages and sets")
    return chosen


def choose(sets: Mapping[str, Path], plan: Mapping[str, SetPlan], seed: int) -> list[Row]:
    """The rows of a plan, shuffled. Raises `Fatal` for a set whose file is not there."""
    chooser = random.Random(seed)
    chosen: list[Row] = []
    for name, one in plan.items():
        if name not in sets:
            raise Fatal(f"no set {name!r}; there are: {', '.join(sets)}")
        chosen += take(read(sets[name]), one, chooser)
    chooser.shuffle(chosen)
    return chosen


def take(rows: list[Row], plan: SetPlan, chooser: random.Random) -> list[Row]:
    """The rows that a plan takes of one set; at most three times the whole set."""
    if not rows:
        return []
    chooser.shuffle(rows)
    if plan.balance:
        counts = Counter(row.label for row in rows)
        most = int(plan.balance * min(counts.values()))
        seen: Counter[int | None] = Counter()
        kept = []
        for row in rows:
            seen[row.label] += 1
            if seen[row.label] <= most:
                kept.append(row)
        rows = kept
    repeats, rest = divmod(plan.rows_of(len(rows)), len(rows))
    return rows * repeats + rows[:rest]


def own_posts(folder: Path = OWN, *, languages: Collection[str] = ()) -> list[Row]:
    """The posts written for training, with the label and stage of each of their moments."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                post = json.loads(line)
                row = own_post(post)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Fatal(f"{path}, line {number}: {error}") from error
            if not languages or row.language in languages:
                rows.append(row)
    return rows


def own_post(post: Mapping[str, Any]) -> Row:
    """A row from ``{language, label, moments: [{text, label, stage}, …]}``; moments joined.

    A label or stage that is null was left open by who wrote or read it.
    """
    text, parts = "", []
    for moment in post["moments"]:
        words = normalise(moment["text"]).text.strip()
        start = len(text) + 1 if text else 0
        text = f"{text} {words}" if text else words
        label, stage = (
            place(moment["label"], LABELS, "label"),
            place(moment["stage"], STAGES, "stage"),
        )
        parts.append(Part(start, len(text), label, stage))
    whole = place(post["label"], LABELS, "label")
    if len(parts) == 1:
        return Row(text, whole, post["language"], OWN_SET, parts[0].stage)
    return Row(text, whole, post["language"], OWN_SET, None, tuple(parts))


def place(name: str | None, names: Sequence[str], what: str) -> int | None:
    """The index of a name, case ignored; None for none. Raises `ValueError` with the valid ones."""
    if name is None:
        return None
    if name.lower() not in names:
        raise ValueError(f"{what} {name[:40]!r} is not one of {', '.join(names)}")
    return list(names).index(name.lower())


def with_stages(rows: Iterable[Row], stages: Mapping[str, int]) -> list[Row]:
    """The rows, with the stage that `stages` gives for their text where it gives one."""
    return [replace(row, stage=stages.get(row.text, row.stage)) for row in rows]


def all_texts(folder: Path, sets: Collection[str] = ()) -> Iterator[str]:
    """Every training and validation text of the sets below `folder` (for the vocabulary)."""
    for path in sorted(folder.rglob("*.parquet")):
        found = re.fullmatch(r"(?!stages_gold)(.+)_(?:train|validation)\.parquet", path.name)
        if found and (not sets or found[1] in sets):
            yield from parquet.read_table(path, columns=["text"])["text"].to_pylist()


def by_language(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows grouped by language."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.language].append(row)
    return groups
