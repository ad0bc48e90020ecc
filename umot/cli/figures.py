"""Figures of models as people and programs get them: a table, JSON, a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from umot.post import LABELS

if TYPE_CHECKING:
    from models.evaluation import Answers
    from umot.charts import Quality

ALL = "all files"
SHOWN_GROUPS = 30  # of one column in a table; JSON has more


@dataclass(frozen=True)
class Result:
    """What one model made of one file, or of all (`file` is then `ALL`)."""

    file: str
    model: str
    answers: Answers

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Its figures, computed once."""
        from models.evaluation import full

        return full(self.answers)


def pooled(results: Sequence[Result]) -> list[Result]:
    """For each model the answers to all its files as one; the result itself of a single file."""
    from models.evaluation import together

    made = []
    for model in dict.fromkeys(result.model for result in results):
        own = [result for result in results if result.model == model]
        joined = Result(ALL, model, together([result.answers for result in own]))
        made.append(own[0] if len(own) == 1 else joined)
    return made


def difference(result: Result, results: Sequence[Result]) -> dict[str, Any] | None:
    """How much better than the first model it reads its file; None for the first model itself."""
    from models.evaluation import compared

    first = next(one for one in results if one.file == result.file)
    if first is result:
        return None
    return {"model": first.model, **compared(first.answers, result.answers)}


def as_json(results: Sequence[Result], skipped: dict[str, dict[str, int]]) -> str:
    """A list with an object for each file and model."""
    found = []
    for result in results:
        entry = {"file": result.file, "model": result.model, **result.figures}
        entry["skipped"] = skipped[result.file]
        if (better := difference(result, results)) is not None:
            entry["difference"] = better
        found.append(entry)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_table(results: Sequence[Result]) -> list[str]:
    """All files and models in a line each, then labels and groups over all files."""
    whole = pooled(results)
    shown = [*results, *(one for one in whole if one.file == ALL)]
    lines = table(
        ("file", "model", *RATES, "seconds"),
        [
            (one.file, one.model, *rates(one.figures), f"{one.figures['seconds']:.1f}")
            for one in shown
        ],
        left=2,
    )
    for one in whole:
        if better := difference(one, whole):
            lines.append(f"{one.model} against {better['model']}: {points(better)}")
    for one in whole:
        lines += ["", f"{one.file}, {one.model}", *labels(one.figures)]
    for column in dict.fromkeys(name for one in whole for name in one.figures["groups"]):
        lines += ["", *groups(whole, column)]
    return [*lines, "", "Percent, with 95 % bootstrap intervals; calibration error 0 to 1."]


RATES = ("texts", "accuracy", "macro-F1", "95 %", "macro-recall", "calibration error")


def rates(figures: dict[str, Any]) -> tuple[str, ...]:
    """The main figures as the cells of `RATES`."""
    low, high = figures["intervals"]["macro_f1"]
    return (
        f"{figures['rows']:,}",
        f"{figures['accuracy']:.1f}",
        f"{figures['macro_f1']:.1f}",
        f"[{low:.1f}, {high:.1f}]",
        f"{figures['macro_recall']:.1f}",
        f"{figures['ece']:.3f}",
    )


def points(better: dict[str, Any]) -> str:
    """A difference in words."""
    names = {"accuracy": "accuracy", "macro_f1": "macro-F1", "macro_recall": "macro-recall"}
    return ", ".join(
        f"{name} {better[key]['points']:+.1f} [{better[key]['interval'][0]:+.1f}, "
        f"{better[key]['interval'][1]:+.1f}]"
        for key, name in names.items()
    )


def labels(figures: dict[str, Any]) -> list[str]:
    """The figures of each label, and what its texts were read as."""
    rows = []
    for name, one in figures["per_label"].items():
        read = (f"{count:,}" for count in figures["confusion"][name].values())
        precise = (f"{one[key]:.1f}" for key in ("precision", "recall", "f1"))
        rows.append((name, *precise, f"{one['support']:,}", *read))
    read_as = (f"read as {label}" for label in LABELS)
    return table(("label", "precision", "recall", "F1", "texts", *read_as), rows)


def groups(whole: Sequence[Result], column: str) -> list[str]:
    """The main figures by the values of a column."""
    names = dict.fromkeys(name for one in whole for name in one.figures["groups"].get(column, {}))
    rows = [
        (name.replace("\n", " ")[:40], one.model, *rates(one.figures["groups"][column][name]))
        for name in list(names)[:SHOWN_GROUPS]
        for one in whole
        if name in one.figures["groups"].get(column, {})
    ]
    more = [f"and {len(names) - SHOWN_GROUPS} more"] if len(names) > SHOWN_GROUPS else []
    return [*table((column, "model", *RATES), rows, left=2), *more]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Columns side by side, the first `left` of them words and so to the left."""
    from umot.cli.common import safe

    cells = [[safe(cell).replace("\t", " ") for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    made = [
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [made[0], "  ".join("─" * width for width in widths), *made[1:]]


def quality(results: Sequence[Result]) -> list[Quality]:
    """What a picture shows of each model: over all files, where there are several."""
    from umot.charts import Quality

    found = []
    for one in pooled(results):
        figures = one.figures
        summary = (
            f"{one.file}: {figures['rows']:,} texts, accuracy {figures['accuracy']:.1f} %, "
            f"macro-F1 {figures['macro_f1']:.1f}, calibration error {figures['ece']:.3f}"
        )
        table = [list(row.values()) for row in figures["confusion"].values()]
        bins = [(one["rows"], one["confidence"], one["accuracy"]) for one in figures["reliability"]]
        found.append(Quality(one.model, summary, [str(label) for label in LABELS], table, bins))
    return found
