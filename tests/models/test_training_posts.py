"""The posts that we wrote for training: whole, ours, and no hard case among them."""

import json
import re
from pathlib import Path

import pytest

from models.training import data
from umot.errors import Fatal

HARD = Path(__file__).parent / "hard_cases.jsonl"
SAYINGS = {
    "zo kan het dus ook",
    "that's how you do it",
}  # anyone says these: no case is told by them


def words(text):
    return re.findall(r"\w+(?:['’]\w+)*", text.casefold())


def fives(text):
    found = words(text)
    return {" ".join(found[start : start + 5]) for start in range(len(found) - 4)}


def test_every_own_post_is_whole_and_its_moments_are_where_they_say():
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in data.OWN.glob("*.jsonl"))
    posts = data.own_posts()
    assert len(posts) == lines > 3000
    assert {row.language for row in posts} == {"nl", "en", "de", "fr", "es", "it", "pt"}
    assert all(row.label in (0, 1, 2) and row.source == data.OWN_SET for row in posts)
    for row in posts:
        assert row.text == row.text.strip() != ""
        stops = [part.stop for part in row.parts]
        assert [part.start for part in row.parts] == [0, *(stop + 1 for stop in stops)][
            : len(stops)
        ]
        assert not stops or stops[-1] == len(row.text)
    dutch = data.own_posts(languages=["nl"])
    assert {row.language for row in dutch} == {"nl"}
    assert len(dutch) == sum(row.language == "nl" for row in posts)


def test_no_own_post_gives_a_hard_case_away():
    cases = [json.loads(line)["text"] for line in HARD.read_text("utf-8").splitlines()]
    texts = {" ".join(words(text)) for text in cases}
    runs = set().union(*map(fives, cases)) - SAYINGS
    assert len(runs) > 2000
    shared = {
        row.text: found
        for row in data.own_posts()
        if (found := fives(row.text) & runs) or " ".join(words(row.text)) in texts
    }
    assert shared == {}


def test_a_bad_own_post_is_named_with_file_and_line(tmp_path):
    good = {"language": "nl", "label": "neutral", "moments": []}
    good["moments"] = [{"text": "Hoe laat?", "label": "neutral", "stage": "zero"}]
    bad = {**good, "label": "neutraal"}
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, (good, bad))), "utf-8")
    with pytest.raises(Fatal, match=r"a\.jsonl, line 2: .*neutraal"):
        data.own_posts(tmp_path)
