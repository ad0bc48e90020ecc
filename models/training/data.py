"""Labelled rows for training: chosen by set, language and licence, balanced, normalised."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from models.text import normalise
from umot import journey
from umot.errors import Fatal
from umot.post import LABELS

STAGES = (*journey.STAGES, journey.NONE)
OWN = Path(__file__).parent / "posts"  # texts that the umot authors wrote to train on


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start` to `stop` of a text; `label` and `stage` are indices, None: not known."""

    start: int
    stop: int
    label: int | None = None
    stage: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn from.

    `label` is the index in `LABELS`, `stage` that in `STAGES`, None where nobody said. `parts`
    are its moments, each with an answer of its own.
    """

    text: str
    label: int | None
    language: str
    source: str
    stage: int | None = None
    parts: tuple[Part, ...] = ()


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


def sets_in(folder: Path, split: str) -> dict[str, Path]:
    """The sets below `folder` that have this split, by name (``SET_SPLIT.parquet``)."""
    suffix = f"_{split}.parquet"
    found = {path.name.removesuffix(suffix): path for path in sorted(folder.glob(f"*{suffix}"))}
    if not found:
        raise Fatal(f"no labelled files named *{suffix} in {folder}")
    return found


def read(path: Path) -> list[Row]:
    """The rows of one set, with the same normalisation that posts get."""
    table = parquet.read_table(path, columns=["text", "label", "language", "source"])
    return [
        Row(normalise(row["text"]).text, LABELS.index(row["label"]), row["language"], row["source"])
        for row in table.to_pylist()
        if row["text"].strip()
    ]


def allowed(
    plan: Mapping[str, SetPlan],
    *,
    licences: Collection[str] = (),
    languages: Collection[str] = (),
    sets: Collection[str] = (),
) -> dict[str, SetPlan]:
    """The part of a plan of these licences, languages and sets; an empty choice is all of them.

    Raises `Fatal` for a name that is not in the plan, and where nothing is left.
    """
    unknown = [name for name in sets if name not in plan]
    if unknown:
        raise Fatal(f"no set {', '.join(unknown)}; there are: {', '.join(plan)}")
    chosen = {
        name: one
        for name, one in plan.items()
        if (not licences or one.licence in licences)
        and (not languages or name.rpartition("_")[2] in languages)
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
    """The rows that a plan takes of one set."""
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
    wanted = int(plan.amount if plan.amount > 3 else plan.amount * len(rows))
    repeats, rest = divmod(wanted, len(rows))
    return rows * min(repeats, 3) + (rows[:rest] if repeats < 3 else [])


def own_posts(folder: Path = OWN, *, languages: Collection[str] = ()) -> list[Row]:
    """The posts written for training, with the label and stage of each of their moments."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                post = json.loads(line)
                row = own_post(post)
            except (ValueError, KeyError, TypeError) as error:
                raise Fatal(f"{path}, line {number}: {error!r}") from error
            if not languages or row.language in languages:
                rows.append(row)
    return rows


def own_post(post: Mapping[str, Any]) -> Row:
    """A row from ``{language, label, moments: [{text, label, stage}, …]}``; moments joined."""
    text, parts = "", []
    for moment in post["moments"]:
        words = normalise(moment["text"]).text.strip()
        start = len(text) + 1 if text else 0
        text = f"{text} {words}" if text else words
        label, stage = LABELS.index(moment["label"]), STAGES.index(moment["stage"])
        parts.append(Part(start, len(text), label, stage))
    whole = LABELS.index(post["label"])
    if len(parts) == 1:
        return Row(text, whole, post["language"], "own", parts[0].stage)
    return Row(text, whole, post["language"], "own", None, tuple(parts))


def with_stages(rows: Iterable[Row], stages: Mapping[str, int]) -> list[Row]:
    """The rows, with the stage that `stages` gives for their text where it gives one."""
    return [replace(row, stage=stages.get(row.text, row.stage)) for row in rows]


def all_texts(folder: Path) -> Iterator[str]:
    """Every text of every training and validation file below `folder` (for the vocabulary)."""
    for path in sorted(folder.rglob("*.parquet")):
        if not re.search(r"_test\.parquet$|stages_gold", path.name):
            yield from parquet.read_table(path, columns=["text"])["text"].to_pylist()


def by_language(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows grouped by language."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.language].append(row)
    return groups
