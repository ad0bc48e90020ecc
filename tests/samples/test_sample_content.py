"""The sample's posts: enough of them, in the right mix, told apart, and dated as promised."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from samples import brand, gold, passes
from samples.content import bad_rows, reviews, rows, threads, topics
from samples.reddit_things import place
from samples.timeline import When, along, grown, wander

ANCHOR = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOURS = [datetime(2026, 5, 20, hour, 5, tzinfo=AMSTERDAM) for hour in range(24)]


def posts():
    """Every post that the sample configuration reaches."""
    ours = [thread for thread in threads() if not thread.off_topic]
    comments = [comment for thread in ours for comment in thread.comments]
    return [*reviews(), *topics(), *rows(), *ours, *comments]


def moments(anchor):
    """The times of all posts for an anchor, in the order of ``posts``."""
    return [post.when.moment(anchor, AMSTERDAM) for post in posts()]


def test_there_are_enough_posts_on_every_platform():
    counts = Counter(row.post_id.partition(":")[0] for row in gold())
    assert counts["app_store"] == 45
    assert counts["forum"] == 25
    assert counts["webshop"] == 35
    assert counts["reddit"] >= 80
    assert len(gold()) == len(posts()) >= 160


def test_about_two_thirds_is_dutch_and_two_posts_are_in_a_language_nobody_scores():
    languages = Counter(row.language for row in gold())
    assert 0.6 <= languages["nl"] / len(gold()) <= 0.7
    assert 0.3 <= languages["en"] / len(gold()) <= 0.4
    assert languages["pl"] == languages["tr"] == 1


def test_every_stage_and_label_occurs_often_enough_to_measure():
    stages = Counter(row.stage for row in gold())
    assert set(stages) == {"zero", "definitive", "peak", "end", "ultimate", "none"}
    assert min(stages.values()) >= 15
    labels = Counter(row.label for row in gold())
    assert set(labels) == {"negative", "neutral", "positive"}
    assert min(labels.values()) >= 40


def test_every_stage_occurs_in_both_languages_and_both_moods():
    seen = {(row.stage, row.language, row.label) for row in gold()}
    for stage in ("zero", "definitive", "peak", "end", "ultimate"):
        for language in ("nl", "en"):
            for label in ("negative", "positive"):
                assert (stage, language, label) in seen


def test_ids_and_texts_are_all_different():
    assert len({row.post_id for row in gold()}) == len(gold())
    assert len({row.body for row in gold()}) == len(gold())
    starts = Counter(" ".join(row.body.lower().split()[:4]) for row in gold())
    assert starts.most_common(1)[0][1] == 1
    titles = [row.title for row in gold() if row.title]
    assert len(set(titles)) == len(titles)


def test_every_text_is_trimmed_and_has_words():
    for row in gold():
        assert row.body == row.body.strip()
        assert len(row.body.split()) >= 4, row.post_id


def test_company_posts_are_marked_as_the_company_s():
    official = [row for row in gold() if row.author_role == "brand"]
    assert len(official) >= 5
    assert {row.stage for row in official} == {"none"}


def test_gold_has_the_text_after_the_edit_and_before_the_deletion():
    answers = {row.post_id: row for row in gold()}
    assert "EDIT:" in answers["reddit:t3_1p4k201"].body
    assert "adres" in answers["reddit:t3_1p4k211"].body


@pytest.mark.parametrize("anchor", HOURS, ids=lambda anchor: f"{anchor:%H}")
def test_every_post_lies_in_the_fortnight_before_the_anchor(anchor):
    for moment in moments(anchor):
        assert anchor - timedelta(days=14) <= moment < anchor


@pytest.mark.parametrize("anchor", HOURS, ids=lambda anchor: f"{anchor:%H}")
def test_answers_come_after_what_they_answer_at_whatever_hour_the_anchor_is(anchor):
    created = {one.name: one.created for one in place(anchor)}
    for one in place(anchor):
        if one.item is not one.thread:
            assert created[one.parent] < one.created, one.name
        assert one.edited is None or one.edited > one.created
        assert one.gone is None or one.gone > one.created


def test_every_day_has_posts_and_the_last_three_have_most():
    days = Counter((ANCHOR - moment).days for moment in moments(ANCHOR))
    assert all(days[day] >= 3 for day in range(13))
    older = sorted(days[day] for day in range(3, 13))
    assert min(days[day] for day in range(3)) > 2 * older[len(older) // 2]


def test_people_write_at_hours_when_people_are_awake():
    clocks = [post.when.at for post in posts() if post.when.at]
    assert len(clocks) > 100
    assert all(6 <= clock.hour <= 23 for clock in clocks)
    assert len({clock.minute for clock in clocks}) > 40


def test_the_anchor_moves_the_dates_by_as_much_and_nothing_else():
    shifted = moments(ANCHOR + timedelta(days=1))
    assert shifted == [moment + timedelta(days=1) for moment in moments(ANCHOR)]


def test_wall_clock_times_stay_put_when_the_clocks_change():
    spring = datetime(2026, 3, 29, 15, 0, tzinfo=UTC)
    when = posts()[0].when
    local = when.moment(spring, AMSTERDAM).astimezone(AMSTERDAM)
    assert local.time() == when.at


def test_a_time_without_a_zone_is_refused():
    naive = ANCHOR.replace(tzinfo=None)
    with pytest.raises(ValueError, match="with a zone"):
        passes(naive)
    with pytest.raises(ValueError, match="with a zone"):
        When(hours=3).moment(naive, AMSTERDAM)


def test_passes_end_at_the_anchor_and_see_both_spreading_threads_four_times():
    seen = passes(ANCHOR)
    assert len(seen) >= 5
    assert list(seen) == sorted(seen)
    assert seen[-1] == ANCHOR
    spreading = [one for one in place(ANCHOR) if one.item is one.thread and one.thread.growth]
    assert {one.thread.label for one in spreading} == {"negative", "positive"}
    for one in spreading:
        assert sum(moment >= one.created for moment in seen) >= 4


def test_ten_small_threads_are_noisy_and_the_spreading_ones_have_quiet_age_mates():
    assert len([thread for thread in threads() if thread.jitter]) == 10
    created = {one.thread.id: one.created for one in place(ANCHOR) if one.item is one.thread}
    quiet = [
        thread
        for thread in threads()
        if not thread.growth
        and not thread.jitter
        and abs(created[thread.id] - created["1p4k9v1"]) < timedelta(hours=4)
    ]
    assert len(quiet) >= 5
    assert max(thread.score for thread in quiet) < 10


def test_the_awkward_texts_are_there():
    bodies = "\n".join(row.title + "\n" + row.body for row in gold())
    for text in ("<script>", '=HYPERLINK("', "\u001b[31m", "Niet verkeerd"):
        assert text in bodies
    assert any(one.stars == 1 and one.label == "positive" for one in reviews())
    assert any(one.stars == 5 and one.label == "negative" for one in rows())
    assert any(one.stars is None for one in rows())
    assert len(bad_rows()) == 2


def test_the_company_is_our_own_invention_with_addresses_that_lead_nowhere():
    assert brand().name == "Vlotwiel"
    assert brand().zone == AMSTERDAM
    assert brand().forum["home"].endswith(".example")


def test_curves():
    assert along([[0, 1], [2, 5], [4, 25]], 3) == (15,)
    assert along([[0, 1], [2, 5]], 99) == (5,)
    assert along([[0, 1], [2, 5]], -1) == (1,)
    assert grown(100, 0, 9) == 0
    assert grown(100, 9, 9) == 63
    assert grown(100, 999, 9) == 100
    assert {wander("a", ANCHOR + timedelta(minutes=30 * step), 2) for step in range(60)} == {
        -2, -1, 0, 1, 2,
    }  # fmt: skip
    assert wander("a", ANCHOR, 4) == wander("a", ANCHOR + timedelta(minutes=29), 4)
