"""The rule against noise, with intervals worked out by hand."""

from __future__ import annotations

import pytest

from umot.digest.change import compare, counts, nets, proportions
from umot.digest.facts import Change, Tally

NOTHING = Tally.of(0, 0, 0, 0)


def tally(negative: int, neutral: int, positive: int, unscored: int = 0) -> Tally:
    return Tally.of(negative + neutral + positive + unscored, negative, neutral, positive)


def change(measure: str, against: str, today: Tally, before: list[Tally]) -> Change:
    return next(
        one for one in compare(today, before) if (one.measure, one.against) == (measure, against)
    )


def test_the_interval_of_two_proportions_is_agresti_and_caffos() -> None:
    # 6/12 - 2/12, and 1.96 x sqrt(.25/12 + .13889/12) = .3528
    low, high = proportions(5, 10, 1, 10)
    assert (low, high) == pytest.approx((-0.0195, 0.6861), abs=1e-4)


def test_all_against_none_is_not_certain() -> None:
    low, high = proportions(10, 10, 0, 10)
    assert 0 < low < high <= 1.1


def test_the_interval_of_two_nets() -> None:
    # (8 - 14) / 30 - 14 / 58 = -.44138; variances .76/30 and .70036/58; 1.96 x .19341 = .37908
    low, high = nets(tally(14, 6, 8), tally(14, 14, 28))
    assert (low, high) == pytest.approx((-82.05, -6.23), abs=0.01)


def test_with_two_labels_only_nets_are_twice_the_proportions() -> None:
    low, high = nets(tally(5, 0, 15), tally(10, 0, 10))
    share_low, share_high = proportions(15, 20, 10, 20)
    assert (low, high) == pytest.approx((200 * share_low, 200 * share_high))


def test_the_interval_of_counts() -> None:
    # 32 - 8; rate 88 / 8 = 11; 1.96 x sqrt(11 x 8 / 7) = 6.949
    assert counts(32, 56, 7) == pytest.approx((17.051, 30.949), abs=0.001)
    low, high = counts(0, 14, 7)  # two a day, and none today: it happens
    assert low < 0 < high


@pytest.mark.parametrize(
    ("today", "before", "measure", "verdict"),
    [
        (tally(10, 0, 10), tally(10, 0, 10), "net", "same"),
        (tally(11, 0, 9), tally(9, 0, 11), "net", "same"),  # 20 points, but of 20 posts
        (tally(550, 0, 450), tally(450, 0, 550), "net", "down"),  # the same of 1,000
        (tally(2, 0, 18), tally(18, 0, 2), "net", "up"),
        (tally(2, 0, 18), tally(18, 0, 2), "negative", "down"),
        (tally(40, 0, 0), tally(10, 0, 0), "posts", "up"),
        (tally(12, 0, 0), tally(10, 0, 0), "posts", "same"),
    ],
)
def test_only_what_is_more_than_noise_is_a_change(
    today: Tally, before: Tally, measure: str, verdict: str
) -> None:
    found = change(measure, "day_before", today, [NOTHING] * 6 + [before])
    assert found.verdict == verdict
    assert found.reason is None
    assert found.low is not None
    assert found.high is not None
    assert (found.low <= 0 <= found.high) is (verdict == "same")


@pytest.mark.parametrize(
    ("today", "before", "measure", "against", "reason"),
    [
        (tally(5, 5, 5), [NOTHING] * 7, "net", "day_before", "no_history"),
        (tally(5, 5, 5), [NOTHING] * 7, "posts", "week_before", "no_history"),
        (tally(3, 3, 3), [tally(5, 5, 5)] * 7, "net", "day_before", "few_now"),
        (tally(3, 3, 3, 9), [tally(5, 5, 5)] * 7, "net", "week_before", "few_now"),
        (tally(5, 5, 5), [tally(3, 3, 3)] * 7, "net", "day_before", "few_before"),
        (tally(5, 5, 5), [tally(3, 3, 3)] * 7, "net", "week_before", None),
        (tally(2, 0, 2), [tally(2, 1, 2)] * 7, "posts", "day_before", "few_before"),
        (tally(2, 0, 2), [tally(2, 2, 2)] * 7, "posts", "day_before", None),
        (tally(9, 9, 9), [NOTHING] * 4 + [tally(9, 9, 9)] * 3, "net", "week_before", "few_days"),
        (tally(9, 9, 9), [NOTHING] * 3 + [tally(9, 9, 9)] * 4, "net", "week_before", None),
    ],
)
def test_too_little_history_is_no_comparison(
    today: Tally, before: list[Tally], measure: str, against: str, reason: str | None
) -> None:
    found = change(measure, against, today, before)
    assert found.reason == reason
    assert (found.verdict == "unknown") is (reason is not None)
    assert (found.before is None) is (reason is not None)


def test_without_any_earlier_day_nothing_is_compared() -> None:
    assert {one.reason for one in compare(tally(9, 9, 9), [])} == {"no_history"}


def test_the_week_weighs_posts_and_not_days() -> None:
    week = [tally(0, 0, 1)] * 6 + [tally(94, 0, 0)]
    found = change("net", "week_before", tally(50, 0, 50), week)
    assert found.before == -88.0
    assert change("posts", "week_before", tally(50, 0, 50), week).before == 14.2857  # 100 / 7
