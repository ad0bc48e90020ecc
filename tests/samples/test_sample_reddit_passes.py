"""The sample's Reddit over several passes: what grows, what wanders, what is edited or gone."""

from datetime import timedelta
from itertools import pairwise

from samples import brand, gold, passes

BAD, GOOD = "1p4k9v1", "1p4k9v2"
DELETED, REMOVED, EDITED = "1p4k211", "nt7c206", "1p4k201"


def whole(reddit, thread_id):
    """A thread and all its comments, with the stubs opened."""
    thread = reddit.submission(thread_id)
    thread.comments.replace_more(limit=None)
    return thread, thread.comments.list()


def test_the_configured_reading_reaches_every_post_of_the_gold(server, reddit):
    reached = set()
    for moment in (
        server.anchor - timedelta(hours=12),
        server.anchor,
    ):  # before and after the deletion
        server.set_now(moment)
        ids = {one.id for one in reddit.subreddit("Vlotwiel").new(limit=None)}
        ids |= {one.id for one in reddit.subreddit("all").search("vlotwiel", limit=None)}
        for thread_id in ids:
            thread, comments = whole(reddit, thread_id)
            reached |= {thread.name, *(one.name for one in comments)}
    expected = {row.post_id.removeprefix("reddit:") for row in gold() if "reddit:" in row.post_id}
    assert reached == expected


def test_the_company_answers_in_several_threads(reddit):
    comments = reddit.subreddit("all").comments(limit=None)
    official = brand().reddit["company_accounts"]
    answered = {one.link_id for one in comments if str(one.author) in official}
    assert len(answered) >= 4


def test_both_spreading_threads_grow_fast_over_at_least_four_passes(server, reddit):
    rows = {BAD: [], GOOD: []}
    for moment in passes(server.anchor):
        server.set_now(moment)
        for one in reddit.info(fullnames=[f"t3_{BAD}", f"t3_{GOOD}"]):
            rows[one.id].append((one.score, one.num_comments, one.num_crossposts, one.view_count))
    for seen in rows.values():
        assert len(seen) >= 4
        for earlier, later in pairwise(seen):
            assert all(a <= b for a, b in zip(earlier, later, strict=True))
            assert later[0] > 1.3 * earlier[0]
            assert later[1] > 1.3 * earlier[1]
            assert later[3] > 1.3 * earlier[3]
    for bad, good in zip(rows[BAD], rows[GOOD], strict=True):
        assert 0.8 < good[0] / bad[0] < 1.25


def test_noisy_threads_go_up_and_down_and_stay_small(server, reddit):
    noisy = ["t3_1p4k203", "t3_1p4k205", "t3_1p4k210"]
    scores = {name: [] for name in noisy}
    for step in range(24):
        server.set_now(server.anchor - timedelta(minutes=30 * step))
        for one in reddit.info(fullnames=noisy):
            scores[one.name].append(one.score)
    for seen in scores.values():
        assert 0 <= min(seen) <= max(seen) < 30
        steps = [later - earlier for earlier, later in pairwise(seen)]
        assert min(steps) < 0 < max(steps)


def test_a_deleted_post_leaves_the_listing_and_loses_its_text(server, reddit):
    server.set_now(server.anchor - timedelta(hours=12))
    assert DELETED in {one.id for one in reddit.subreddit("Vlotwiel").new(limit=None)}
    assert "wildvreemde" in reddit.submission(DELETED).selftext
    server.set_now(server.anchor)
    assert DELETED not in {one.id for one in reddit.subreddit("Vlotwiel").new(limit=None)}
    post, comments = whole(reddit, DELETED)
    assert (post.author, post.selftext) == (None, "[deleted]")
    assert post.removed_by_category == "deleted"
    assert len(comments) == 2


def test_a_removed_comment_holds_up_its_answer(server, reddit):
    server.set_now(server.anchor - timedelta(hours=12))
    before = {one.id: one for one in whole(reddit, "1p4k202")[1]}
    assert "prutsers" in before[REMOVED].body
    server.set_now(server.anchor)
    after = {one.id: one for one in whole(reddit, "1p4k202")[1]}
    assert (after[REMOVED].author, after[REMOVED].body) == (None, "[removed]")
    assert "nt7c207" in after


def test_an_edited_post_has_another_text_and_the_time_of_the_edit(server, reddit):
    server.set_now(server.anchor - timedelta(hours=12))
    before = reddit.submission(EDITED)
    assert (before.edited, "EDIT" in before.selftext) == (False, False)
    server.set_now(server.anchor)
    after = reddit.submission(EDITED)
    assert after.edited == (server.anchor - timedelta(hours=10)).timestamp()
    assert "EDIT" in after.selftext
    assert after.created_utc == before.created_utc
