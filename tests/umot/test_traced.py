from dataclasses import replace

from umot.post import Label, Moment, Sentiment, Span, Status
from umot.traced import main_moment, record

TEXT = "Snel. De bezorger was heel vriendelijk."
FIRST = Moment(
    "p", "h", "m", "v", 0, Span("body", 0, 5), Label.POSITIVE, 0.5, "end", "delivery", 0.9,
    "price", "Snel geleverd", is_peak=True,
)  # fmt: skip
SECOND = Moment(
    "p", "h", "m", "v", 1, Span("body", 6, 39), Label.NEGATIVE, -0.25, "peak", "staff", 0.4,
    is_end=True,
)  # fmt: skip
SCORED = Sentiment("p", "h", "m", Status.SCORED, "nl", Label.POSITIVE, 0.1, 0.2, 0.7)


def test_the_main_moment_has_the_largest_confidence_times_length():
    assert main_moment([FIRST, SECOND]) is SECOND  # 0.4 x 33 against 0.9 x 5
    assert main_moment([FIRST, replace(SECOND, stage="none", touchpoint="none")]) is FIRST
    assert main_moment([replace(FIRST, stage="none")]) is None
    assert main_moment([]) is None
    assert main_moment([SECOND, replace(SECOND, position=2)]) is SECOND


def test_a_record_names_the_main_moment_first_then_all_in_order():
    found = record(TEXT, SCORED, [FIRST, SECOND])
    assert list(found)[:4] == ["stage", "touchpoint", "confidence", "moments"]
    assert (found["stage"], found["touchpoint"], found["confidence"]) == ("peak", "staff", 0.4)
    assert list(found["moments"][0])[:9] == [
        "start", "stop", "text", "stage", "touchpoint", "label", "score", "is_peak", "is_end",
    ]  # fmt: skip
    said = [one["text"] for one in found["moments"]]
    assert said == ["Snel.", "De bezorger was heel vriendelijk."]
    assert [one["is_peak"] for one in found["moments"]] == [True, False]
    assert found["moments"][0]["matched_example"] == "Snel geleverd"
    assert (found["status"], found["language"], found["label"]) == ("scored", "nl", "positive")
    assert found["score"] == 0.6


def test_where_all_moments_are_of_no_stage_so_is_the_text():
    none = [replace(one, stage="none", touchpoint="none") for one in (FIRST, SECOND)]
    found = record(TEXT, SCORED, none)
    assert (found["stage"], found["touchpoint"], found["confidence"]) == ("none", "none", 0.4)


def test_what_was_not_read_has_no_moments_and_no_confidence():
    found = record("", Sentiment("p", "h", "m", Status.EMPTY, None), [])
    assert found == {
        "stage": "none", "touchpoint": "none", "confidence": 0.0, "moments": [],
        "status": "empty", "language": None, "label": None, "score": None,
    }  # fmt: skip
