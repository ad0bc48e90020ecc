"""Peak and end, experiences, relation and the loop, each figure worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from umot.post import Engagement, Kind, Role
from warehouse import publish
from warehouse.adhoc import ask

VIEWS = (
    "experiences", "experience_scores", "peak_end", "remembered", "relation", "complaint_words",
    "complaints", "zero_moment",
)  # fmt: skip


def near(*values: float | None) -> list[Any]:
    """Numbers as they come out of single precision."""
    return [value if value is None else pytest.approx(value, abs=1e-6) for value in values]


def test_a_post_has_its_peak_end_score_its_mean_and_their_gap(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (-0.2, "order"), (-0.9, "helpdesk"), (0.5, "delivery"))
    stories.tell("2", "2026-11-20 11:00", (0.6, "ride"))
    stories.tell("3", "2026-11-20 12:00")
    rows = stories.ask(
        "SELECT moments, moment_mean, peak_score, end_score, peak_end_score, peak_end_gap, "
        "peak_stage, peak_touchpoint, end_stage, end_touchpoint FROM mentions ORDER BY post_id"
    )
    # (-0.9 + 0.5) / 2 = -0.2 is remembered; (-0.2 - 0.9 + 0.5) / 3 = -0.2 was felt: no gap.
    places = "peak", "helpdesk", "end", "delivery"
    assert list(rows[0]) == [3, *near(-0.2, -0.9, 0.5, -0.2, 0.0), *places]
    assert list(rows[1]) == [1, *near(0.6, 0.6, 0.6, 0.6, 0.0), "peak", "ride", "peak", "ride"]
    assert list(rows[2]) == [None] * 10


def test_one_author_in_one_thread_is_one_experience_in_time_order(stories: Any) -> None:
    stories.tell("root", "2026-11-20 10:00", (-0.5, "ride"), thread="root")
    stories.tell("bob", "2026-11-20 10:30", (0.5, "ride"), thread="root", author="bob")
    stories.tell("shop", "2026-11-20 11:00", (0.2, "ride"), thread="root", author="shop",
                 author_role=Role.BRAND)  # fmt: skip
    stories.tell("third", "2026-11-20 13:00", (0.5, "ride"), thread="root")
    stories.tell("second", "2026-11-20 12:00", (0.1, "ride"), thread="root")
    stories.tell("alone", "2026-11-20 12:00", (0.1, "ride"))  # the same author elsewhere
    for name in ("x", "y"):
        stories.tell(name, "2026-11-20 12:00", (0.1, "ride"), thread="root", author=None)
    stories.tell("spam", "2026-11-20 12:10", (0.1, "ride"), thread="root")
    stories.tell("gone", "2026-11-20 12:20", (0.1, "ride"), thread="root")
    stories.run("UPDATE posts SET excluded_reason = 'spam' WHERE post_id = 'forum:spam'")
    stories.run("UPDATE posts SET deleted_at = now() WHERE post_id = 'forum:gone'")
    rows = stories.ask("SELECT experience_id, post_id, sequence FROM experiences ORDER BY ALL")
    together: dict[str, list[tuple[int, str]]] = {}
    for key, post, sequence in rows:
        together.setdefault(key, []).append((sequence, post.removeprefix("forum:")))
    assert sorted(sorted(one) for one in together.values()) == [
        [(1, "alone")],
        [(1, "bob")],
        [(1, "root"), (2, "second"), (3, "third")],
        [(1, "x")],
        [(1, "y")],
    ]


def test_an_experience_has_a_peak_and_an_end_of_its_own(stories: Any) -> None:
    thread = {"thread": "a"}
    stories.tell("a", "2026-11-20 10:00", (-0.8, "delivery"), (-0.4, "helpdesk"), **thread)
    stories.tell("b", "2026-11-21 10:00", (-0.3, "order"), (0.8, "ride"), **thread)
    stories.tell("c", "2026-11-22 10:00", **thread)  # nothing was read in it
    ((*numbers, first, last, day),) = stories.ask(
        "SELECT posts, moments, moment_mean, peak_score, end_score, peak_end_score, peak_end_gap, "
        "peak_touchpoint, end_touchpoint, day FROM experience_scores"
    )
    # Of -0.8 and 0.8, as strong, the first is the peak; the end is that of the last one read.
    # Mean (-0.8 - 0.4 - 0.3 + 0.8) / 4 = -0.175; remembered (-0.8 + 0.8) / 2 = 0.
    assert numbers == [3, 4, *near(-0.175, -0.8, 0.8, 0.0, 0.175)]
    assert (first, last, day) == ("delivery", "ride", date(2026, 11, 22))
    # As it was known after the first post: (-0.8 - 0.4) / 2 on both counts.
    before = "SELECT peak_end_score, moment_mean FROM experience_scores_until($1)"
    assert [list(row) for row in stories.ask(before, "2026-11-21 00:00:00+00")] == [
        near(-0.6, -0.6)
    ]


def test_peaks_and_ends_are_shared_out_over_the_touchpoints(stories: Any) -> None:
    stories.tell("1", "2026-11-16 00:00", (-0.9, "helpdesk"), (0.3, "delivery"), author="a")
    stories.tell("2", "2026-11-17 10:00", (-0.5, "helpdesk"), (-0.1, "none"), author="b")
    stories.tell("3", "2026-11-18 10:00", (0.8, "ride"), author="c")
    stories.tell("4", "2026-11-22 23:59", (-0.4, "order"), (-0.7, "delivery"), author="d")
    stories.tell("5", "2026-11-23 00:00", (0.7, "praise"), author="e")  # the week after
    stories.tell("6", "2026-11-18 10:00", (0.9, "site"), author="f", author_role=Role.BRAND)
    rows = stories.ask(
        "SELECT stage, touchpoint, peaks, peak_share, peak_score, ends, end_share, end_score "
        "FROM peak_end WHERE week = DATE '2026-11-16' ORDER BY touchpoint"
    )
    assert [list(row) for row in rows] == [
        ["end", "delivery", 1, 0.25, *near(-0.7), 2, 0.5, *near(-0.2)],
        ["peak", "helpdesk", 2, 0.5, *near(-0.7), 0, 0.0, None],
        ["none", "none", 0, 0.0, None, 1, 0.25, *near(-0.1)],
        ["peak", "ride", 1, 0.25, *near(0.8), 1, 0.25, *near(0.8)],
    ]
    assert stories.ask("SELECT touchpoint, peak_share FROM peak_end WHERE week > '2026-11-16'") == [
        ("praise", 1.0)
    ]


def test_the_week_as_remembered_against_as_experienced(stories: Any) -> None:
    stories.tell("1", "2026-11-16 10:00", (-0.9, "helpdesk"), (0.1, "ride"), (-0.7, "delivery"))
    stories.tell("2", "2026-11-17 10:00", (0.6, "ride"), author="b")
    ((experiences, moments, *numbers),) = stories.ask(
        "SELECT experiences, moments, remembered, experienced, gap, mean_gap FROM remembered"
    )
    # Remembered (-0.8 + 0.6) / 2 = -0.1; felt (-0.9 + 0.1 - 0.7 + 0.6) / 4 = -0.225.
    # The first is remembered as -0.8 and was -0.5 on average, the second has no gap.
    assert (experiences, moments) == (2, 4)
    assert numbers == near(-0.1, -0.225, 0.125, -0.15)


WEEKS = {
    "2026-03-29 23:59": "2026-03-23",  # 21:59 UTC, after the clocks went forward
    "2026-03-30 00:00": "2026-03-30",  # 22:00 UTC on Sunday
    "2026-10-25 23:59": "2026-10-19",  # 22:59 UTC, after they went back
    "2026-10-26 00:00": "2026-10-26",  # 23:00 UTC on Sunday
    "2026-12-31 23:59": "2026-12-28",
    "2027-01-04 00:00": "2027-01-04",
}


def test_weeks_are_those_of_the_brands_clocks(stories: Any) -> None:
    for number, at in enumerate(WEEKS):
        stories.tell(str(number), at, (0.5, "ride"), author=at)
    mondays = [(date.fromisoformat(week),) for week in WEEKS.values()]
    for view in ("experience_scores", "peak_end", "remembered", "relation"):
        order = "first_posted" if view == "experience_scores" else "week"
        found = stories.ask(f"SELECT week FROM {view} ORDER BY {order}")
        assert found == (mondays if order == "first_posted" else sorted(mondays)), view


def test_the_relation_is_quantity_times_quality(stories: Any) -> None:
    stories.tell("1", "2026-11-16 10:00", (-0.9, "helpdesk"), (0.3, "delivery"), (0.2, "none"))
    stories.tell("2", "2026-11-17 10:00", (-0.6, "helpdesk"), (0.5, "ride"), author="b")
    stories.tell("3", "2026-11-23 10:00", (0.4, "ride"), author="c")
    stories.tell("4", "2026-11-17 10:00", (0.9, "ride"), author_role=Role.BRAND)
    stories.tell("5", "2026-11-17 10:00", (0.9, "ride"), author="d")
    stories.tell("6", "2026-11-17 10:00", (0.9, "ride"), author="e", model="older")
    stories.tell("7", "2026-11-17 10:00", (0.7, "ride"), author="f", brand="Rivaal")
    stories.run("UPDATE posts SET deleted_at = now() WHERE post_id = 'forum:5'")
    rows = stories.ask(
        "SELECT week, touchpoint, channel, name_nl, quantity, quality, relation FROM relation "
        "WHERE brand = 'Vlotte Fiets' ORDER BY week, touchpoint"
    )
    first, second = date(2026, 11, 16), date(2026, 11, 23)
    assert [list(row) for row in rows] == [
        [first, "delivery", "post", "delivery (nl)", 1, *near(0.3, 0.3)],
        [first, "helpdesk", "phone", "helpdesk (nl)", 2, *near(-0.75, -1.5)],
        [first, "ride", "shop", "ride (nl)", 1, *near(0.5, 0.5)],
        [second, "ride", "shop", "ride (nl)", 1, *near(0.4, 0.4)],
    ]


def weights(stories: Any) -> dict[str, dict[str, float]]:
    """What zero_moment says, by name of the post."""
    columns = "reach", "prominence", "freshness", "strength", "weight", "ultimate_score"
    rows = stories.ask(f"SELECT post_id, {', '.join(columns)} FROM zero_moment")
    return {key.removeprefix("forum:"): dict(zip(columns, row, strict=True)) for key, *row in rows}


def test_what_the_next_customer_meets_is_weighed_by_four_factors(stories: Any) -> None:
    long = "x" * 199 + "."
    heard = "2026-11-20 12:00"
    seen = Engagement(None, views=999)
    stories.tell("new", heard, (-0.8, "praise", long), engagement=seen, rating=1,
                 kind=Kind.REVIEW)  # fmt: skip
    stories.tell("old", "2026-09-21 12:00", (-0.8, "praise", long), rating=1, kind=Kind.REVIEW,
                 engagement=Engagement(None, likes=49, audience=99))  # fmt: skip
    stories.tell("talk", "2026-11-13 12:00", (0.5, "ride", long))
    stories.tell("stars", heard, (0.5, "ride", "x" * 50), rating=3)
    stories.tell("shop", heard, (0.5, "ride", long), author_role=Role.BRAND)
    stories.tell("unread", heard)
    found = weights(stories)
    assert set(found) == {"new", "old", "talk", "stars"}
    # A thousand readers are half of a million's six zeros; 0.5 x 1 x 1 x 0.8.
    assert list(found["new"].values()) == near(0.5, 1.0, 1.0, 0.8, 40.0, -0.8)
    # Sixty days: a half-life of a review, an hour off for the clocks; 20 x 49 = 980 > 99 readers.
    assert found["old"]["reach"] == pytest.approx(0.49861, abs=1e-5)
    assert found["old"]["freshness"] == pytest.approx(0.5 ** ((60 * 24 + 1) / (60 * 24)), abs=1e-5)
    # Nothing is counted: ten readers, log10(11) / 6 = 0.17357. A week: half. No stars: 0.8.
    assert list(found["talk"].values())[:4] == near(0.1735655, 0.8, 0.5, 0.5)
    assert found["talk"]["weight"] == pytest.approx(100 * 0.1735655 * 0.8 * 0.5 * 0.5, abs=1e-4)
    assert found["talk"]["ultimate_score"] is None
    # Three stars 0.6; 50 of 200 characters: 0.2 + 0.8 / 4 = 0.4.
    assert found["stars"]["prominence"] == pytest.approx(0.24)


def test_the_same_data_gives_the_same_weights_and_a_visit_makes_them_older(stories: Any) -> None:
    stories.tell("1", "2026-11-20 12:00", (0.5, "ride"))
    assert weights(stories)["1"]["freshness"] == 1
    stories.run(
        "INSERT INTO source_runs (run_id, source, started_at, seen, new, changed, deleted, "
        "rejected) VALUES ('r', 'forum', '2026-11-27 11:00:00+00', 0, 0, 0, 0, 0)"
    )
    assert weights(stories)["1"]["freshness"] == pytest.approx(0.5)


def test_everyone_can_ask_the_published_copy(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (-0.9, "delivery", "Nog steeds niet bezorgd."))
    own = {view: stories.ask(f"SELECT * FROM {view} ORDER BY ALL") for view in VIEWS}
    publish.publish(stories.db, stories.warehouse.published)
    with stories.warehouse.read() as db:
        for view, rows in own.items():
            assert rows, view
            assert db.execute(f"SELECT * FROM {view} ORDER BY ALL").fetchall() == rows
    asked = ask(stories.warehouse.published, "SELECT state, text FROM complaints")
    assert asked.table.to_pylist() == [{"state": "open", "text": "Nog steeds niet bezorgd."}]
