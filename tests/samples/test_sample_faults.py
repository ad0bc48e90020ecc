"""Faults on request: each mode does to a reader what its name says, and heals."""

import time

import feedparser
import httpx
import pytest

from samples import SampleServer

WEB = httpx.Client(trust_env=False)  # one for all tests: making one costs more than a request
REVIEWS = "/nl/rss/customerreviews/id=9990004217/sortby=mostrecent/xml"
FORUM = "/forum/feed.rss"


def _status(server, headers):
    return WEB.get(server.url + FORUM, headers=headers).status_code


@pytest.mark.parametrize("mode", ["500", "503", "404", "429"])
def test_a_status_on_request(server, mode):
    server.fail("/forum", mode)
    answer = WEB.get(server.url + FORUM)
    assert answer.status_code == int(mode)
    assert "retry-after" not in answer.headers
    assert WEB.get(server.url + REVIEWS).status_code == 200


def test_too_many_requests_says_when_to_come_back(server):
    server.fail("/forum", "429", retry_after=7)
    assert WEB.get(server.url + FORUM).headers["retry-after"] == "7"


def test_a_fault_heals_by_itself_after_so_many_times(server):
    server.fail("/forum", "500", times=2)
    assert [_status(server, {}) for _ in range(3)] == [500, 500, 200]


def test_the_longest_prefix_wins_and_heals_alone(server):
    server.fail("/", "500")
    server.fail("/forum", "503")
    assert _status(server, {}) == 503
    server.heal("/forum")
    assert _status(server, {}) == 500
    server.heal()
    assert _status(server, {}) == 200


def test_documents_that_are_no_feed(server):
    whole = WEB.get(server.url + FORUM).content
    server.fail("/forum", "html")
    page = WEB.get(server.url + FORUM)
    assert page.headers["content-type"].startswith("text/html")
    assert feedparser.parse(page.content).version == ""
    server.fail("/forum", "empty")
    assert WEB.get(server.url + FORUM).content == b""
    server.fail("/forum", "garbage")
    assert feedparser.parse(WEB.get(server.url + FORUM).content).version == ""
    server.fail("/forum", "truncated")
    half = WEB.get(server.url + FORUM).content
    assert whole.startswith(half)
    assert len(half) == len(whole) // 2
    server.fail("/forum", "huge", mib=1)
    assert len(WEB.get(server.url + FORUM).content) == len(whole) + 2**20


def test_a_connection_that_ends_too_soon(server):
    server.fail("/forum", "dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        WEB.get(server.url + FORUM)


def test_a_redirect_to_anywhere(server):
    server.fail("/forum", "redirect", location="file:///etc/passwd")
    answer = WEB.get(server.url + FORUM)
    assert (answer.status_code, answer.headers["location"]) == (302, "file:///etc/passwd")


def test_hanging_lasts_as_long_as_asked(server):
    server.fail("/forum", "hang", seconds=0.3, times=1)
    start = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        WEB.get(server.url + FORUM, timeout=0.1)
    assert time.monotonic() - start < 0.3
    server.fail("/forum", "hang", seconds=0.2)
    start = time.monotonic()
    assert _status(server, {}) == 200
    assert time.monotonic() - start >= 0.2


def test_leaving_does_not_wait_for_who_hangs(server):
    start = time.monotonic()
    with SampleServer(server.anchor) as running:
        running.fail("/", "hang", seconds=60)
        with pytest.raises(httpx.ReadTimeout):
            WEB.get(running.url + FORUM, timeout=0.05)
    assert time.monotonic() - start < 1
    with pytest.raises(httpx.ConnectError):
        WEB.get(running.url + FORUM)


def test_an_unknown_fault_names_the_valid_ones(server):
    with pytest.raises(ValueError, match=r"no fault 'explode'; valid: .*truncated"):
        server.fail("/", "explode")
