"""The day as remembered and as experienced, and its complaints: figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from umot.digest import Digest, closer, from_json, memory, render
from umot.digest.facts import Cause
from umot.digest.words import words
from umot.post import Role
from warehouse.digest import ComplaintRow, ExperienceRow

NAMES = {"ride": ("Rijden", "Riding"), "delivery": ("Bezorging", "Delivery")}
NL, EN = words("nl"), words("en")


def felt(moments: int, mean: float, peak_end: float, *places: str) -> ExperienceRow:
    return ExperienceRow(moments, mean, peak_end, *(places or ("ride", "delivery")))


def test_remembered_is_the_mean_of_peak_and_end_experienced_that_of_every_moment() -> None:
    rows = [felt(1, 0.0, 0.0), felt(3, 0.4, 0.1)] * 10
    found = memory.memory(rows, NAMES, NL)
    assert found is not None
    assert (found.experiences, found.several) == (20, 10)
    # 0.1 / 2 against 3 x 0.4 / 4.
    assert (found.remembered, found.experienced) == (5.0, 30.0)
    # Each part is 0.1 off: 1.96 x sqrt(20 x 0.01 / 19 / 20) = 0.045 around -0.25.
    assert (found.low, found.high) == (-29.5, -20.5)
    assert found.verdict == "worse"
    assert found.peak == Cause("ride", "Rijden", 20)
    assert found.end == Cause("delivery", "Bezorging", 20)


@pytest.mark.parametrize(
    ("gaps", "verdict"), [((0.2, 0.4), "better"), ((-0.2, 0.4), "same"), ((-0.4, -0.2), "worse")]
)
def test_a_difference_within_chance_is_none(gaps: tuple[float, float], verdict: str) -> None:
    rows = [felt(2, -0.3, -0.3 + gap) for gap in gaps] * 5
    found = memory.memory(rows, NAMES, NL)
    assert found is not None
    assert found.verdict == verdict
    if verdict == "better":  # the gaps are 0.1 off: 1.96 x sqrt(10 x 0.01 / 9 / 10) = 0.0653
        assert (found.low, found.high) == (23.47, 36.53)


def test_too_few_stories_of_more_than_one_moment_say_nothing() -> None:
    rows = [felt(2, 0.1, 0.5)] * 9 + [felt(1, 0.1, 0.1)] * 50
    assert memory.memory(rows, NAMES, NL) is None
    assert memory.memory([*rows, felt(2, 0.1, 0.5)], NAMES, NL) is not None
    assert memory.memory([], NAMES, NL) is None


def test_only_a_touchpoint_that_stands_out_is_named() -> None:
    def causes(*peaks: str) -> Cause | None:
        rows = [felt(2, 0.0, 0.0, peak, "none") for peak in peaks]
        found = memory.memory(rows, NAMES, EN)
        assert found is not None
        assert found.end is None
        return found.peak

    assert causes(*["ride"] * 4, *["delivery"] * 3, *["none"] * 5) == Cause("ride", "Riding", 4)
    assert causes(*["ride"] * 4, *["delivery"] * 4, *["none"] * 5) is None
    assert causes(*["ride"] * 2, *["delivery"], *["none"] * 8) is None
    assert causes(*["gone"] * 10) == Cause("gone", "gone", 10)


def test_complaints_are_counted_by_state() -> None:
    rows = [
        ComplaintRow("open", fresh=True, hours_to_answer=None),
        ComplaintRow("open", fresh=False, hours_to_answer=None),
        ComplaintRow("answered", fresh=True, hours_to_answer=5.0),
        ComplaintRow("resolved", fresh=False, hours_to_answer=2.25),
        ComplaintRow("escalated", fresh=False, hours_to_answer=None),
    ]
    found = memory.complaints(rows, 14)
    assert found is not None
    assert (found.made, found.total) == (2, 5)
    assert (found.open, found.answered, found.resolved, found.escalated) == (2, 1, 1, 1)
    assert found.hours is None  # two answers have no middle
    more = memory.complaints([*rows, ComplaintRow("answered", fresh=False, hours_to_answer=9)], 14)
    assert more is not None
    assert more.hours == 5.0
    assert memory.complaints([], 14) is None


def test_the_sentences_in_both_languages(saturdays: dict[str, Digest]) -> None:
    digest = replace(
        saturdays["nl"],
        memory=memory.memory([felt(1, 0.0, 0.0), felt(3, 0.4, 0.1)] * 10, NAMES, NL),
    )
    assert closer.memory(digest, NL) == [
        "Onthouden +5, beleefd +30: piek en eind tegenover alle momenten, in 20 ervaringen "
        "(van −100 tot +100).",
        "Klanten onthouden het dus slechter dan het was.",
        "De piek lag het vaakst bij ‘Rijden’ (20 van de 20).",
        "Het verhaal eindigde het vaakst bij ‘Bezorging’ (20 van de 20).",
    ]
    assert closer.memory(digest, EN)[:2] == [
        "Remembered +5, experienced +30: peak and end against every moment, in 20 experiences "
        "(from −100 to +100).",
        "So customers remember it as worse than it was.",
    ]
    # On Saturday: nine on delivery and two on returns, and a battery that no longer charges.
    assert closer.complaints(digest, NL) == [
        "Op deze dag kwamen er 12 klachten bij.",
        "In de laatste 14 dagen waren er 12 klachten: 12 open.",
    ]
    assert closer.complaints(digest, EN) == [
        "12 new complaints this day.",
        "There were 12 complaints in the last 14 days: 12 open.",
    ]
    for form in ("html", "md"):
        page = render(digest, form).replace("\\", "")
        assert "Onthouden en beleefd" in page
        assert "Klanten onthouden het dus slechter dan het was." in page
        assert "In de laatste 14 dagen waren er 12 klachten: 12 open." in page
    assert from_json(render(digest, "json")) == digest


def test_a_day_without_complaints_does_not_speak_of_them(world: Any) -> None:
    world.say("2026-11-21 12:00", "Mooi.", "+")
    digest = world.digest("2026-11-21")
    assert (digest.memory, digest.complaints) == (None, None)
    assert "Klachten" not in render(digest, "html") + render(digest, "md")
    assert "Onthouden" not in render(digest, "html") + render(digest, "md")


def tell(world: Any, day: int, number: int) -> str:
    """A post of two moments: riding at +0.2, then its peak and end, delivery at -0.8."""
    post: str = world.say(
        f"2026-11-{day} 1{number % 10}:00", "Fijne fiets. Te laat bezorgd.", "-", "ride",
        thread_id=f"forum:{number}",
    )  # fmt: skip
    world.run(
        "UPDATE moment_readings SET score = 0.2, label = 'neutral', is_peak = false, "
        "is_end = false, stop = 12 WHERE post_id = $1", post,
    )  # fmt: skip
    world.run(
        "INSERT INTO moment_readings SELECT post_id, model, map_version, content_hash, 1, field, "
        "13, 29, 'negative', -0.8, 'end', 'delivery', stage_confidence, NULL, NULL, true, true, "
        "number FROM moment_readings WHERE post_id = $1", post,
    )  # fmt: skip
    return post


def test_the_day_made_again_later_knows_what_was_known_then(world: Any) -> None:
    for number in range(10):
        tell(world, 21, number)
    shop = {"author": "shop", "author_role": Role.BRAND}
    world.say("2026-11-21 20:00", "Dat spijt ons.", "0", thread_id="forum:0", **shop)
    digest = world.digest("2026-11-21")
    assert digest.memory is not None
    # Peak and end are -0.8 everywhere, (0.2 - 0.8) / 2 was felt.
    assert (digest.memory.remembered, digest.memory.experienced) == (-80.0, -30.0)
    assert digest.memory.verdict == "worse"
    assert (digest.memory.peak, digest.memory.end) == (Cause("delivery", "Bezorging", 10),) * 2
    assert digest.complaints is not None
    assert (digest.complaints.made, digest.complaints.open, digest.complaints.answered) == (
        10, 9, 1,
    )  # fmt: skip
    # The day after, all are answered, one is glad and another adds to the story.
    for number in range(10):
        world.say("2026-11-22 09:00", "Opgelost.", "0", thread_id=f"forum:{number}", **shop)
    for number, sign in ((1, "+"), (2, "-")):
        world.say("2026-11-22 10:00", "Zo.", sign, "ride", thread_id=f"forum:{number}",
                  author=f"writer {number + 1}", score=0.9)  # fmt: skip
    assert world.digest("2026-11-21") == digest
    after = world.digest("2026-11-22").complaints
    assert after is not None
    assert (after.made, after.open, after.answered, after.resolved, after.escalated) == (
        0, 0, 8, 1, 1,
    )  # fmt: skip
    assert after.hours is not None
