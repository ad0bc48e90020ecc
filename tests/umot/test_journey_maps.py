"""The maps that ship: one for each sector, of use as they are."""

from collections import Counter

import pytest

from models.language import Identifier
from umot import journey
from umot.errors import UnknownName
from umot.journey_rules import hints


@pytest.fixture(scope="module")
def identifier():
    return Identifier(("nl", "en"), "nl")


@pytest.mark.parametrize("sector", journey.SECTORS)
def test_a_map_covers_the_journey_in_both_languages(sector, identifier):
    found = journey.default(sector)
    assert found.name
    assert 14 <= len(found.touchpoints) <= 30
    order = [journey.STAGES.index(one.stage) for one in found.touchpoints]
    assert order == sorted(order)
    assert min(Counter(order)[stage] for stage in range(5)) >= 3
    assert all(6 <= len(one.examples) <= 10 for one in found.touchpoints)
    texts = [text for one in found.touchpoints for text in one.examples]
    spoken = Counter(map(identifier.identify, texts))
    assert 0.45 <= spoken["nl"] / spoken.total() <= 0.55


@pytest.mark.parametrize("sector", journey.SECTORS)
def test_its_words_do_not_contradict_its_examples(sector):
    found = journey.default(sector)
    assert list(hints(found.touchpoints, found.decided_by_words)) == []


def test_each_sector_speaks_for_itself():
    examples = Counter(
        example
        for sector in journey.SECTORS
        for one in journey.default(sector).touchpoints
        for example in one.examples
    )
    shared = sum(count > 1 for count in examples.values())
    assert shared / len(examples) < 0.02
    versions = {journey.default(sector).version for sector in journey.SECTORS}
    assert len(versions) == len(journey.SECTORS)


def test_the_default_is_the_general_one_and_others_are_named_in_the_error():
    assert journey.default() == journey.default("general")
    with pytest.raises(UnknownName, match="unknown sector 'zoo'; valid: finance, general"):
        journey.default("zoo")


@pytest.mark.parametrize("sector", journey.SECTORS)
def test_what_a_company_starts_from_explains_itself(sector):
    head = journey.default_text(sector).split("\nname =")[0]
    for field in ("key", "stage", "channel", "name", "examples", "words"):
        assert f"#   {field}" in head


def test_hints_name_what_makes_tracing_worse():
    text = """
[[touchpoints]]
key = "wifi"
stage = "peak"
channel = "shop"
name = { nl = "Wifi", en = "Wifi" }
examples = ["Traag"]
words = ["modem"]
[[touchpoints]]
key = "delivery"
stage = "end"
channel = "post"
name = { nl = "Levering", en = "Delivery" }
examples = ["Het modem kwam snel", "Snel", "Laat"]
"""
    found = journey.parse(text, "x")
    assert list(hints(found.touchpoints, found.decided_by_words)) == [
        "no touchpoint is in the stage zero",
        "no touchpoint is in the stage definitive",
        "no touchpoint is in the stage ultimate",
        "touchpoint 'wifi' has only 1 example; six or more work better",
        "touchpoint 'delivery': a word of 'wifi' decides 'Het modem kwam snel'",
    ]
