import tomllib

import pytest

from umot import journey
from umot.journey_toml import toml_string, touchpoint_toml


@pytest.mark.parametrize("sector", ["general", "telecom"])
def test_a_map_written_as_toml_is_read_back_the_same(sector):
    made = journey.default(sector)
    text = "\n".join(touchpoint_toml(one, f"about {one.key}\nand more") for one in made.touchpoints)
    assert journey.parse(text, "x").touchpoints == made.touchpoints
    assert text.count("# about") == len(made.touchpoints)


@pytest.mark.parametrize(
    "text",
    [
        'Zei: "nee\\ja"',
        "tab\there\nand there",
        "\x00\x1b[31m\x7f\x85",
        "\u202egnp\u2066",
        "👍🏽 👨\u200d👩\u200d👧 é",
        "'''",
    ],
)
def test_any_text_is_a_string_that_steers_no_terminal(text):
    written = toml_string(text)
    assert tomllib.loads(f"a = {written}")["a"] == text
    assert written.replace("\u200d", "").isprintable()


def test_half_a_character_becomes_the_sign_for_it():
    assert tomllib.loads(f"a = {toml_string(chr(0xD83D))}")["a"] == "\ufffd"
