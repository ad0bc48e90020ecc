"""Days that are not like others, and days made again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from umot.digest import build, render, summary
from umot.digest.facts import Digest


def reasons(digest: Digest) -> dict[tuple[str, str], str | None]:
    return {(one.measure, one.against): one.reason for one in digest.changes}


def test_a_day_made_again_later_is_the_same_to_the_byte(
    saturday: Any, saturdays: dict[str, Digest]
) -> None:
    quoted = saturdays["nl"].negative[0].post_id
    saturday.count(quoted, "2026-11-21 23:00", likes=40)
    saturday.warn(quoted, "2026-11-21 23:30")
    before = saturday.digest("2026-11-21")
    assert before.alerts[0].post is not None
    with saturday.at_once():
        for number in range(12):
            saturday.say(f"2026-11-22 0{number % 9}:30", "Later gezegd.", "-", "delivery")
        saturday.count(quoted, "2026-11-22 00:00", likes=4000)
        saturday.count(quoted, "2026-11-22 09:00", likes=9000, replies=200)
        saturday.visit("forum", "2026-11-22 08:00", error="503")
        saturday.visit("reddit", "2026-11-22 00:00", truncated="de helft")
        saturday.visit("nieuw", "2026-11-22 08:00", new=3)
        saturday.warn("forum:0009", "2026-11-22 00:00", key="a2")
    saturday.run(
        "UPDATE alerts SET state = 'acknowledged', acknowledged_at = $1 WHERE alert_id = 'a1'",
        datetime(2026, 11, 22, 8, tzinfo=UTC),
    )
    after = saturday.digest("2026-11-21")
    assert after == before
    for form in ("html", "md", "json"):
        assert render(after, form) == render(before, form)
    assert saturday.digest("2026-11-22").posts.total == 12
    assert saturday.digest("2026-11-22").alerts[0].alert_id == "a2"


def test_the_published_copy_gives_the_same_digest(
    saturday: Any, saturdays: dict[str, Digest]
) -> None:
    saturday.warehouse.publish("test")
    with saturday.warehouse.read() as db:
        published = build(db, "Vlotte Fiets", date(2026, 11, 21), language="nl")
    assert published == saturdays["nl"]


def test_a_post_that_comes_in_late_still_belongs_to_its_day(saturday: Any) -> None:
    collected = datetime(2027, 1, 1, tzinfo=UTC)
    saturday.say("2026-11-21 15:00", "Oud nieuws.", "-", source="import:oud.csv",
                 collected=collected)  # fmt: skip
    digest = saturday.digest("2026-11-21")
    assert digest.posts.total == 33
    assert digest.coverage.imported == ("import:oud.csv",)


def test_an_empty_day_that_was_listened_to_was_quiet(world: Any) -> None:
    world.visit("forum", "2026-11-21 20:00")
    digest = world.digest("2026-11-21")
    assert digest.headline == (
        "Zaterdag 21 november: geen berichten. Alle bronnen zijn bezocht, dus het was echt stil."
    )
    assert digest.coverage.complete
    assert digest.posts.net is None
    for form in ("html", "md", "json", "eml"):
        page = render(digest, form)
        assert "Geen negatieve berichten" not in page, "where nobody spoke there is no list"
    assert "Stemming: geen beoordeelde berichten." in summary(digest)


@pytest.mark.parametrize(
    ("error", "said"),
    [("503", "stilte zegt hier niet alles"), (None, "geen bron bezocht")],
)
def test_an_empty_day_that_was_not_heard_is_no_quiet_day(
    world: Any, error: str | None, said: str
) -> None:
    if error:
        world.visit("forum", "2026-11-21 20:00", error=error)
        world.visit("winkel", "2026-11-21 20:00")
    digest = world.digest("2026-11-21")
    assert said in digest.headline
    assert not digest.coverage.complete


def test_when_every_source_failed_nobody_listened(world: Any) -> None:
    world.visit("forum", "2026-11-21 20:00", error="503")
    headline = world.digest("2026-11-21").headline
    assert "Geen bron is die dag tot het einde goed gelezen" in headline
    assert "weten we niet" in headline


def test_the_first_day_compares_with_nothing(world: Any) -> None:
    with world.at_once():
        for number in range(12):
            world.say(f"2026-11-21 1{number % 10}:00", "Kapot.", "-", "ride")
    digest = world.digest("2026-11-21")
    assert set(reasons(digest).values()) == {"no_history"}
    assert "nog geen eerdere dag" in digest.headline
    assert "geen eerdere berichten" in render(digest, "md")
    assert digest.headline.startswith("Zaterdag 21 november: 12 berichten, allemaal negatief.")


def test_three_days_are_no_week_for_a_stage_either(world: Any) -> None:
    with world.at_once():
        for day, sign in ((18, "+"), (19, "+"), (20, "+"), (21, "-")):
            for _ in range(12):
                world.say(f"2026-11-{day} 12:00", "Kort.", sign, "ride")
    digest = world.digest("2026-11-21")
    assert digest.stages[2].change.reason == reasons(digest)["net", "week_before"] == "few_days"


def test_days_before_the_first_post_are_no_quiet_days(world: Any) -> None:
    with world.at_once():
        for day in (16, 17, 19, 20):  # the 18th is quiet, the 14th and 15th were not heard
            for _ in range(10):
                world.say(f"2026-11-{day} 12:00", "Kort.", "0")
    volume = next(one for one in world.digest("2026-11-21").changes if one.against != "day_before")
    assert (volume.measure, volume.before) == ("posts", 8)  # 40 posts in 5 days


def test_a_quiet_yesterday_is_not_called_the_first_day(world: Any) -> None:
    with world.at_once():
        for day in (15, 21):
            for _ in range(12):
                world.say(f"2026-11-{day} 12:00", "Kort.", "0")
    digest = world.digest("2026-11-21")
    assert reasons(digest)["net", "day_before"] == "no_history"
    assert reasons(digest)["net", "week_before"] == "few_days"
    assert "te weinig berichten om de stemming met eerdere dagen" in digest.headline


def test_three_posts_are_too_few_to_compare(saturday: Any) -> None:
    with saturday.at_once():
        for sign in "-+0":
            saturday.say("2026-11-22 12:00", "Kort.", sign)
    digest = saturday.digest("2026-11-22")
    assert reasons(digest)["net", "day_before"] == "few_now"
    assert reasons(digest)["posts", "day_before"] is None  # 3 against 32 can be compared
    assert digest.headline.startswith(
        "Zondag 22 november: 3 berichten (minder dan de 32 van de dag ervoor), 1 negatief en 1 positief. "
        "Er zijn te weinig berichten"
    )


def test_one_post_reads_well(world: Any) -> None:
    world.say("2026-11-21 12:00", "Mooi.", "+")
    assert world.digest("2026-11-21").headline.startswith(
        "Zaterdag 21 november: 1 bericht, positief."
    )
    assert world.digest("2026-11-21", "en").headline.startswith(
        "Saturday, 21 November: 1 post, positive."
    )


def test_a_day_without_any_reading_says_so(world: Any) -> None:
    world.say("2026-11-21 12:00", "Mooi.", "unread")
    digest = world.digest("2026-11-21")
    assert "van geen enkel is de stemming bekend" in digest.headline
    assert "Het bericht is niet gelezen: 1 nog niet aan de beurt geweest." in digest.coverage.lines


@pytest.mark.parametrize(
    ("day", "hours", "inside", "outside"),
    [
        (
            "2026-03-29",
            23,
            ["2026-03-28T23:00", "2026-03-29T00:59", "2026-03-29T01:00", "2026-03-29T21:59"],
            ["2026-03-28T22:59", "2026-03-29T22:00"],
        ),
        (
            "2026-10-25",
            25,
            ["2026-10-24T22:00", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T22:59"],
            ["2026-10-24T21:59", "2026-10-25T23:00"],
        ),
    ],
)
def test_days_on_which_the_clock_changes_are_whole(
    world: Any, day: str, hours: int, inside: list[str], outside: list[str]
) -> None:
    with world.at_once():
        for moment in inside + outside:
            at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            world.say(f"{day} 12:00", "Tik.", "+", "ride", posted_at=at)
    digest = world.digest(day)
    assert (digest.ends_at - digest.starts_at).total_seconds() == hours * 3600
    assert digest.posts.total == 4
    assert digest.stages[2].tally.total == 4
    assert len(digest.positive) == 4
    assert [one.tally.total for one in digest.history][-2:] == [1, 4]
