"""Proposals of touchpoints, with vectors that are plain to see: the words of a text, counted."""

from zlib import crc32

import numpy as np
import pytest

from models.suggestions import Unplaced, joined, propose
from umot import journey
from umot.errors import Fatal
from umot.journey_toml import touchpoint_toml
from umot.plugins import Readings

MAP = """
[[touchpoints]]
key = "delivery"
stage = "end"
channel = "post"
name = { nl = "Bezorging", en = "Delivery" }
examples = [
    "pakket bezorger laat bezorgd gisteren", "bezorger pakket netjes bezorgd vandaag",
    "laat bezorgd pakket vergeten bezorger",
]
[[touchpoints]]
key = "staff"
stage = "peak"
channel = "shop"
name = { nl = "Personeel", en = "Staff" }
examples = [
    "personeel winkel vriendelijk geholpen verkoper", "verkoper onbeleefd personeel winkel vandaag",
    "vriendelijk personeel verkoper winkel gisteren",
]
"""
SIZE = 4096


class Counted:
    """A scorer whose vectors count words."""

    name = "counted"
    languages = frozenset()
    space = "counted"

    def read(self, texts, spans):
        rows = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[crc32(word.encode()) % SIZE] += 1
        even = np.full((len(texts), 3), 1 / 3, np.float32)
        return Readings(even, even, rows, self.space)


class Blind(Counted):
    def read(self, texts, spans):
        found = super().read(texts, spans)
        return Readings(found.texts, found.spans, None, None)


PARKING = [
    "nergens plek parkeren fiets stalling",
    "fiets parkeren stalling vol vandaag",
    "stalling fiets parkeren gesloten",
    "parkeren fiets stalling duur gisteren",
]
OTHERS = ["zomaar iets heel anders", "morgen regen verwacht overal", "vier losse woorden hier"]


def spans(*texts, language="nl"):
    return [Unplaced(f"p{number}", text, language) for number, text in enumerate(texts)]


@pytest.fixture
def journey_map():
    return journey.parse(MAP, "test")


def test_what_three_posts_say_and_the_map_lacks_is_proposed(journey_map):
    (found,) = propose(spans(*PARKING, *OTHERS), Counted(), journey_map)
    assert found.posts == 4
    assert set(found.touchpoint.examples) == set(PARKING)
    assert set(found.touchpoint.key.split("-")) < {"fiets", "parkeren", "stalling"}
    assert found.touchpoint.stage == found.nearest.stage
    assert found.nearest in journey_map.touchpoints


def test_what_is_as_like_an_example_as_can_be_has_its_place(journey_map):
    fits = ["bezorger pakket gisteren laat bezorgd", "bezorgd pakket netjes bezorger vandaag"]
    assert propose(spans(*fits * 3), Counted(), journey_map) == []


def test_two_posts_are_too_few_however_often_they_say_it(journey_map):
    twice = [Unplaced(f"p{number % 2}", text, "nl") for number, text in enumerate(PARKING)]
    assert propose(twice, Counted(), journey_map) == []
    same = [Unplaced(f"p{number}", PARKING[0].upper(), "nl") for number in range(3)]
    (found,) = propose(same, Counted(), journey_map)
    assert (found.posts, found.touchpoint.examples) == (3, (PARKING[0].upper(),))


def test_short_texts_say_too_little(journey_map):
    assert propose(spans(*["dank je wel"] * 5), Counted(), journey_map) == []
    assert propose([], Counted(), journey_map) == []


def test_names_links_and_tags_are_no_part_of_what_is_said(journey_map):
    said = [f"@jan_{n}: {text} https://example.org/{n}" for n, text in enumerate(PARKING)]
    tags = [f"@jan #een #twee #drie #vier #vijf {n}" for n in range(5)]
    (found,) = propose(spans(*said, *tags), Counted(), journey_map)
    assert set(found.touchpoint.examples) == set(PARKING)


def test_proposals_can_be_pasted_into_the_map_and_then_have_their_place(journey_map):
    hostile = [
        'none "zei" none\x1b[31m none',
        "none none\\ none \u202e none none",
        "none none none 'nee' none",
    ]
    said = spans(*PARKING, *hostile, *OTHERS)
    found = propose(said, Counted(), journey_map)
    assert {one.posts for one in found} == {3, 4}
    pasted = "\n".join([MAP, *(touchpoint_toml(one.touchpoint) for one in found)])
    grown = journey.parse(pasted, "test")
    assert len(grown.touchpoints) == 4
    assert "none-2" in {one.key for one in grown.touchpoints}  # none is no key
    assert propose(said, Counted(), grown) == []
    again = propose(spans(*(f"{text} x{n}" for n, text in enumerate(PARKING))), Counted(), grown)
    assert not {one.touchpoint.key for one in again} & {one.key for one in grown.touchpoints}


def test_a_scorer_without_vectors_is_refused(journey_map):
    with pytest.raises(Fatal, match="the model counted has no vectors"):
        propose(spans(*PARKING), Blind(), journey_map)


def test_groups_are_joined_as_long_as_they_are_alike_on_average():
    likeness = np.array(
        [
            [1.0, 0.9, 0.8, 0.1],
            [0.9, 1.0, 0.2, 0.1],
            [0.8, 0.2, 1.0, 0.1],
            [0.1, 0.1, 0.1, 1.0],
        ],
        np.float32,
    )

    def groups(least):
        return sorted(sorted(group.tolist()) for group in joined(likeness, least))

    assert groups(0.95) == [[0], [1], [2], [3]]
    assert groups(0.6) == [[0, 1], [2], [3]]  # row 2 is (0.8 + 0.2) / 2 like the first two
    assert groups(0.5) == [[0, 1, 2], [3]]
    assert groups(0.05) == [[0, 1, 2, 3]]
    assert joined(np.ones((1, 1), np.float32), 0.5)[0].tolist() == [0]


def test_joining_gives_what_the_plain_way_gives():
    rows = np.random.default_rng(5).normal(size=(40, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    likeness, least = rows @ rows.T, 0.45
    plain = [[row] for row in range(len(rows))]
    while True:
        pairs = [
            (likeness[np.ix_(plain[a], plain[b])].mean(), a, b)
            for a in range(len(plain))
            for b in range(a)
        ]
        best, a, b = max(pairs)
        if best < least:
            break
        plain[b] += plain.pop(a)
    found = joined(likeness, least)
    assert sorted(map(sorted, plain)) == sorted(sorted(group.tolist()) for group in found)
