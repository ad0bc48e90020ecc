"""`umot models evaluate` as people and programs use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from models.bundled import WEIGHTS
from tests.cli.conftest import Umot
from tests.cli.labelled_posts import ROWS, written
from tests.models.conftest import network, tiny_weights  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("one_thread")
KEYS = {"file", "rows", "accuracy", "macro_f1", "macro_recall", "ece", "per_label", "seconds"}


def test_json_has_the_promised_figures(umot: Umot, labelled: Path) -> None:
    ran = umot("models", "evaluate", labelled, "--format", "json")
    assert ran.code == 0
    (found,) = json.loads(ran.out)
    assert found.keys() >= KEYS | {"model", "intervals", "confusion", "groups"}
    assert (found["file"], found["rows"]) == (str(labelled), 7)
    assert found["accuracy"] == pytest.approx(100 * 6 / 7, abs=1e-3)
    assert found["confusion"]["negative"] == {"negative": 2, "neutral": 0, "positive": 1}
    assert found["per_label"]["neutral"] == {
        "precision": 100,
        "recall": 100,
        "f1": 100,
        "support": 2,
    }
    assert found["per_label"]["negative"]["recall"] == pytest.approx(66.6667)
    low, high = found["intervals"]["macro_f1"]
    assert low < found["macro_f1"] <= high == 100
    assert 0 <= found["ece"] <= 1
    assert found["groups"]["language"]["nl"]["rows"] == 4
    assert found["groups"]["domain"].keys() == {"bank", "shop", "hotel", "airline"}
    assert found["seconds"] > 0


def test_three_kinds_of_file_give_the_same_and_other_columns_can_be_named(
    umot: Umot, labelled: Path, tmp_path: Path
) -> None:
    lines = [
        {"post": text, "mood": f" {label.upper()} ", "n": place}
        for place, (text, label, *_) in enumerate(ROWS)
    ]
    jsonl = tmp_path / "labelled.jsonl"
    jsonl.write_text("\n".join(json.dumps(one) for one in lines), "utf-8")
    table = tmp_path / "labelled.parquet"
    parquet.write_table(pa.Table.from_pylist(lines), table)
    plain = json.loads(umot("models", "evaluate", labelled, "--format", "json").out)
    ran = umot(
        "models", "evaluate", jsonl, table,
        "--text", "post", "--label", "mood", "--format", "json",
    )  # fmt: skip
    others = json.loads(ran.out)
    assert [one["file"] for one in others] == [str(jsonl), str(table)]
    for one in others:
        assert one["groups"] == {}
        for key in ("rows", "accuracy", "macro_f1", "macro_recall", "ece", "per_label"):
            assert one[key] == plain[0][key]


def test_a_table_for_people(umot: Umot, labelled: Path, tmp_path: Path) -> None:
    second = written(tmp_path / "second.csv", ROWS[:3])
    ran = umot("models", "evaluate", labelled, second)
    assert ran.code == 0
    assert "labelled texts: 10; with fewer than 100" in ran.err
    lines = [line.split() for line in ran.out.splitlines()]
    assert [line[2:4] for line in lines if line[:1] == [str(second)]] == [["3", "100.0"]]
    assert [line[3:5] for line in lines if line[:2] == ["all", "files"]] == [["10", "90.0"]]
    assert [line[2] for line in lines if line[:1] == ["bank"]] == ["5"]
    assert ["negative", "100.0", "75.0", "85.7", "4", "3", "0", "1"] in lines


def test_two_models_side_by_side(umot: Umot, labelled: Path) -> None:
    pytest.importorskip("vaderSentiment")
    ran = umot("models", "evaluate", labelled, "--against", "vader", "--format", "json")
    ours, vader = json.loads(ran.out)
    assert vader["model"] == "vader"
    assert "difference" not in ours
    better = vader["difference"]
    assert better["model"] == ours["model"]
    assert better["accuracy"]["points"] == pytest.approx(vader["accuracy"] - ours["accuracy"])
    assert "languages that vader does not claim to read: nl (4)" in ran.err
    table = umot("models", "evaluate", labelled, "--against", "vader").out
    assert f"vader against {ours['model']}: accuracy {better['accuracy']['points']:+.1f}" in table


def test_tfidf_learns_from_other_files(umot: Umot, labelled: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    learn = written(tmp_path / "learn.csv", ROWS[:6] * 3)
    ran = umot("models", "evaluate", labelled, "--model", "tfidf", "--train", learn)
    assert ran.code == 0
    assert "tfidf@" in ran.out
    alone = umot("models", "evaluate", labelled, "--model", "tfidf")
    assert alone.code == 2
    assert "--train" in alone.err
    assert umot("models", "evaluate", labelled, "--train", learn).code == 2
    same = umot("models", "evaluate", labelled, "--against", "tfidf", "--train", labelled)
    assert same.code == 2
    one_label = written(tmp_path / "one.csv", ROWS[:1] * 3)
    ran = umot("models", "evaluate", labelled, "--model", "tfidf", "--train", one_label)
    assert ran.code == 1
    assert "positive only" in ran.err


def test_rows_that_cannot_count_are_counted(umot: Umot, tmp_path: Path) -> None:
    path = tmp_path / "holes.csv"
    path.write_text(
        "text,label,language\n"
        "Heel blij mee!,Positive,nl\n"
        ",positive,nl\n"
        '"   ",negative,nl\n'
        "Waardeloos.,,nl\n"
        "een kolom te veel,positive,nl,x\n"
        "Bestillingen kom for sent,negative,da\n",
        "utf-8",
    )
    ran = umot("models", "evaluate", path, "--format", "json")
    assert ran.code == 0
    (found,) = json.loads(ran.out)
    assert found["rows"] == 2
    assert {key: found["skipped"][key] for key in ("empty", "unlabelled", "unreadable")} == {
        "empty": 2,
        "unlabelled": 1,
        "unreadable": 1,
    }
    assert "left out 2 without a text, 1 without a label, 1 that cannot be read (line 6" in ran.err
    assert "does not claim to read: da (1)" in ran.err


def test_one_label_only(umot: Umot, tmp_path: Path) -> None:
    path = written(tmp_path / "one.csv", [ROWS[0], ROWS[3]])
    (found,) = json.loads(umot("models", "evaluate", path, "--format", "json").out)
    assert (found["accuracy"], found["macro_f1"], found["macro_recall"]) == (100, 100, 100)
    assert found["per_label"]["negative"]["support"] == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.csv", "text,label\nGoed,positive\nMatig,meh\n", "bad.csv line 3: the label 'meh'"),
        ("numbers.csv", "text,label\nGoed,2\n", "line 2: the label '2' is not one of negative, ne"),
        ("n.jsonl", '{"text": "Goed", "label": 1}\n', "n.jsonl line 1: the label '1'"),
        (
            "wrong.csv",
            "body,label\nx,neutral\n",
            "no column 'text': it has the columns body, label",
        ),
        (
            "twice.csv",
            "text,label,text\nx,neutral,y\n",
            "twice.csv has more than one column 'text'",
        ),
        ("empty.csv", "", "empty.csv is empty"),
        ("empty.jsonl", "", "no column 'text', 'label': it is empty"),
        ("head.csv", "text,label\n", "head.csv has no row with a text and a label"),
        ("holes.csv", "text,label\nx,\n,positive\n", "(1 without a text, 1 without a label)"),
        ("data.xlsx", "PK", "save a spreadsheet as CSV first"),
        ("cut.parquet", "PAR1", "cut.parquet cannot be read as Parquet"),
    ],
)
def test_hostile_files_are_named_with_what_is_wrong(
    umot: Umot, tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    ran = umot("models", "evaluate", path)
    assert ran.code == 1
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--format", "xml"], 2, "'xml'"),
        (["--rows", "0"], 2, "--rows"),
        (["--model", "bundeld"], 1, "unknown model 'bundeld'"),
        (["--by", "brand"], 1, "no column 'brand'"),
        (["--picture", "x.pdf"], 1, ".svg or .png"),
        (["--picture", "gone/x.svg"], 1, "no folder"),
        (["gone.csv"], 1, "gone.csv does not exist"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(
    umot: Umot, labelled: Path, arguments: list[str], code: int, said: str
) -> None:
    ran = umot("models", "evaluate", labelled, *arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_groups_and_rows_can_be_chosen(umot: Umot, labelled: Path) -> None:
    def figures(*options: object) -> dict[str, Any]:
        ran = umot("models", "evaluate", labelled, "--format", "json", *options)
        return dict(json.loads(ran.out)[0])

    none = figures("--by", "none", "--rows", 6)
    assert (none["groups"], none["rows"], none["accuracy"]) == ({}, 6, 100)
    two = figures("--by", "domain", "--by", "label")["groups"]
    assert list(two) == ["domain", "label"]
    assert set(two["label"]) == {"negative", "neutral", "positive"}


def test_a_folder_of_weights_is_a_model(umot: Umot, labelled: Path) -> None:
    ran = umot(
        "models", "evaluate", labelled, "--model", "bundled", "--against", WEIGHTS,
        "--format", "json",
    )  # fmt: skip
    first, second = json.loads(ran.out)
    assert second["model"] == f"{first['model']} ({WEIGHTS})"
    assert second["difference"]["macro_f1"] == {"points": 0, "interval": [0, 0]}


def test_own_weights_are_compared_with_those_that_ship(
    umot: Umot,
    labelled: Path,
    tiny_weights: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shipped = json.loads(umot("models", "evaluate", labelled, "--format", "json").out)[0]["model"]
    monkeypatch.setenv("UMOT_MODEL__PATH", str(tiny_weights))

    def models(*options: object) -> list[str]:
        ran = umot("models", "evaluate", labelled, "--format", "json", *options)
        return [one["model"] for one in json.loads(ran.out)]

    assert models() == ["tiny-1"]
    assert models("--against", "bundled") == ["tiny-1", shipped]
    assert models("--model", "bundled", "--against", "bundled") == [shipped]


def test_a_picture_of_what_was_found(umot: Umot, labelled: Path, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    picture = tmp_path / "quality.svg"
    ran = umot("models", "evaluate", labelled, "--picture", picture)
    assert ran.code == 0
    assert f"wrote {picture}" in ran.err
    drawn = picture.read_text("utf-8")
    assert "7 texts, accuracy 85.7 %" in drawn
    assert "how often it was right" in drawn
