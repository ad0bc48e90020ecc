"""How well sources were heard, and which alerts were open, at the end of a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from umot.digest import render
from umot.digest.facts import Health

DAY = "2026-11-21"


def health(world: Any, source: str = "forum", day: str = DAY) -> Health:
    return next(one.health for one in world.digest(day).sources if one.name == source)


def test_a_source_that_was_not_visited_that_day_is_late(world: Any) -> None:
    world.visit("forum", "2026-11-20 23:59")
    found = health(world)
    assert (found.state, found.error) == ("late", None)
    digest = world.digest(DAY)
    assert digest.coverage.late == ("forum",)
    assert "te laat; laatst gelukt op 20 nov 2026, 23:59" in render(digest, "md")
    assert "Te laat, die dag niet gelukt: forum." in digest.coverage.lines


def test_a_failed_last_visit_is_shown_with_its_reason(world: Any) -> None:
    world.visit("forum", "2026-11-21 08:00")
    world.visit("forum", "2026-11-21 20:00", error="503 Service\nUnavailable")
    found = health(world)
    assert (found.state, found.error) == ("failed", "503 Service Unavailable")
    world.visit("forum", "2026-11-21 21:00")
    assert health(world).state == "ok"  # it caught up


def test_a_source_that_never_succeeded_is_late_the_day_after(world: Any) -> None:
    world.visit("forum", "2026-11-20 20:00", error="401")
    found = health(world)
    assert (found.state, found.last_success) == ("late", None)
    assert "in de twee weken ervoor niet gelukt" in render(world.digest(DAY), "md")


def test_a_visit_that_had_not_ended_by_midnight_was_not_made(world: Any) -> None:
    world.visit("forum", "2026-11-20 20:00")
    world.visit("forum", "2026-11-21 20:00", under_way=True)
    world.visit("forum", "2026-11-22 00:00")
    assert health(world).state == "late"


def test_a_success_in_the_first_hour_of_a_long_day_is_too_old(world: Any) -> None:
    world.visit("forum", "2026-10-25 00:30")
    assert health(world, day="2026-10-25").state == "late"
    world.visit("forum", "2026-10-25 01:30")
    assert health(world, day="2026-10-25").state == "ok"


def test_what_was_kept_back_is_told(world: Any) -> None:
    world.visit("forum", "2026-11-21 08:00", truncated="alleen de laatste 1.000")
    world.visit("forum", "2026-11-21 20:00")
    digest = world.digest(DAY)
    assert digest.coverage.truncated == ("forum",)
    assert not digest.coverage.complete
    assert "niet alles: alleen de laatste 1.000" in render(digest, "md")


def test_a_source_unheard_for_two_weeks_is_no_longer_in_use(world: Any) -> None:
    world.visit("forum", "2026-11-07 23:59")
    assert world.digest(DAY).sources == ()
    world.visit("forum", "2026-11-08 00:00")
    assert health(world).state == "late"


def test_posts_brought_in_later_make_no_source_late(world: Any) -> None:
    world.say("2026-11-21 10:00", "Van toen.", "0")
    world.visit("forum", "2026-11-22 10:00", new=1)
    digest = world.digest(DAY)
    assert digest.coverage.unvisited == ("forum",)
    assert "niet elke bron" not in digest.headline


def test_an_imported_file_is_never_late(world: Any) -> None:
    world.say("2026-11-21 10:00", "Van toen.", "0", source="import:a.csv")
    world.visit("import:a.csv", "2026-11-20 10:00", new=1)
    assert health(world, "import:a.csv").state == "imported"
    assert world.digest("2026-11-22").sources == ()
    assert world.digest(DAY).coverage.visited == 0


def test_sources_of_another_brand_are_left_out(world: Any) -> None:
    world.say("2026-11-21 10:00", "Trage post.", "0", brand="Trage Fiets", source="elders")
    world.visit("elders", "2026-11-21 20:00", new=1)
    world.visit("stil", "2026-11-21 20:00")  # has brought nothing yet: it may be ours
    assert [one.name for one in world.digest(DAY).sources] == ["stil"]


@pytest.fixture
def post(world: Any) -> str:
    return world.say("2026-11-19 10:00", "Schande dit.", "-", "delivery")


def test_alerts_stay_open_until_somebody_takes_them_up(world: Any, post: str) -> None:
    world.warn(post, "2026-11-21 23:59")
    world.run(
        "UPDATE alerts SET state = 'acknowledged', acknowledged_at = $1",
        datetime(2026, 11, 22, 23, tzinfo=UTC),  # midnight of the 23rd on the brand's clocks
    )
    assert world.digest("2026-11-20").alerts == ()
    assert len(world.digest("2026-11-21").alerts) == 1
    assert len(world.digest("2026-11-22").alerts) == 1
    assert world.digest("2026-11-23").alerts == ()


def test_an_alert_shows_its_post_as_it_stood_that_day(world: Any, post: str) -> None:
    world.count(post, "2026-11-21 12:00", likes=80)
    world.count(post, "2026-11-22 12:00", likes=800)
    world.warn(post, "2026-11-21 12:00", severity="medium")
    (alert,) = world.digest(DAY).alerts
    assert alert.post is not None
    assert (alert.post.text, alert.post.likes) == ("Schande dit.", 80)
    text = render(world.digest(DAY), "md")
    assert "Negatief bericht gaat rond (middel)" in text
    assert "19 nov 2026, 10:00" in text
    assert "Er staat 1 waarschuwing open." in world.digest(DAY).headline


def test_the_gravest_alerts_come_first_and_a_gone_post_is_not_shown(world: Any, post: str) -> None:
    world.warn(post, "2026-11-21 10:00", key="b", severity="medium")
    world.warn(None, "2026-11-20 10:00", key="c", severity="high", kind="stage_drop")
    world.delete(post, "2026-11-21 11:00")
    alerts = world.digest(DAY).alerts
    assert [one.alert_id for one in alerts] == ["c", "b"]
    assert [one.post for one in alerts] == [None, None]
    assert "**Waarschuwing (hoog).**" in render(world.digest(DAY), "md")


def test_of_many_alerts_the_rest_is_counted(world: Any, post: str) -> None:
    with world.at_once():
        for number in range(13):
            world.warn(post, "2026-11-21 10:00", key=f"k{number:02}")
    digest = world.digest(DAY)
    assert len(digest.alerts) == 13
    for form in ("md", "html"):
        text = render(digest, form)
        assert text.count("120 reacties erbij") == 10
        assert "En nog 3 waarschuwingen." in text


def test_a_closed_alert_without_a_time_is_not_open(world: Any, post: str) -> None:
    world.warn(post, "2026-11-21 10:00")
    world.run("UPDATE alerts SET state = 'closed'")
    assert world.digest(DAY).alerts == ()
