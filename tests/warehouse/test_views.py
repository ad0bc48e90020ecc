"""The views of the contract: local days across both clock changes, counts, cut-off visits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from umot.post import Role
from warehouse import load

# Local times around midnight and around both changes of the clocks, and their days.
CLOCKS = {
    "2026-03-28 23:59": date(2026, 3, 28),  # 22:59 UTC
    "2026-03-29 00:00": date(2026, 3, 29),  # 23:00 UTC on the 28th
    "2026-03-29 01:59": date(2026, 3, 29),  # the last minute before they go forward
    "2026-03-29 03:00": date(2026, 3, 29),  # the next one
    "2026-03-29 23:59": date(2026, 3, 29),  # 21:59 UTC
    "2026-03-30 00:00": date(2026, 3, 30),  # 22:00 UTC on the 29th
    "2026-10-24 23:59": date(2026, 10, 24),  # 21:59 UTC
    "2026-10-25 00:00": date(2026, 10, 25),  # 22:00 UTC on the 24th
    "2026-10-25 02:30": date(2026, 10, 25),  # this half hour comes twice
    "2026-10-25 23:59": date(2026, 10, 25),  # 22:59 UTC, in the 25th hour of the day
    "2026-10-26 00:00": date(2026, 10, 26),  # 23:00 UTC on the 25th
}
BY_DAY = ("daily_sentiment", "touchpoint_sentiment", "stage_sentiment")


def test_days_are_local_across_both_changes_of_the_clocks(stories: Any) -> None:
    for at in CLOCKS:
        stories.tell(at, at, (-0.5, "delivery", "Nog steeds niet bezorgd."), author=at)
    for view in ("mentions", "complaints", "zero_moment"):
        found = stories.ask(f"SELECT post_id, day FROM {view}")
        assert {key.removeprefix("forum:"): day for key, day in found} == CLOCKS, view
    days = sorted(set(CLOCKS.values()))
    counts = [list(CLOCKS.values()).count(day) for day in days]
    for view in BY_DAY:
        posts = "posts" if view == "daily_sentiment" else "moments"
        found = stories.ask(f"SELECT day, {posts}, negative FROM {view} ORDER BY day")
        assert found == list(zip(days, counts, counts, strict=True)), view


def test_each_brand_has_days_of_its_own(stories: Any) -> None:
    stories.tell("1", "2026-11-20 00:30", (0.5, "ride"))
    load.save_brand(stories.db, "Lisboa", "Europe/Lisbon", "en")
    stories.run(
        "INSERT INTO post_brands SELECT post_id, 'Lisboa', 'competitor', 'x', NULL, number FROM posts"
    )
    for view in ("mentions", *BY_DAY, "zero_moment"):
        found = stories.ask(f"SELECT brand, day FROM {view} ORDER BY brand")
        assert found == [
            ("Lisboa", date(2026, 11, 19)),
            ("Vlotte Fiets", date(2026, 11, 20)),
        ], view
    assert stories.ask("SELECT brand, role, day, week FROM today ORDER BY brand") == [
        ("Lisboa", "competitor", date(2026, 11, 19), date(2026, 11, 16)),
        ("Vlotte Fiets", "own", date(2026, 11, 20), date(2026, 11, 16)),
    ]


def test_today_is_the_newest_post_but_none_from_the_future(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (0.5, "ride"))
    later = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    stories.tell("2", "2099-01-01 10:00", (0.5, "ride"), collected=later)
    assert stories.ask("SELECT day FROM today") == [(date(2026, 11, 20),)]


def test_the_days_sentiments_are_counted_of_customers_posts(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (0.8, "ride"), (-0.4, "delivery"), rating=4)
    stories.tell("2", "2026-11-20 11:00", (-0.6, "delivery"), (-0.6, "order"), rating=1)
    stories.tell("3", "2026-11-20 12:00", (0.1, "ride"))
    stories.tell("4", "2026-11-20 13:00")  # not read
    stories.tell("5", "2026-11-20 14:00", (0.9, "ride"), author_role=Role.BRAND)
    stories.tell("6", "2026-11-20 15:00", (0.9, "ride"))
    stories.run("UPDATE posts SET excluded_reason = 'spam' WHERE post_id = 'forum:6'")
    ((*counts, net, score, rating),) = stories.ask(
        "SELECT posts, scored, negative, neutral, positive, net_sentiment, score, rating "
        "FROM daily_sentiment"
    )
    # Posts: 0.2 (neutral), -0.6 and 0.1 (neutral); 100 x (0 - 1) / 3.
    assert counts == [4, 3, 1, 2, 0]
    assert [net, score, rating] == [pytest.approx(-100 / 3), pytest.approx(-0.1), 2.5]
    assert stories.ask(
        "SELECT stage, moments, negative, neutral, positive, net_sentiment, round(score, 3), "
        "peaks, ends FROM stage_sentiment ORDER BY stage"
    ) == [
        ("definitive", 1, 1, 0, 0, -100.0, -0.6, 0, 1),
        ("end", 2, 2, 0, 0, -100.0, -0.5, 1, 1),
        ("peak", 2, 0, 1, 1, 50.0, 0.45, 2, 1),
    ]
    assert stories.ask(
        "SELECT touchpoint, moments FROM touchpoint_sentiment ORDER BY touchpoint"
    ) == [("delivery", 2), ("order", 1), ("ride", 2)]


def test_open_viral_alerts_stand_with_their_posts(stories: Any) -> None:
    for name in ("1", "2", "3"):
        post = stories.tell(name, "2026-11-20 10:00", (-0.8, "ride"))
        kind = "viral_negative" if name != "3" else "stage_drop"
        stories.run(
            "INSERT INTO alerts (alert_id, kind, brand, subject, post_id, severity, state, "
            "raised_at, reason) VALUES ($1, $2, 'Vlotte Fiets', $3, $3, 'high', 'open', now(), "
            "'why')", name, kind, post,
        )  # fmt: skip
    stories.run("UPDATE alerts SET state = 'acknowledged' WHERE alert_id = '2'")
    assert stories.ask("SELECT alert_id, severity, reason, label FROM viral_negative") == [
        ("1", "high", "why", "negative")
    ]


def test_an_author_has_a_history_on_a_platform(stories: Any) -> None:
    stories.tell("1", "2026-11-19 10:00", (0.8, "ride"))
    stories.tell("2", "2026-11-20 10:00", (-0.6, "ride"))
    stories.tell("3", "2026-11-21 10:00", (0.6, "ride"), author="shop", author_role=Role.BRAND)
    stories.tell("4", "2026-11-21 10:00", (0.6, "ride"), author=None)
    ((author, *rest),) = stories.ask(
        "SELECT author, posts, negative, positive, score, last_label FROM author_history"
    )
    assert "anna" not in author
    assert rest == [2, 1, 1, pytest.approx(0.1), "negative"]


def test_a_source_whose_visits_are_cut_off_is_not_healthy(stories: Any) -> None:
    def health(*visits: tuple[int, str | None]) -> tuple[bool, str]:
        stories.run("DELETE FROM source_runs")
        for hour, error in visits:
            at = datetime(2026, 11, 20, hour, tzinfo=UTC)
            load.start_run(stories.db, f"r{hour}", "forum", at)
            if error != "killed":
                kind = "retriable" if error else None
                load.finish_run(stories.db, f"r{hour}", at, load.Counts(), None, kind, error)
        ask = "SELECT healthy, last_error FROM source_health"
        (found,) = stories.db.execute(ask).fetchall()
        return found

    assert health((1, None)) == (True, "")
    assert health((1, None), (2, "killed")) == (True, "")  # it may be going on
    assert health((1, None), (2, "killed"), (3, "killed")) == (
        False, "the last 2 visits were cut off",
    )  # fmt: skip
    assert health((1, "503"), (2, "killed")) == (False, "503")
    assert health((1, "killed"), (2, "killed"), (3, None)) == (True, "")
    assert not health((1, "killed"))[0]
