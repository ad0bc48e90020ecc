"""The shared client against a server on loopback: caps, redirects, failures, nothing secret."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.connectors.http_asking import QUICK, Greeting, get
from umot.errors import Fatal, Retriable
from umot.http import (
    Client,
    Limits,
    Refused,
    retry_after,
)
from umot.http.waiting import quota_reset
from umot.testing import LocalServer, Reply

FAKE = Greeting


def test_an_answer_and_what_is_sent(server: LocalServer) -> None:
    answer = get(server, "/a?b=c", etag='"x"', headers={"X-Key": "1"})
    assert (answer.status, answer.content, answer.cut) == (200, b"hallo", None)
    assert answer.whole() == b"hallo"
    sent = server.asked[0].headers
    assert sent["user-agent"].startswith("umot")
    assert (sent["if-none-match"], sent["x-key"]) == ('"x"', "1")
    assert "if-modified-since" not in sent


def test_gzip_is_unpacked_members_padding_and_all(server: LocalServer) -> None:
    packed = gzip.compress(b"een ") + gzip.compress(b"twee") + b"\0" * 8
    server.answer = lambda _ask: Reply(200, packed, {"Content-Encoding": "gzip"})
    assert get(server).whole() == b"een twee"


def test_a_gzip_bomb_is_stopped_early(server: LocalServer) -> None:
    bomb = gzip.compress(bytes(60 * 2**20), 1)
    server.answer = lambda _ask: Reply(200, bomb, {"Content-Encoding": "gzip"})
    tracemalloc.start()
    answer = get(server)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(answer.cut, Fatal)
    assert len(answer.content) == QUICK.size
    assert peak < 8 * 2**20
    with pytest.raises(Fatal, match="more than 1 MiB"):
        answer.whole()


def test_damaged_and_unknown_packing(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, b"no gzip at all", {"Content-Encoding": "gzip"})
    assert isinstance(get(server).cut, Fatal)
    server.answer = lambda _ask: Reply(200, b"x", {"Content-Encoding": "br"})
    with pytest.raises(Fatal, match="'br'"):
        get(server)


def test_a_drip_is_cut_at_the_total_time(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, b"x" * 1000, drip=100)
    answer = get(server, limits=Limits(0.5, 0.4, 0.3))
    assert isinstance(answer.cut, Retriable)
    assert 0 < len(answer.content) < 1000


@pytest.mark.parametrize(
    ("reply", "kind", "wait"),
    [
        (Reply(429, headers={"Retry-After": "12"}), Retriable, 12),
        (Reply(429), Retriable, None),
        (Reply(503, headers={"Retry-After": "3"}), Retriable, 3),
        (Reply(500), Retriable, None),
        (Reply(599), Retriable, None),
        (Reply(408), Retriable, None),
        (Reply(400), Fatal, None),
        (Reply(401), Fatal, None),
        (Reply(404), Fatal, None),
        (Reply(300), Fatal, None),
        (Reply(302), Fatal, None),
        (Reply(302, headers={"Location": "ftp://x/y"}), Fatal, None),
        (Reply(302, headers={"Location": "http://[::1"}), Retriable, None),
        (Reply(hang=True), Retriable, None),
        (Reply(200, headers={"Location": "http://[::1"}, promised=0), None, None),
    ],
)
def test_failures_are_of_the_right_kind(server: LocalServer, reply, kind, wait) -> None:
    server.answer = lambda _ask: reply
    if kind is None:
        assert get(server).status == 200
        return
    with pytest.raises(kind) as caught:
        get(server, "/pad?sleutel=geheim")
    assert getattr(caught.value, "retry_after", None) == wait
    assert f"{server.url}/pad" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "5"}, 5),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "morgen"}, None),
        ({"Retry-After": "-3"}, None),
        ({}, None),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 10:01:00 GMT",
                "Date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            60,
        ),
        ({"Retry-After": "Fri, 20 Nov 2015 10:01:00 GMT"}, 0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers)) == seconds


def test_retry_after_by_our_own_clock_without_a_date() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    header = {"Retry-After": until.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    assert retry_after(httpx.Headers(header)) == pytest.approx(90, abs=3)


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        ("2026-11-20T10:04:00.000000Z", 240),
        ("2026-11-20T10:04:00", 240),
        (str(int(datetime(2026, 11, 20, 10, 2, tzinfo=UTC).timestamp())), 120),
        ("90", 90),
        ("9" * 30, None),
        ("straks", None),
        ("", None),
    ],
)
def test_the_reset_of_a_quota_tells_how_long_to_wait_after_429(
    server: LocalServer, reset: str, wait: float | None
) -> None:
    now = {"Date": "Fri, 20 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": reset}
    assert quota_reset(httpx.Headers(now)) == wait
    server.answer = lambda _ask: Reply(429, headers={"X-RateLimit-Reset": "90"})
    with pytest.raises(Retriable) as caught:
        get(server)
    assert caught.value.retry_after == 90
    server.answer = lambda _ask: Reply(429, headers={"x-rate-limit-reset": "70"})  # X's spelling
    with pytest.raises(Retriable) as caught:
        get(server)
    assert caught.value.retry_after == 70
    server.answer = lambda _ask: Reply(503, headers={"X-RateLimit-Reset": "90"})
    with pytest.raises(Retriable) as caught:
        get(server)
    assert caught.value.retry_after is None, "a quota says nothing about when a fault is mended"


def test_nothing_is_asked_of_a_server_whose_quota_is_used_up(server: LocalServer) -> None:
    used_up = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "42"}
    server.answer = lambda _ask: Reply(200, b"de laatste", used_up)
    with LocalServer(lambda _ask: Reply(200, b"elders")) as other, Client(QUICK) as client:
        assert client.get(server.url).content == b"de laatste"
        with pytest.raises(Retriable, match="used up") as caught:
            client.get(server.url + "/nog?sleutel=geheim")
        assert client.get(other.url).content == b"elders"
    assert len(server.asked) == 1
    assert caught.value.retry_after == pytest.approx(42, abs=2)
    assert "geheim" not in str(caught.value)


def test_parameters_are_added_to_those_of_the_address(server: LocalServer) -> None:
    get(server, "/a?b=c", params={"d": "é & =", "n": 3, "types[]": ["x", "y"]})
    assert server.asked[0].query == {"b": "c", "d": "é & =", "n": "3", "types[]": "y"}
    assert server.asked[0].pairs.count(("types[]", "x")) == 1


def test_json(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, b'{"a": ["\xc3\xa9", 1.5, null]}')
    assert get(server).json() == {"a": ["é", 1.5, None]}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[NaN]", "no JSON"),
        (b"[-Infinity]", "no JSON"),
        (b"\xff\xfe\xfa", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"9" * 5_000, "no JSON"),
        (b"<!doctype html><HTML><body>Even geduld", "an HTML page"),
    ],
)
def test_what_is_no_json_is_told_of(server: LocalServer, body: bytes, says: str) -> None:
    server.answer = lambda _ask: Reply(200, body)
    with pytest.raises(Fatal, match=says) as caught:
        get(server, "/pad?sleutel=geheim").json()
    assert f"{server.url}/pad" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_json_that_is_cut_raises_why(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(200, b"[" + b"1," * QUICK.size)
    with pytest.raises(Fatal, match="more than 1 MiB"):
        get(server).json()


def test_a_refusal_has_its_status(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(403)
    with pytest.raises(Refused) as caught:
        get(server)
    assert caught.value.status == 403


def test_no_server_and_no_tls(server: LocalServer) -> None:
    with Client(QUICK) as client:
        with pytest.raises(Fatal, match="no safe connection"):
            client.get(server.url.replace("http:", "https:"))
        with LocalServer(lambda _ask: Reply()) as gone:
            pass
        with pytest.raises(Retriable, match="cannot be reached"):
            client.get(gone.url)


def test_a_header_that_cannot_be_sent_is_not_quoted(server: LocalServer) -> None:
    with pytest.raises(Fatal) as caught:
        get(server, headers={"X-Key": "gehe\nim"})
    assert "gehe" not in str(caught.value)


def test_a_form_and_json_are_posted(server: LocalServer) -> None:
    with Client(QUICK) as client:
        client.post(server.url, form={"a": "b&c", "d": "é"}, headers={"X-Key": "1"})
        client.post(server.url, json={"a": ["b"]})
    form, sent = server.asked
    assert (form.method, form.form, form.headers["x-key"]) == ("POST", {"a": "b&c", "d": "é"}, "1")
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (sent.json(), sent.headers["content-type"]) == ({"a": ["b"]}, "application/json")


def test_what_is_posted_goes_nowhere_else(server: LocalServer) -> None:
    server.answer = lambda _ask: Reply(307, b"", {"Location": "/elders"})
    with Client(QUICK) as client, pytest.raises(Fatal, match="redirects, where"):
        client.post(server.url, form={"password": "geheim"})
    assert len(server.asked) == 1


def test_a_refusal_holds_what_the_server_said_and_does_not_show_it(server: LocalServer) -> None:
    said = b'{"error": "sleutel123 is expired"}'
    server.answer = lambda _ask: Reply(403, said)
    with pytest.raises(Refused) as refused:
        get(server)
    assert refused.value.json() == {"error": "sleutel123 is expired"}
    assert "sleutel123" not in str(refused.value)
    server.answer = lambda _ask: Reply(403, b"<html>" + b"x" * 2**20)
    with pytest.raises(Refused) as refused:
        get(server)
    assert len(refused.value.content) == 65_536
    assert refused.value.json() is None
