"""The figures of a model card: accuracy by set, hard cases, and how far answers can be trusted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from models.language import primary
from umot.errors import Fatal

RATES = "rows | accuracy | macro-F1 [95 %] | macro-recall | calibration error |"
NO_FIGURES = "holds no figures of umot models evaluate or benchmarks/accuracy.py"
WEAKEST = 4  # kinds of hard cases named among the limits


def load(path: Path, name: str) -> dict[str, Any]:
    """The figures of the model `name` in a file: ``files``, and what else the benchmark has."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Fatal(f"{path} cannot be read as JSON: {error}") from error
    if isinstance(content, list):
        content = {"files": content}
    entries = content.get("files") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise Fatal(f"{path} {NO_FIGURES}")
    named = sorted({str(one.get("model", content.get("model"))) for one in entries})
    own = [one for one in entries if one.get("model", content.get("model")) == name]
    if not own:
        raise Fatal(f"{path} has figures of {', '.join(named) or 'no model'}, not of {name}")
    whole = content.get("all") or (own[0] if len(own) == 1 else {})
    return {**content, "files": own, "all": whole}


def figures(
    measured: Mapping[str, Any], languages: Collection[str], learnt: Collection[str] = ()
) -> str:
    """The tables of figures, each with its line of explanation.

    `learnt` are the names of the user's files that were trained on.
    """
    if not measured:
        return "None were given. `umot models evaluate FILE` measures them on labelled texts."
    machine = measured.get("machine", {})
    where = f" (measured on {machine['date']}, {machine['processor']})" if machine else ""
    files = {Path(str(one["file"])).name for one in measured["files"]}
    known = ", ".join(sorted(files & set(learnt)))
    what = "Texts that were not trained on"
    if known:
        what = f"Nine of ten texts of {known} were trained on: expect less of new ones"
    parts = [
        f"{what}{where}. Percent, with 95 % bootstrap intervals; macro "
        "figures over the labels that occur; calibration error 0 to 1."
    ]
    groups = measured["all"].get("groups", {})
    for column in ("language", "domain"):
        if groups.get(column):
            parts.append(table(column, sorted(groups[column].items())))
    if others := sorted(one for one in groups.get("language", {}) if primary(one) not in languages):
        parts.append(f"Not switched on, and shown for what they are worth: {', '.join(others)}.")
    if measured.get("pools"):
        parts += ["Sets taken together:", table("sets", measured["pools"].items())]
    names = ((Path(str(one["file"])).name, one) for one in measured["files"])
    parts += ["By file:", table("file", names)]
    parts += hard_cases(measured.get("hard_cases"))
    return "\n\n".join(parts)


def hard_cases(found: Mapping[str, Any] | None) -> list[str]:
    """The tables of the hard cases."""
    if not found:
        return []
    intro = (
        f"Hard cases: {found['rows']} short texts in Dutch and English, written by the umot "
        "authors to be difficult, never trained on (`tests/models/hard_cases.jsonl`)."
    )
    groups = found["groups"]
    kinds = sorted(groups["kind"].items(), key=lambda one: one[1]["accuracy"])
    lines = ["| kind | rows | accuracy [95 %] |", "|---|---|---|"]
    for name, one in kinds:  # too few of each kind for figures of each label
        low, high = one["intervals"]["accuracy"]
        lines.append(
            f"| {cell(name)} | {one['rows']} | {one['accuracy']:.1f} [{low:.1f}, {high:.1f}] |"
        )
    return [intro, table("language", sorted(groups["language"].items())), "\n".join(lines)]


def table(head: str, entries: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Entries of figures as a Markdown table."""
    lines = [f"| {head} | {RATES}", "|---|" + "---|" * RATES.count("|")]
    for name, one in entries:
        low, high = one["intervals"]["macro_f1"]
        lines.append(
            f"| {cell(name)} | {one['rows']:,} | {one['accuracy']:.1f} | "
            f"{one['macro_f1']:.1f} [{low:.1f}, {high:.1f}] | {one['macro_recall']:.1f} | "
            f"{one['ece']:.3f} |"
        )
    return "\n".join(lines)


def reliability(measured: Mapping[str, Any]) -> str:
    """How often the answers were right, by how sure they were."""
    bins = measured.get("all", {}).get("reliability", [])
    if not bins:
        return ""
    lines = ["| how sure (mean) | texts | how often right |", "|---|---|---|"]
    lines += [
        f"| {100 * one['confidence']:.0f} % | {one['rows']:,} | {100 * one['accuracy']:.0f} % |"
        for one in bins
    ]
    return "\n\nOver all test texts:\n\n" + "\n".join(lines)


def weak(measured: Mapping[str, Any]) -> str:
    """The kinds of hard cases that it reads worst."""
    kinds = measured.get("hard_cases", {}).get("groups", {}).get("kind", {})
    worst = sorted(kinds.items(), key=lambda one: one[1]["accuracy"])[:WEAKEST]
    if not worst:
        return ""
    named = ", ".join(f"{name.replace('_', ' ')} {one['accuracy']:.0f} %" for name, one in worst)
    return f"\n  Of the hard cases it reads these worst: {named}."


def cell(text: str) -> str:
    """Text that does not end a cell of a table."""
    return " ".join(text.replace("|", "\\|").split())
