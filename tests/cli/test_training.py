"""`umot models train` as its users meet it: mistakes are named, posts become weights."""

import json
import logging
import shutil
import sys

import numpy as np
import pytest
import torch

from models import metadata, stage_head, stage_words
from models.bundled import Bundled
from models.training import recipe
from tests.models.conftest import network, tiny_weights  # noqa: F401 - fixtures
from umot.cli import main, training_checks

POSTS = [
    ("de levering was snel", "positive"),
    ("de service was slecht", "negative"),
    ("een product, niet duur", "neutral"),
]


@pytest.fixture
def umot(home, monkeypatch, capsys):
    """Runs a command in this process: exit code, stdout and stderr."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    monkeypatch.setattr(root, "level", root.level)
    threads = torch.get_num_threads()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["umot", "models", "train", *map(str, arguments)])
        code = 0
        try:
            main.run()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        return code, said.out, " ".join(said.err.split())

    yield run
    torch.set_num_threads(threads)


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    lines = [f'"{text} {n}",{label},nl' for n in range(10) for text, label in POSTS]
    path.write_text("\n".join(["text,label,language", *lines]), "utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 2, "nothing to train on: give FILEs, --data FOLDER, or both"),
        (("POSTS", "--start", "base"), 2, "--start base needs --data FOLDER"),
        (("POSTS", "--sets", "mabsa_nl"), 2, "--sets needs --data FOLDER"),
        (
            ("POSTS", "--data", "TEXTS", "--sets", "own=x"),
            2,
            "--sets own=x: after = comes a number",
        ),
        (
            ("POSTS", "--data", "TEXTS", "--sets", "own=0"),
            2,
            "--sets own=0: after = comes a number",
        ),
        (("POSTS", "--seed", str(2**64)), 2, "--seed"),
        (("POSTS", "--epochs", "0"), 2, "--epochs 0 is not more than nothing"),
        (("POSTS", "--budget-minutes", "nan"), 2, "--budget-minutes nan is not"),
        (("POSTS", "--licence", "free"), 2, "'free' is not one of ok, unclear, nc, any"),
        (("POSTS", "--word-lists", "POSTS"), 2, "--word-lists is for --start base"),
        (("POSTS", "--mean-with", "HERE"), 1, "no weights in"),
        (
            ("POSTS", "--mean-with", "bundled", "--layers", "6"),
            2,
            "--mean-with and --layers do not",
        ),
        (("POSTS", "--device", "gpu"), 1, "unknown device 'gpu'; valid: auto, cpu, cuda"),
        (("POSTS", "--data", "HERE"), 1, "holds no folder sentiment/ with labelled sets"),
        (("POSTS", "--start", "HERE"), 1, "no weights in"),
        (("absent.csv",), 1, "absent.csv does not exist"),
        (("POSTS", "--label", "stars"), 1, "has no column 'stars': it has the columns text, label"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(umot, posts, tmp_path, arguments, code, reason):
    places = {"POSTS": posts, "HERE": tmp_path, "TEXTS": tmp_path / "texts"}
    (places["TEXTS"] / "sentiment").mkdir(parents=True)
    given = [places.get(one, one) for one in arguments]
    out = tmp_path / "out"
    found, said, error = umot(*given, "--out", out)
    assert (found, said) == (code, "")
    assert reason in error.replace("│ ", "")
    assert not (out / "weights").exists()


def test_sets_are_taken_in_the_amounts_that_are_given():
    sets = ["own", "mabsa_nl=500", "semeval_tweets_en = 2"]
    plan = training_checks.chosen_plan(None, [], sets, joining=False)
    assert {name: one.amount for name, one in plan.items()} == {
        "own": recipe.OWN_TIMES,
        "mabsa_nl": 500,
        "semeval_tweets_en": 2,
    }
    assert plan["semeval_tweets_en"].balance == recipe.PLAN["semeval_tweets_en"].balance


def test_bad_rows_are_named_with_file_and_line(umot, tmp_path):
    path = tmp_path / "posts.csv"
    bad = ["goed,positief,nl", ",neutral,nl", "hm,,nl", "x,neutral,Dutch", "y,neutral,nl,zz"]
    path.write_text("\n".join(["text,label,language", "ok,neutral,nl", *bad, *bad]), "utf-8")
    code, out, error = umot(path, "--out", tmp_path / "out")
    assert (code, out) == (1, "")
    for line, reason in (
        (3, "label 'positief' is not one of negative, neutral, positive"),
        (4, "the text is empty"),
        (5, "no label (texts without one can only be learnt from with --teacher)"),
        (6, "language 'Dutch' is not a code like nl"),
        (7, "4 columns where the header has 3"),
    ):
        assert f"posts.csv line {line}: {reason}" in error
    assert "and 5 more" in error
    assert not (tmp_path / "out").exists()


def test_posts_become_weights_that_read(umot, posts, tiny_weights, tmp_path):  # noqa: F811
    more = tmp_path / "more.jsonl"
    rows = [{"zin": "traag, traag", "oordeel": "negative"}, {"zin": "hm", "oordeel": "neutral"}]
    more.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    out = tmp_path / "mine"
    given = (posts, "--out", out, "--start", tiny_weights, "--threads", 1, "--device", "cpu")
    given += ("--languages", "nl", "--epochs", 0.5)
    code, said, error = umot(*given)
    assert code == 0, error
    assert said == f"{out}/weights\n"
    assert "rows to train on" in error
    assert "loss" in error
    assert "done" in error
    described = metadata.read(out / "weights")
    assert f"the weights are called {described.name}" in error
    assert f'path = "{out}/weights"' in error
    assert described.notes["sets"]["posts.csv"]["licence"] == "yours"
    assert described.notes["sets"]["own"] == {"rows": 300, "licence": "ok"}
    assert Bundled(threads=1, path=out / "weights").read(["goed"], [[]]).texts.shape == (1, 3)
    assert f"{described.notes['rows']:,} rows to train on" in error

    code, _, error = umot(*given, "--seed", 2)
    assert code == 1
    assert "holds a training that was begun otherwise (seed was 1, is 2)" in error
    code, _, error = umot(
        more, "--text", "zin", "--label", "oordeel", "--licence", "ok", *given[1:]
    )
    assert code == 1
    assert "do not say their sets, which --licence ok does not allow" in error


def test_texts_that_come_twice_or_in_other_languages_are_told_of(umot, tmp_path):
    path = tmp_path / "posts.csv"
    rows = ["goed,positive,nl", "goed,negative,nl", "schlecht,negative,de"]
    path.write_text("\n".join(["text,label,language", *rows]), "utf-8")
    out = tmp_path / "out"
    code, _, error = umot(path, "--languages", "nl", "--start", tmp_path, "--out", out)
    assert code == 1  # there are no weights in that folder
    assert "1 rows in other languages are left out" in error
    assert "1 texts came more than once: the last label counts" in error


def test_stages_are_not_learnt_without_the_public_sets(
    umot,
    posts,
    tiny_weights,  # noqa: F811
    tmp_path,
):
    shutil.copytree(tiny_weights, tmp_path / "start")
    head(tmp_path / "start")
    staged = tmp_path / "staged.csv"
    lines = posts.read_text("utf-8").splitlines()
    body = [f"{line},peak" for line in lines[1:]] + ["zonder oordeel,,nl,end"]
    staged.write_text("\n".join([f"{lines[0]},stage", *body]), "utf-8")
    given = ("--start", tmp_path / "start", "--threads", 1, "--device", "cpu", "--epochs", 0.1)
    code, _, error = umot(staged, "--out", tmp_path / "out", *given)
    assert code == 0, error
    assert "31 rows tell a stage, which is not learnt without --data" in error
    kept, found = (stage_head.load(tmp_path / one) for one in ("start", "out/weights"))
    assert np.array_equal(kept.vectors, found.vectors)

    staged.write_text("\n".join(["text,label,language,stage", body[-1]]), "utf-8")
    code, _, error = umot(staged, "--out", tmp_path / "none", *given)
    assert code == 1
    assert "no row has a label: nothing can be learnt" in error


def head(folder):
    """A stage head for the vectors of some weights."""
    described = metadata.read(folder)
    classes = len(stage_head.CLASSES)
    stage_head.StageHead(
        described.space,
        described.files[metadata.GRAPH],
        np.ones((classes, described.hidden), np.float32),
        np.zeros((stage_words.BUCKETS, classes), np.float32),
        np.ones(stage_words.BUCKETS, np.float32),
        np.zeros(classes, np.float32),
        0.1,
    ).write(folder)


def test_languages_that_leave_nothing_or_are_never_read(umot, posts, tmp_path):
    given = ("--start", tmp_path, "--out", tmp_path / "out")
    code, _, error = umot(posts, "--languages", "DE,en", *given)
    assert code == 1
    assert "no row is in de, en" in error
    code, _, error = umot(posts, "--languages", "NL", *given)
    assert "no weights in" in error
    danish = tmp_path / "danish.csv"
    danish.write_text("text,label,language\nikke godt,negative,da-DK\n", "utf-8")
    code, _, error = umot(danish, *given)
    assert "these languages stay unscored, whatever is learnt of them: da (1)" in error


def test_a_column_that_comes_late_is_not_lost(umot, tmp_path):
    late = tmp_path / "late.jsonl"
    rows = [{"text": f"goed {n}", "label": "positive"} for n in range(1_500)]
    rows[-1]["language"] = "Nederlands"
    late.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    code, _, error = umot(late, "--out", tmp_path / "out")
    assert code == 1
    assert "late.jsonl line 1500: language 'Nederlands' is not a code like nl" in error
