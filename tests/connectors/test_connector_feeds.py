"""Feeds over a real server on loopback: App Store reviews, RSS, pages, damage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from connectors.feeds import Feeds
from tests.connectors.feed_payloads import APP_STORE, RSS, PagedFeed, atom, atom_entry
from tests.connectors.feed_reading import answered, url
from tests.connectors.suite import suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import (
    BASE,
    DATA,
    NETWORK,
    NOW,
    Ask,
    Item,
    LocalServer,
    Reply,
    Stage,
    items,
    run,
    until_error,
)


@pytest.fixture
def feed() -> PagedFeed:
    return PagedFeed(size=250)


@pytest.fixture
def server(feed: PagedFeed) -> Iterator[LocalServer]:
    with LocalServer(feed.answer) as server:
        yield server


@pytest.fixture
def stage(server: LocalServer, feed: PagedFeed) -> Stage:
    return Stage(
        make=lambda: Feeds(url(server), pages=20),
        hurried=lambda: Feeds(url(server), timeout=0.4, total=2, pages=20),
        serve=feed.serve,
        server=server,
        secrets=("wachtwoord", "sleutel123"),
        most=100,
    )


@pytest.mark.parametrize("check", suite(DATA, NETWORK))
def test_feeds_conform(check, stage: Stage) -> None:
    check(stage)


def test_app_store_reviews() -> None:
    _, (review,) = answered(APP_STORE)
    assert review.post_id == "app_store:13210448102"
    assert review.kind is Kind.REVIEW
    assert review.author_role is Role.CUSTOMER
    assert review.title == "Eindelijk <3 & snel"
    assert review.body == "Eerste regel\ntweede regel <b>vet</b> &amp; klaar"
    assert (review.rating, review.engagement.likes) == (4.0, 6)
    assert review.engagement.observed_at == NOW
    assert review.attributes == {"app_version": "4.8.0"}
    assert review.author == "Twijfelkont033"
    assert review.url == "https://itunes.apple.com/nl/review?id=999&type=Purple%20Software"
    assert review.posted_at == datetime(2026, 11, 19, 16, 14, tzinfo=UTC)
    assert review.edited_at is None


def test_a_platform_that_is_set_wins_over_the_app_store() -> None:
    _, (review,) = answered(APP_STORE, platform="winkel")
    assert review.post_id == "winkel:13210448102"


@pytest.mark.parametrize("rating", ["9", "0", "goed"])
def test_a_rating_beyond_its_scale_is_set_aside_with_its_place(rating: str) -> None:
    body = APP_STORE.replace(b"<im:rating>4", f"<im:rating>{rating}".encode())
    with pytest.raises(Skippable, match=f"/feed entry 2: rating '{rating}'"):
        answered(body)


def test_only_the_number_of_voters_counts_where_votes_are_missing() -> None:
    _, (review,) = answered(APP_STORE.replace(b"<im:voteSum>6</im:voteSum>", b""))
    assert review.engagement.likes == 7


def test_rss() -> None:
    _, (first, second, third, bad) = answered(RSS, "application/rss+xml")
    assert first.post_id == "feed:127.0.0.1/fp-48102", "a bare number is only its site's own"
    assert first.title == "Vlotwiel & de rest"
    assert first.body == "Hallo & dag\ntwee\ndrie € 5 😀"
    assert first.author == "kettingvet"
    assert first.author_role is Role.UNKNOWN
    assert first.posted_at == datetime(2026, 11, 19, 18, 20, tzinfo=UTC)
    assert (first.engagement.replies, first.engagement.likes) == (14, None)
    assert second.engagement is None
    assert second.native_id == second.url == "https://forum.fietspraat.example/t/2"
    assert second.body == "regel een\nregel twee <3"
    assert second.posted_at is None
    assert len(third.native_id) == 16, "a hash of what there is"
    assert bad.url is None, "javascript: is no link"
    assert bad.posted_at is None


def test_an_id_that_is_only_its_sites_own_stays_bare_on_a_platform_that_is_set() -> None:
    _, (first, *_) = answered(RSS, platform="fietspraat", kind="comment")
    assert first.post_id == "fietspraat:fp-48102"
    assert first.kind is Kind.COMMENT


def test_an_entry_with_an_edit_tells_when() -> None:
    edited = atom_entry(items(1)[0]).replace(
        "<author>", f"<updated>{(BASE + timedelta(minutes=5)).isoformat()}</updated><author>"
    )
    _, (post,) = answered(atom(edited))
    assert (post.posted_at, post.edited_at) == (BASE, BASE + timedelta(minutes=5))


def test_an_entry_without_any_text_is_set_aside() -> None:
    empty = RawItem({"id": "1", "texts": []}, NOW, "https://x/feed entry 3")
    with pytest.raises(Skippable, match="entry 3"):
        list(Feeds("https://x/feed").parse(empty))


def test_emoji_written_as_surrogate_halves_are_joined() -> None:
    title = b"<title>mooi &#65;&#55357;&#56832; &#xD83D; &#99999999999;</title>"
    entry = b"<item><guid>http://x/1</guid>" + title + b"</item>"
    _, (post,) = answered(b'<rss version="2.0"><channel>' + entry + b"</channel></rss>")
    assert post.title == "mooi A😀 \ufffd \ufffd"


def test_windows_text_keeps_its_accents_and_quotes() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?>' + atom("").decode()[39:]
    body = text.replace("</feed>", atom_entry(Item(1, "“één” – café €5", BASE)) + "</feed>")
    _, (post,) = answered(body.encode("cp1252"), "application/atom+xml")
    assert post.body == "“één” – café €5"


def test_validators_are_sent_and_304_brings_nothing() -> None:
    def answer(ask: Ask) -> Reply:
        if ask.headers.get("if-none-match") == '"e1"':
            assert ask.headers["if-modified-since"] == "Thu, 19 Nov 2026 10:00:00 GMT"
            return Reply(304)
        tags = {"ETag": '"e1"', "Last-Modified": "Thu, 19 Nov 2026 10:00:00 GMT"}
        return Reply(200, APP_STORE, tags)

    with LocalServer(answer) as server:
        first = run(Feeds(url(server)))
        assert run(Feeds(url(server)), first.cursor).batches == []
        elsewhere = run(Feeds(url(server, "/other")), first.cursor)
        assert len(elsewhere.posts) == 1, "the cursor of another address is not used"
        assert "if-none-match" not in server.asked[-1].headers


def test_paging_stops_where_nothing_is_new_and_sees_edits_on_the_first_page(
    feed: PagedFeed, server: LocalServer
) -> None:
    feed.size = 5
    feed.serve(items(20))
    first = run(Feeds(url(server)))
    assert (len(first.posts), len(server.asked)) == (20, 4)
    server.asked.clear()
    edited = [Item(0, "nu anders", BASE), *items(20)[1:]]
    feed.serve(edited)
    second = run(Feeds(url(server)), first.cursor)
    assert len(server.asked) == 1
    assert "nu anders" in {post.body for post in second.posts}
    server.asked.clear()
    feed.serve(
        [Item(n, "nieuw", BASE + timedelta(minutes=n)) for n in range(107, 100, -1)] + edited
    )
    third = run(Feeds(url(server)), second.cursor)
    assert len(server.asked) == 3, "two pages with something new, and one without"
    assert sum(post.body == "nieuw" for post in third.posts) == 7


def test_a_next_page_that_leads_back_ends_the_run(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, atom(atom_entry(items(1)[0]), url(server)))
    assert len(run(Feeds(url(server))).posts) == 1
    assert len(server.asked) == 1


def test_an_entry_that_two_pages_hold_is_handed_over_once(server: LocalServer) -> None:
    # As Apple does: the last page says that it is followed by itself, at another address.
    def answer(ask: Ask) -> Reply:
        page = int(ask.query.get("page", 1))
        held = items(8)[:5] if page == 1 else items(8)[4:]
        return Reply(200, atom("".join(map(atom_entry, held)), f"/feed?page={page + 1}"))

    server.answer = answer
    got = run(Feeds(url(server)))
    assert len(got.ids) == len(set(got.ids)) == 8
    assert len(server.asked) == 3
    assert got.batches[-1].truncated is None


def test_a_next_page_elsewhere_than_http_is_an_error_after_the_entries(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, atom(atom_entry(items(1)[0]), "gopher://x/2"))
    kept, error = until_error(Feeds(url(server)))
    assert [len(batch.items) for batch in kept] == [1]
    assert "gopher" in str(error)


def test_the_page_cap_is_told_of(feed: PagedFeed, server: LocalServer) -> None:
    feed.size = 5
    feed.serve(items(20))
    got = run(Feeds(url(server), pages=2))
    assert len(got.posts) == 10
    assert got.batches[-1].truncated == "only the first 2 pages were read"
    assert got.cursor is not None


def test_a_later_page_that_fails_leaves_the_first_and_no_cursor(
    feed: PagedFeed, server: LocalServer
) -> None:
    feed.size = 5
    feed.serve(items(20))
    server.fault = lambda ask: Reply(503) if ask.query.get("page") == "3" else None
    kept, error = until_error(Feeds(url(server)))
    assert isinstance(error, Retriable)
    assert sum(len(batch.items) for batch in kept) == 10
    assert all(batch.cursor is None for batch in kept)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "file:///etc/passwd"}, "no http"),
        ({"url": "forum.example/feed"}, "no http"),
        ({"url": "https://x/feed", "kind": "tweet"}, "review, post, comment"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, str], says: str) -> None:
    with pytest.raises(Fatal, match=says):
        Feeds(**given)


def test_batches_are_small_and_only_the_last_moves_the_cursor(
    feed: PagedFeed, server: LocalServer
) -> None:
    feed.serve(items(250))
    batches = run(Feeds(url(server))).batches
    assert [len(batch.items) for batch in batches] == [100, 100, 50]
    assert [batch.cursor is None for batch in batches] == [True, True, False]
    places = [raw.place for raw in chain.from_iterable(batch.items for batch in batches)]
    assert places[-1] == f"{server.url}/feed entry 250"
