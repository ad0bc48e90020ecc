"""The numbers of one day, counted by hand in saturday.toml."""

from __future__ import annotations

from typing import Any

import pytest

from umot.digest import Digest, render
from umot.errors import UnknownName


@pytest.fixture
def digest(saturdays: dict[str, Digest]) -> Digest:
    return saturdays["nl"]


def test_the_posts_of_customers_are_counted_and_those_of_the_brand_are_not(digest: Digest) -> None:
    posts = digest.posts
    assert (posts.total, posts.scored) == (32, 28)
    assert (posts.negative, posts.neutral, posts.positive) == (14, 6, 8)
    assert (posts.negative_share, posts.neutral_share, posts.positive_share) == (
        0.5,
        0.2143,
        0.2857,
    )
    assert posts.net == -21.43  # 100 x (8 - 14) / 28


def test_unscored_posts_are_told_apart(digest: Digest, saturday: Any) -> None:
    missed = digest.unscored
    assert (missed.language, missed.empty, missed.failed) == (2, 1, 1)
    assert (missed.unread, missed.deleted, missed.total) == (0, 0, 4)
    saturday.say("2026-11-21 22:00", "Nog niet gelezen.", "unread")
    gone = saturday.say("2026-11-21 22:01", "Weg voor het gelezen was.", "unread")
    saturday.delete(gone, "2026-11-22 08:00")
    missed = saturday.digest("2026-11-21").unscored
    assert (missed.unread, missed.deleted, missed.total) == (1, 1, 6)


def test_changes_carry_their_interval(digest: Digest) -> None:
    changes = {(one.measure, one.against): one for one in digest.changes}
    assert len(changes) == len(digest.changes) == 15
    volume = changes["posts", "week_before"]
    assert (volume.now, volume.before, volume.difference) == (32, 8, 24)
    assert volume.verdict == "up"
    net = changes["net", "week_before"]
    # 28 posts at -21.43 against 56 at +25; the interval is worked out in test_digest_change.py.
    assert (net.now, net.before, net.difference) == (-21.4286, 25.0, -46.4286)
    assert net.low == pytest.approx(-82.05, abs=0.01)
    assert net.high == pytest.approx(-6.23, abs=0.01)
    assert net.verdict == "down"
    assert changes["neutral", "week_before"].verdict == "same"
    day = changes["net", "day_before"]
    assert (day.verdict, day.reason, day.before, day.low) == ("unknown", "few_before", None, None)


def test_sources_platforms_and_languages_add_up(digest: Digest) -> None:
    assert [(one.name, one.tally.total, one.tally.net) for one in digest.sources] == [
        ("forum", 17, -14.29),  # 6 negative, 4 neutral, 4 positive
        ("reddit", 8, -25.0),  # 4 negative, 2 neutral, 2 positive
        ("winkel", 7, -33.33),  # 4 negative, 2 positive
    ]
    assert {one.health.state for one in digest.sources} == {"ok"}
    assert [(one.key, one.name, one.tally.total) for one in digest.platforms] == [
        ("forum", "Forum", 17),
        ("reddit", "Reddit", 8),
        ("shop", "Shop", 7),
    ]
    assert [(one.key, one.name, one.tally.total) for one in digest.languages] == [
        ("nl", "Nederlands", 24),
        ("en", "Engels", 6),
        ("cs", "Tsjechisch", 1),
        ("pl", "Pools", 1),
    ]


def test_the_journey_has_five_stages_in_order_with_their_touchpoints(digest: Digest) -> None:
    assert [(one.key, one.tally.total, one.tally.net) for one in digest.stages] == [
        ("zero", 2, 0.0),
        ("definitive", 3, 33.33),
        ("peak", 7, 0.0),  # battery 3 negative; riding 3 positive, 1 neutral
        ("end", 12, -83.33),  # delivery 9 negative, 1 positive; returns 2 negative
        ("ultimate", 3, 100.0),
    ]
    end = digest.stages[3]
    assert end.name == "Eindmoment"
    assert [(one.key, one.name, one.tally.total, one.tally.net) for one in end.touchpoints] == [
        ("delivery", "Bezorging", 10, -80.0),
        ("returns", "Retour", 2, -100.0),
    ]
    assert digest.untraced == 1  # the shop in Zwolle


def test_the_last_fourteen_days_are_all_there(digest: Digest) -> None:
    totals = [one.tally.total for one in digest.history]
    assert totals == [0] * 6 + [8] * 7 + [32]
    assert digest.history[0].day.isoformat() == "2026-11-08"


def test_the_strongest_posts_are_quoted_once_per_writer(digest: Digest) -> None:
    assert [one.score for one in digest.negative] == [-0.97, -0.91, -0.9, -0.88, -0.86]
    assert [one.score for one in digest.positive] == [0.96, 0.93, 0.89, 0.87, 0.84]
    first = digest.negative[0]
    assert (first.source, first.rating, first.stage) == ("winkel", 1, "end")
    assert (first.stage_name, first.touchpoint_name) == ("Eindmoment", "Bezorging")
    assert first.url == "https://winkel.example/recensies/1"
    assert digest.negative[3].title == "Krom aangekomen"


def test_reach_lifts_a_post_and_a_deleted_one_is_not_quoted(saturday: Any) -> None:
    late = next(
        one.post_id
        for one in saturday.digest("2026-11-21", examples=50).negative
        if one.text.startswith("Levertijd")
    )
    saturday.count(late, "2026-11-21 18:00", likes=9)  # 0.64 x 1.25: not enough
    assert late not in [one.post_id for one in saturday.digest("2026-11-21").negative]
    saturday.count(late, "2026-11-21 19:00", likes=900, replies=99)  # 0.64 x 1.75
    quoted = saturday.digest("2026-11-21").negative
    assert quoted[0].post_id == late
    assert (quoted[0].likes, quoted[0].replies, quoted[0].shares) == (900, 99, None)
    saturday.delete(late, "2026-11-21 20:00")
    again = saturday.digest("2026-11-21")
    assert late not in [one.post_id for one in again.negative]
    assert again.posts.negative == 14  # what was read in it stays


def test_votes_against_a_post_are_no_reach(digest: Digest, saturday: Any) -> None:
    before = [one.post_id for one in digest.negative]
    saturday.count(before[1], "2026-11-21 18:00", likes=-400)
    assert [one.post_id for one in saturday.digest("2026-11-21").negative] == before


def test_counts_without_a_time_are_the_oldest(digest: Digest, saturday: Any) -> None:
    post = digest.negative[0].post_id
    saturday.count(post, None, likes=7)
    assert saturday.digest("2026-11-21").negative[0].likes == 7
    saturday.count(post, "2026-11-21 18:00", likes=8)
    assert saturday.digest("2026-11-21").negative[0].likes == 8


def test_as_many_posts_are_quoted_as_asked(saturday: Any) -> None:
    assert len(saturday.digest("2026-11-21", examples=2).negative) == 2
    assert len(saturday.digest("2026-11-21", examples=50).negative) == 13  # one writer has two


def test_another_brand_has_a_digest_of_its_own(saturday: Any) -> None:
    saturday.say("2026-11-21 10:00", "Prima banden.", "+", brand="Trage Fiets", source="elders")
    other = saturday.digest("2026-11-21", brand="Trage Fiets")
    assert (other.posts.total, [one.name for one in other.sources]) == (1, ["elders"])
    assert saturday.digest("2026-11-21").posts.total == 32


def test_an_unknown_brand_or_language_is_named(saturday: Any) -> None:
    with pytest.raises(UnknownName, match="brand 'Snelle Fiets'; valid: Vlotte Fiets"):
        saturday.digest("2026-11-21", brand="Snelle Fiets")
    with pytest.raises(UnknownName, match="language 'fr'; valid: en, nl"):
        saturday.digest("2026-11-21", language="fr")


def test_a_post_without_a_body_says_what_its_title_says(world: Any) -> None:
    world.say("2026-11-21 10:00", "  ", "+", title="Kijk nou wat een fiets", rating=4.5)
    (quote,) = world.digest("2026-11-21").positive
    assert (quote.title, quote.text) == (None, "Kijk nou wat een fiets")
    assert "4,5 van 5 sterren" in render(world.digest("2026-11-21"), "md")


def test_a_touchpoint_off_the_map_goes_by_its_key(world: Any) -> None:
    world.say("2026-11-21 10:00", "Fijne app.", "+", "app_login", stage="peak")
    digest = world.digest("2026-11-21")
    assert [one.name for one in digest.stages[2].touchpoints] == ["app_login"]
    assert (digest.positive[0].stage_name, digest.positive[0].touchpoint_name) == (
        "Piekmoment",
        None,
    )
    assert "10:00 · Piekmoment" in render(digest, "md")


def test_praise_is_told_where_there_is_little_criticism(world: Any) -> None:
    with world.at_once():
        for _ in range(3):
            world.say("2026-11-21 10:00", "Heerlijk.", "+", "ride")
        world.say("2026-11-21 10:00", "Laat.", "-", "delivery")
    assert "lof ging het vaakst over ‘Rijden’." in world.digest("2026-11-21").headline
