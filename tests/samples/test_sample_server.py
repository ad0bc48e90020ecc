"""The sample's server: the two feeds as their platforms serve them, the clock and the log."""

from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest

from samples import Logged, SampleServer, brand, gold
from samples.content import reviews, topics

ANCHOR = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
WEB = httpx.Client(trust_env=False)  # one for all tests: making one costs more than a request
REVIEWS = "/nl/rss/customerreviews/id=9990004217/sortby=mostrecent/xml"
PAGE_TWO = "/nl/rss/customerreviews/page=2/id=9990004217/sortby=mostrecent/xml"
FORUM = "/forum/feed.rss"


def entries(server, path):
    """The parsed feed at a path, which has to be a feed without a fault."""
    answer = WEB.get(server.url + path)
    assert answer.status_code == 200
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    return feed


def newest_first(times):
    """Whether a list of times only ever goes down."""
    return times == sorted(times, reverse=True)


def link(feed, rel):
    """The address of one of a feed's paging links."""
    return next(one.href for one in feed.feed.links if one.rel == rel)


def test_reviews_are_atom_with_apple_s_elements(server):
    feed = entries(server, REVIEWS)
    assert feed.version == "atom10"
    newest = feed.entries[0]
    assert newest.id == "13211058840"
    assert newest.title == "Toch nog goed gekomen"
    assert newest.im_rating == "4"
    assert newest.im_version == "4.9.1"
    assert newest.author == "Iris_Kwakkel"
    assert [one.type for one in newest.content] == ["text/plain", "text/html"]
    assert newest.updated.endswith("-07:00")
    answers = {row.post_id: row for row in gold()}
    assert newest.content[0].value == answers["app_store:13211058840"].body


def test_reviews_come_in_pages_whose_next_link_never_runs_out(server):
    first, second = entries(server, REVIEWS), entries(server, PAGE_TWO)
    both = first.entries + second.entries
    assert len(first.entries) == 25
    assert sorted(one.id for one in both) == [review.id for review in reviews()]
    assert newest_first([one.updated_parsed for one in both])
    assert link(first, "next").partition("?")[0] == server.url + PAGE_TWO
    assert link(second, "next") == link(second, "self")
    assert not entries(server, PAGE_TWO.replace("page=2", "page=3")).entries
    assert WEB.get(server.url + PAGE_TWO.replace("page=2", "page=11")).status_code == 400


def test_votes_grow_with_a_review_s_age(server):
    def votes():
        feed = entries(server, PAGE_TWO)
        return {one.id: (int(one.im_votesum), int(one.im_votecount)) for one in feed.entries}

    early = votes()["13210533019"]
    assert early == (11, 14)
    server.set_now(ANCHOR - timedelta(days=11, hours=12))
    feed = entries(server, REVIEWS)
    young = {one.id: int(one.im_votesum) for one in feed.entries}
    assert 0 < young["13210533019"] < 11


def test_another_app_has_no_reviews(server):
    assert not entries(server, REVIEWS.replace("9990004217", "1")).entries


def test_the_forum_is_rss_with_the_whole_text(server):
    feed = entries(server, FORUM)
    assert feed.version == "rss20"
    assert sorted(one.id for one in feed.entries) == [topic.id for topic in topics()]
    assert newest_first([one.published_parsed for one in feed.entries])
    by_id = {one.id: one for one in feed.entries}
    topic = by_id["fp-48184"]
    assert topic.title == "Vlotclub wordt duurder"
    assert topic.link.startswith("https://forum.fietspraat.example/t/")
    assert topic.slash_comments == "18"
    assert "Veertig procent erbij" in topic.content[0].value
    assert topic.summary.endswith("[…]")
    assert by_id["fp-48252"].title.startswith("Vlotwiel bisikletimden")


def test_an_unchanged_forum_says_so(server):
    first = WEB.get(server.url + FORUM)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    again = WEB.get(server.url + FORUM, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert _status(server, {"If-None-Match": f"W/{tag}"}) == 304
    assert _status(server, {"If-Modified-Since": date}) == 304
    assert _status(server, {"If-None-Match": '"old"', "If-Modified-Since": date}) == 200
    assert _status(server, {"If-Modified-Since": "yesterday"}) == 200


def _status(server, headers):
    return WEB.get(server.url + FORUM, headers=headers).status_code


def test_a_new_topic_changes_the_forum_s_tag(server):
    server.set_now(ANCHOR - timedelta(hours=4))
    tag = WEB.get(server.url + FORUM).headers["etag"]
    server.set_now(ANCHOR)
    assert _status(server, {"If-None-Match": tag}) == 200


def test_nothing_is_served_before_its_time(server):
    counts = []
    for days in (15, 10, 5, 1, 0):
        server.set_now(ANCHOR - timedelta(days=days))
        feed = entries(server, FORUM)
        counts.append(len(feed.entries))
        for one in feed.entries:
            assert datetime(*one.published_parsed[:6], tzinfo=UTC) <= server.now
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == len(topics())


def test_a_later_anchor_moves_dates_and_edits_nothing(server):
    def texts(running, path):
        return [
            (one.id, one.title, one.content[0].value, datetime(*one.updated_parsed[:6], tzinfo=UTC))
            for one in entries(running, path).entries
        ]

    before = texts(server, REVIEWS)
    with SampleServer(ANCHOR + timedelta(days=1)) as later:
        after = texts(later, REVIEWS)
    assert after == [(*rest, moment + timedelta(days=1)) for *rest, moment in before]


def test_no_label_or_stage_leaves_the_server(server):
    for path in (REVIEWS, PAGE_TWO, FORUM):
        text = WEB.get(server.url + path).text
        assert not any(word in text for word in ("gold", "negative", "ultimate", "definitive"))


def test_the_log_tells_what_was_asked(server):
    WEB.get(server.url + FORUM, params={"page": "1"})
    server.fail("/", "500")
    WEB.get(server.url + REVIEWS)
    assert server.requests == (
        Logged("GET", f"{FORUM}?page=1", 200),
        Logged("GET", REVIEWS, 500),
    )


def test_the_clock_can_be_given_at_the_start_and_needs_a_zone():
    with SampleServer(ANCHOR, ANCHOR - timedelta(days=30)) as early:
        assert not entries(early, FORUM).entries
        assert not entries(early, REVIEWS).entries
        with pytest.raises(ValueError, match="with a zone"):
            early.set_now(ANCHOR.replace(tzinfo=None))


def test_the_brand_in_the_feed_is_the_brand_of_the_sample(server):
    assert brand().app_store["name"] in WEB.get(server.url + REVIEWS).text
