import pickle
import unicodedata

import pytest

from umot import journey

MAP = """
[[touchpoints]]
key = "lock"
stage = "peak"
channel = "shop"
name = { nl = "Slot", en = "Lock" }
examples = ["Het slot gaat niet open"]
words = ["slot", "C++", "1.0"]
[[touchpoints]]
key = "key-service"
stage = "end"
channel = "post"
name = { nl = "Sleutels", en = "Keys" }
examples = ["Nieuwe sleutel besteld"]
words = ["sleutel  van het slot", "réserve", "didn't fit"]
[[touchpoints]]
key = "tyres"
stage = "peak"
channel = "shop"
name = { nl = "Banden", en = "Tyres" }
examples = ["Lekke band"]
words = ["band", "van het slot af"]
"""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Mijn slot is kapot", "lock"),
        ("SLOT!", "lock"),
        ("Nieuw: (slot)", "lock"),
        ("het fiets-slot klemt", "lock"),
        ("Zelfs #slot is kapot", "lock"),
        ("Mijn hangslot en slotje", None),
        ("Ik schrijf alles in C++", "lock"),
        ("Versie 1.0 werkt", "lock"),
        ("Versie 11.0 en 1x0", None),
        ("De sleutel van het slot kwijt", "key-service"),
        ("De sleutel\nvan  het slot kwijt", "key-service"),
        ("van het slot af", "tyres"),
        ("De sleutel van het slot af", "key-service"),
        ("slot en band", "lock"),
        ("band en slot", "tyres"),
        ("een RÉSERVE", "key-service"),
        (unicodedata.normalize("NFD", "een réserve"), "key-service"),
        ("It didn’t fit at all", "key-service"),
        ("Niets hiervan", None),
        ("", None),
    ],
)
def test_the_longest_whole_word_decides_and_of_equal_ones_the_first(text, key):
    found = journey.parse(MAP, "x").decided_by_words(text)
    assert (found.key if found else None) == key


def test_a_map_without_words_decides_nothing():
    assert journey.default().decided_by_words("De bezorger kwam niet") is None


def test_a_word_of_two_touchpoints_is_a_mistake():
    with pytest.raises(journey.InvalidMap, match="'tyres': 'lock' has the word 'Slot' too"):
        journey.parse(MAP.replace('"band"', '"Slot"'), "x")


def test_words_are_part_of_the_touchpoint_and_survive_a_trip_to_another_process():
    made = journey.parse(MAP, "x")
    assert made.touchpoints[1].words == ("sleutel van het slot", "réserve", "didn't fit")
    sent = pickle.loads(pickle.dumps(made))
    assert sent == made
    assert sent.decided_by_words("een slot").key == "lock"
