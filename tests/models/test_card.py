"""The model card says what the files say, and admits what they do not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models import card, metadata
from models.evaluation import Answers, full, objects
from umot.errors import Fatal

NOTES = {
    "base": "intfloat/multilingual-e5-small",
    "steps": 4321,
    "rows": 2000,
    "teacher": "a larger one",
    "mean_with": {"name": "older-2"},
    "sets": {
        "mabsa_nl": {"rows": 1000, "licence": "unclear"},
        "bolcom_books_nl": {"rows": 500, "licence": "nc"},
        "own": {"rows": 400, "licence": "ok"},
        "corrections": {"rows": 100, "licence": "yours"},
    },
    "recipe": {"batch": 32, "rate": 7e-05, "seed": 1},
    "temperatures": {"nl": 0.9, "en": 1.125},
    "against_fp32": {
        "texts": 616,
        "labels_differ": 0.01,
        "probability_mean": 0.005,
        "cosine_mean": 0.998,
    },
}


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """Weights whose notes say everything."""
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights, folder)
    with_notes(folder, NOTES)
    return folder


def with_notes(folder: Path, notes: dict[str, object]) -> None:
    path = folder / metadata.FILE
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**content, "notes": notes}), "utf-8")


def measured() -> dict[str, object]:
    """Figures of eight texts, two of them read wrongly."""
    truth = np.array([0, 1, 2, 2, 0, 1, 2, 2])
    guess = np.array([0, 1, 2, 0, 0, 1, 2, 1])
    probabilities = np.full((8, 3), 0.1, np.float32)
    probabilities[np.arange(8), guess] = 0.8
    groups = {
        "language": objects(["nl", "nl", "nl", "nl", "en", "en", "en", "en"]),
        "domain": objects(["bank"] * 6 + ["shop | café"] * 2),
        "kind": objects(["sarcasm"] * 4 + ["plain_words"] * 3 + ["sarcasm"]),
    }
    return full(Answers(truth, probabilities, groups, 0.1))


def entry(model: str = "tiny-1", file: str = "some/reviews.csv") -> dict[str, object]:
    return {"file": file, "model": model, **measured()}


def table_under(text: str, heading: str) -> list[str]:
    after = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in after.splitlines() if line.startswith("|")]


def test_everything_that_is_noted_is_told(weights: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([entry("other"), entry()]), "utf-8")
    text = card.made(weights, figures)
    assert text.startswith("# Model card: tiny-1\n")
    for said in (
        "intfloat/multilingual-e5-small (MIT)",
        "4,321 steps of 32 posts over 2,000 rows (see Data), with the answers of a larger "
        "one as a teacher, in a mean with older-2. Settings: rate 7e-05, seed 1",
        "over 616 texts: 1.0 % of labels differ",
        "one for each language (en 1.125, nl 0.900)",
        "of layer 1, 64 numbers",
        "UNCLEAR 50 %, NC 25 %, OK 20 %, YOURS 5 %",
    ):
        assert said in text
    rows = table_under(text, "Data")
    assert rows[2] == (
        "| mabsa_nl | nl | 1,000 | 50.0 % | UNCLEAR | none stated in the repo; partly derived from "
        "SemEval | swaggy66/M-ABSA |"
    )
    assert "| own | several | 400 | 20.0 % | OK | Apache-2.0, as the code |" in rows[4]
    assert "the user's own" in rows[5]
    assert "$" not in text


def test_figures_stand_by_language_domain_and_file(weights: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([entry()]), "utf-8")
    rows = table_under(card.made(weights, figures), "Figures")
    one = measured()["groups"]["language"]["nl"]
    low, high = one["intervals"]["macro_f1"]
    assert (one["accuracy"], one["rows"]) == (75, 4)
    shown = [row for row in rows if row.startswith("| nl |")]
    assert shown == [
        f"| nl | 4 | 75.0 | {one['macro_f1']:.1f} [{low:.1f}, {high:.1f}] | 83.3 | "
        f"{one['ece']:.3f} |"
    ]
    assert any(row.startswith("| shop \\| café | 2 | 50.0 |") for row in rows)
    assert any(row.startswith("| reviews.csv | 8 | 75.0 |") for row in rows)
    sure = table_under(card.made(weights, figures), "Calibration")
    assert sure[2:] == ["| 80 % | 8 | 75 % |"]


def test_the_figures_of_the_benchmark(weights: Path, tmp_path: Path) -> None:
    figures = tmp_path / "accuracy.json"
    one = measured()
    content = {
        "model": "tiny-1",
        "machine": {"date": "2026-11-22", "processor": "some processor"},
        "files": [{"file": "set_a", **one}, {"file": "set_b", **one}],
        "pools": {"nl, four sets": one},
        "all": one,
        "hard_cases": one,
    }
    figures.write_text(json.dumps(content), "utf-8")
    text = card.made(weights, figures)
    rows = "\n".join(table_under(text, "Figures"))
    for name in ("set_a", "set_b", "nl, four sets", "bank", "en", "sarcasm", "plain_words"):
        assert f"\n| {name} |" in rows
    low, high = one["groups"]["kind"]["sarcasm"]["intervals"]["accuracy"]
    assert f"| sarcasm | 5 | 60.0 [{low:.1f}, {high:.1f}] |" in rows
    assert "measured on 2026-11-22, some processor" in text
    assert "it reads these worst: sarcasm 60 %, plain words 100 %" in text


def test_what_is_not_noted_is_said_to_be_unknown(weights: Path) -> None:
    with_notes(weights, {})
    text = card.made(weights)
    assert text.count("not recorded") >= 3
    assert "measures them on labelled texts" in text
    assert f"{metadata.read(weights).temperature:.3f} for all languages." in text
    with_notes(weights, {"base": "another", "sets": {"x_nl": {"rows": 3, "licence": "odd"}}})
    text = card.made(weights)
    assert "- **Base**: another." in text
    assert "| x_nl | nl | 3 | 100.0 % | UNCLEAR | not recorded | not recorded |" in text


def test_the_card_of_the_weights_that_ship(bundled) -> None:
    from models.bundled import WEIGHTS

    text = card.made(WEIGHTS)
    assert f"# Model card: {bundled.name}" in text
    assert "Languages**: nl, en, de, fr, es, it, pt" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read as JSON"),
        ('{"a": 1}', "holds no figures"),
        ("[1]", "holds no figures"),
        ("[]", "has figures of no model, not of tiny-1"),
        ('[{"model": "bundled-9"}]', "has figures of bundled-9, not of tiny-1"),
    ],
)
def test_figures_that_are_not_of_these_weights(
    weights: Path, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "figures.json"
    path.write_text(content, "utf-8")
    with pytest.raises(Fatal, match=said):
        card.made(weights, path)
    with pytest.raises(Fatal, match="cannot be read as JSON"):
        card.made(weights, tmp_path / "gone.json")


def test_a_calibration_that_was_taken_over_is_called_so(weights: Path) -> None:
    assert "fitted on validation rows" in card.made(weights)
    with_notes(weights, {**NOTES, "calibrated": "bundled-9"})
    text = card.made(weights)
    assert "taken over from bundled-9" in text
    assert "fitted on validation rows" not in text


@pytest.mark.parametrize(
    "wrong", [{"intervals": [1]}, {"accuracy": "x"}, {"rows": None}, {"groups": 5}]
)
def test_figures_of_another_form_are_refused(
    weights: Path, tmp_path: Path, wrong: dict[str, object]
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([{**entry(), **wrong}]), "utf-8")
    with pytest.raises(Fatal, match=r"figures\.json holds no figures of umot models evaluate"):
        card.made(weights, figures)


def test_what_is_not_known_of_the_8_bits_is_not_told(weights: Path) -> None:
    with_notes(weights, {**NOTES, "against_fp32": {"texts": 0}})
    assert "Its distance from the network in fp32 was not recorded." in card.made(weights)


def test_texts_that_were_trained_on_are_called_so(weights: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([entry(), entry(file="new.csv")]), "utf-8")
    assert "Texts that were not trained on" in card.made(weights, figures)
    sets = {"reviews.csv": {"rows": 8, "licence": "yours"}}
    with_notes(weights, {**NOTES, "sets": sets})
    text = card.made(weights, figures)
    assert "Nine of ten texts of reviews.csv were trained on" in text
    assert "Texts that were not trained on" not in text


def test_what_the_weights_before_learnt_from_is_told(weights: Path) -> None:
    first = {"name": "b-1", "sets": {"mabsa_nl": {"rows": 9, "licence": "unclear"}}}
    older = {"rows": 9, "licence": "nc"}
    second = {"name": "b-2", "sets": {"own": {"rows": 9, "licence": "ok"}, "old_en": older}}
    with_notes(weights, {**NOTES, "start": {**second, "start": first}, "mean_with": first})
    text = card.made(weights)
    assert "going on from b-2, in a mean with b-1" in text
    assert "What it went on from learnt from these too: old_en (NC)." in text
    with_notes(weights, NOTES)
    assert "learnt from these too" not in card.made(weights)


def test_a_language_that_is_read_is_none_that_is_not_switched_on(
    weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "figures.json"
    figures = entry()
    groups = figures["groups"]["language"]
    figures["groups"]["language"] = {"NL_be": groups["nl"], "da": groups["en"]}
    path.write_text(json.dumps([figures]), "utf-8")
    assert "Not switched on, and shown for what they are worth: da." in card.made(weights, path)
