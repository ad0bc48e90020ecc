import pytest

from umot import journey
from umot.errors import Fatal

GOOD = """
name = "Fietsenwinkel"
[[touchpoints]]
key = "test-ride"
stage = "zero"
channel = "shop"
name = { nl = "Proefrit", en = "Test ride" }
examples = ["Eerst een  proefrit gemaakt", "Took it for a spin first"]
[[touchpoints]]
key = "repair"
stage = "peak"
channel = "shop"
name = { nl = "Reparatie", en = "Repair" }
examples = ["Band geplakt terwijl ik wachtte"]
"""
WAITED = 'examples = ["Band geplakt terwijl ik wachtte"]\n'


def test_a_map_is_read_in_the_order_of_its_file(tmp_path):
    path = tmp_path / "journey.toml"
    path.write_text(GOOD, "utf-8")
    found = journey.load(path)
    assert found.name == "Fietsenwinkel"
    assert [one.key for one in found.touchpoints] == ["test-ride", "repair"]
    first = found.touchpoints[0]
    assert (first.stage, first.channel, first.name_nl, first.name_en) == (
        "zero",
        "shop",
        "Proefrit",
        "Test ride",
    )
    assert first.examples == ("Eerst een proefrit gemaakt", "Took it for a spin first")


def test_a_mark_at_the_start_of_the_file_does_no_harm(tmp_path):
    path = tmp_path / "journey.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert journey.load(path) == journey.parse(GOOD, "x")


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("Fietsenwinkel", "Andere naam", False),
        ("\n[[", "\n# a note\n[[", False),
        ("a  proefrit", "a proefrit", False),
        ("Took it", "I took it", True),
        ('"zero"', '"definitive"', True),
        ("Test ride", "Trial", True),
        ("test-ride", "trial", True),
        (WAITED, WAITED + 'words = ["band"]', True),
    ],
)
def test_the_version_changes_with_what_matters(old, new, changes):
    before, after = journey.parse(GOOD, "x"), journey.parse(GOOD.replace(old, new), "x")
    assert (before.version != after.version) is changes
    assert len(before.version) == 12


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"zero"', '"begin"',
         "touchpoint 'test-ride': unknown stage 'begin'; "
         "valid: zero, definitive, peak, end, ultimate"),
        ('stage = "zero"\n', "", "touchpoint 'test-ride': unknown stage None; valid: zero"),
        ('"shop"', '"fax"', "touchpoint 'test-ride': unknown channel 'fax'; valid: website, shop"),
        ('"repair"', '"test-ride"', "touchpoint 'test-ride': another one has this key"),
        ('["Band geplakt terwijl ik wachtte"]', "[]", "touchpoint 'repair': it has no examples"),
        ('["Band geplakt terwijl ik wachtte"]', '[" "]', "every example must be a text"),
        ('["Band geplakt terwijl ik wachtte"]', '"Band"', "touchpoint 'repair': it has no examples"),
        ('["Band geplakt terwijl ik wachtte"]', '["took it for a spin FIRST"]',
         "touchpoint 'repair': 'test-ride' has the example"),
        (', en = "Repair"', "", "touchpoint 'repair': it has no name in 'en'"),
        ('{ nl = "Reparatie", en = "Repair" }', '"Repair"', "it has no name in 'nl'"),
        ('key = "repair"', 'key = "Re pair"', "key 'Re pair' must be lower-case"),
        ('key = "repair"', "", "touchpoint number 2: key None must be"),
        ('key = "repair"', 'key = "none"', "touchpoint 'none': the key 'none' is kept"),
        ("examples = [\"Band", "exampels = [\"Band", "unknown field 'exampels'; valid: key, stage"),
        ('nl = "Reparatie"', 'nl = " proefrit "', "'repair': 'test-ride' has the name in 'nl'"),
        (WAITED, WAITED + 'words = []', "'repair': words must be a list that is not empty"),
        (WAITED, WAITED + 'words = "band"', "touchpoint 'repair': words must be a list"),
        (WAITED, WAITED + 'words = ["?!"]', "'repair': the word '?!' has no letter or digit"),
        (WAITED, WAITED + 'words = [5]', "touchpoint 'repair': the word 5 has no letter"),
        (WAITED, WAITED + f'words = ["{"lek " * 20}"]', "is longer than 60 characters"),
        ('name = "Fietsenwinkel"', 'titel = "x"', "unknown setting 'titel'; valid: name"),
        ('name = "Fietsenwinkel"', "name = ", "line 2"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_touchpoint(tmp_path, old, new, message):
    path = tmp_path / "journey.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(Fatal) as raised:
        journey.load(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert message in str(raised.value)


def test_every_mistake_is_named_at_once():
    text = "colour = 1\n" + GOOD.replace('"zero"', '"begin"').replace('"peak"', '"top"')
    with pytest.raises(journey.InvalidMap, match=r"'test-ride'.*'begin'.*; .*'top'") as raised:
        journey.parse(text, "x")
    assert raised.value.source == "x"
    assert len(raised.value.mistakes) == 3
    assert raised.value.mistakes[0].startswith("unknown setting 'colour'")


@pytest.mark.parametrize("text", ["", "name = 'x'", "touchpoints = []", "touchpoints = 5"])
def test_a_map_without_touchpoints(text):
    with pytest.raises(Fatal, match=r"x: it has no \[\[touchpoints\]\]"):
        journey.parse(text, "x")


def test_touchpoints_that_are_no_tables():
    with pytest.raises(Fatal, match="touchpoint number 1: it is no table"):
        journey.parse("touchpoints = [5]", "x")


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(Fatal, match="the journey map cannot be read"):
        journey.load(tmp_path / "absent.toml")
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes(b"\xff\xfe")
    with pytest.raises(Fatal, match="the journey map cannot be read"):
        journey.load(wrong)
