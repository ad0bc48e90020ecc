"""The sample's Reddit, read by the real PRAW; plain HTTP only for what PRAW hides."""

from datetime import timedelta

import httpx
import prawcore
import pytest
from praw.models import MoreComments

WEB = httpx.Client(trust_env=False)  # one for all tests: making one costs more than a request
BAD, GOOD = "1p4k9v1", "1p4k9v2"
REMOVED = "nt7c206"


@pytest.fixture
def get(server):
    """Plain GET with a good token; answers the response."""
    token = _token(server).json()["access_token"]
    headers = {"Authorization": f"bearer {token}"}
    return lambda path, **query: WEB.get(server.url + path, params=query, headers=headers)


def _token(server, grant="client_credentials", secret="sample-secret"):
    return WEB.post(
        f"{server.url}/api/v1/access_token",
        data={"grant_type": grant},
        auth=("sample-client", secret),
    )


def whole(reddit, thread_id):
    """A thread and all its comments, with the stubs opened."""
    thread = reddit.submission(thread_id)
    thread.comments.replace_more(limit=None)
    return thread, thread.comments.list()


def test_new_posts_come_newest_first_through_all_pages(server, reddit):
    names = [one.name for one in reddit.subreddit("Vlotwiel").new(limit=None)]
    paged = [one.name for one in reddit.subreddit("Vlotwiel").new(limit=None, params={"limit": 5})]
    assert paged == names
    several = reddit.subreddit("Vlotwiel").new(limit=3)
    assert [one.name for one in several] == names[:3]
    created = [one.created_utc for one in reddit.subreddit("all").new(limit=None)]
    assert created == sorted(created, reverse=True)
    assert max(created) <= server.now.timestamp()


def test_pages_follow_after_and_before(get):
    def names(**query):
        data = get("/r/Vlotwiel/new", **query).json()["data"]
        return [one["data"]["name"] for one in data["children"]], data["after"]

    everything, end = names(limit=100)
    first, after = names(limit=5)
    second, _ = names(limit=5, after=after)
    assert (first + second, end) == (everything[:10], None)
    assert after == first[-1]
    assert names(before=everything[3])[0] == everything[:3]
    assert names(after="t3_nothing")[0] == []


def test_a_post_has_the_fields_that_monitoring_needs(reddit):
    post = next(reddit.subreddit("FietsenNL").search("overleden", limit=1))
    assert post.name == f"t3_{BAD}"
    assert post.subreddit.display_name == "FietsenNL"
    assert post.subreddit_subscribers == 48230
    assert post.upvote_ratio == 0.96
    assert post.author.name == "marleen_uit_houten"
    assert post.edited is False
    assert post.permalink.startswith(f"/r/FietsenNL/comments/{BAD}/vlotwiel_gaf_de_fiets")
    assert post.url.startswith("https://www.reddit.com/r/FietsenNL/")


def test_search_finds_the_brand_in_any_community_and_nothing_else(reddit):
    found = list(reddit.subreddit("all").search("vlotwiel", sort="new", limit=None))
    assert len({one.subreddit.display_name for one in found}) == 4
    assert all("vlotwiel" in f"{one.title} {one.selftext}".lower() for one in found)
    assert not {"1p4k190", "1p4k191"} & {one.id for one in found}
    inside = list(reddit.subreddit("ForenzenNL").search("vlotwiel", limit=None))
    assert inside
    assert {one.subreddit.display_name for one in inside} == {"ForenzenNL"}
    today = list(reddit.subreddit("all").search("vlotwiel", time_filter="day", limit=None))
    assert 0 < len(today) < len(found)
    assert not list(reddit.subreddit("all").search("vlot", limit=None))
    phrase = list(reddit.subreddit("all").search('"windkracht 9" vlotwiel', limit=None))
    assert [one.id for one in phrase] == [GOOD]


def test_a_long_thread_leaves_a_stub_that_praw_can_open(reddit):
    thread = reddit.submission(BAD)
    stub = thread.comments[-1]
    assert isinstance(stub, MoreComments)
    assert stub.count > len(stub.children) > 0
    _, comments = whole(reddit, BAD)
    assert len(comments) == 14
    assert len({one.id for one in comments}) == 14
    parents = {one.name for one in comments} | {f"t3_{BAD}"}
    assert all(one.parent_id in parents for one in comments)
    deep = next(one for one in comments if one.id == "nt7c914")
    assert deep.depth == 1
    assert deep.is_submitter


def test_one_comment_can_be_asked_for_with_its_answers(reddit):
    comment = reddit.comment("nt7c902").refresh()
    assert [one.id for one in comment.replies] == ["nt7c903"]
    assert comment.submission.id == BAD


def test_recent_comments_of_a_community(reddit):
    comments = list(reddit.subreddit("Vlotwiel").comments(limit=None))
    assert {one.subreddit.display_name for one in comments} == {"Vlotwiel"}
    assert "Vlotwiel_NL" in {str(one.author) for one in comments}
    assert REMOVED not in {one.id for one in comments}


def test_hostile_text_arrives_as_it_was_written(reddit):
    (comment,) = reddit.info(fullnames=["t1_nt7c204"])
    assert "\x1b[31mLOCK_ERR" in comment.body


def test_only_raw_json_is_without_entities(get):
    def title(**query):
        children = get("/api/info", id="t3_1p4k206", **query).json()["data"]["children"]
        return children[0]["data"]["selftext"]

    assert "Instellingen > Slot" in title(raw_json="1")
    assert "Instellingen &gt; Slot" in title()


def test_no_label_or_stage_leaves_the_server(get):
    text = get("/r/all/new", limit="100").text
    assert not any(word in text for word in ('"gold"', '"label"', '"stage"', '"negative"'))


def test_every_answer_carries_rate_limits_that_never_make_praw_wait(get):
    headers = get("/r/Vlotwiel/about").headers
    used, left = int(headers["x-ratelimit-used"]), float(headers["x-ratelimit-remaining"])
    assert used + left == 1000
    assert int(headers["x-ratelimit-reset"]) <= 600 * left / 1000


def test_a_community_tells_its_size(reddit):
    assert reddit.subreddit("ebikesBenelux").subscribers == 21570


def test_what_does_not_exist(server, reddit):
    with pytest.raises(prawcore.NotFound):
        assert reddit.submission("zzzzz").title
    with pytest.raises(prawcore.Redirect):
        next(reddit.subreddit("NotHere").new())
    assert list(reddit.info(fullnames=["t3_zzzzz"])) == []
    server.set_now(server.anchor - timedelta(days=2))
    with pytest.raises(prawcore.NotFound):
        assert reddit.submission(BAD).title


def test_a_token_needs_the_right_secret_and_grant(server):
    assert _token(server, secret="wrong").status_code == 401
    assert _token(server, grant="password").json() == {"error": "unsupported_grant_type"}
    good = _token(server).json()
    assert good["token_type"] == "bearer"
    assert good["expires_in"] == 86400


def test_reading_needs_a_token_the_server_gave(server):
    assert WEB.get(f"{server.url}/r/Vlotwiel/new").status_code == 401
    forged = {"Authorization": "bearer sample-token-99"}
    assert WEB.get(f"{server.url}/r/Vlotwiel/new", headers=forged).status_code == 401


def test_too_many_requests_reaches_praw_with_its_delay(server, reddit):
    server.fail("/r/Vlotwiel", "429", retry_after=9)
    with pytest.raises(prawcore.TooManyRequests) as caught:
        next(reddit.subreddit("Vlotwiel").new())
    assert float(caught.value.retry_after) == 9.0
    server.heal()
    assert next(reddit.subreddit("Vlotwiel").new())


def test_an_exhausted_window_is_announced(server, get):
    server.fail("/r/", "exhausted", retry_after=30)
    headers = get("/r/Vlotwiel/new").headers
    assert headers["x-ratelimit-remaining"] == "0.0"
    assert headers["x-ratelimit-reset"] == "30"


def test_broken_json_reaches_praw_as_such(server, reddit):
    server.fail("/r/Vlotwiel", "truncated")
    with pytest.raises(prawcore.BadJSON):
        next(reddit.subreddit("Vlotwiel").new())
