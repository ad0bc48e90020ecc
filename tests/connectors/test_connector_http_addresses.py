"""Addresses: where redirects may lead, what goes along, what is shown of them."""

from __future__ import annotations

import pytest

from tests.connectors.http_asking import QUICK, Greeting, get
from umot.errors import Fatal
from umot.http import MAX_REDIRECTS, Client, address, follow, show, web_link
from umot.testing import Ask, LocalServer, Reply

FAKE = Greeting


def test_redirects_are_followed_at_most_five_times(server: LocalServer) -> None:
    def chain(ask: Ask) -> Reply:
        left = int(ask.path[1:])
        return Reply(302, headers={"Location": f"/{left - 1}"}) if left else Reply(200, b"er")

    server.answer = chain
    answer = get(server, f"/{MAX_REDIRECTS}")
    assert (answer.content, answer.url) == (b"er", f"{server.url}/0")
    with pytest.raises(Fatal, match="more than 5"):
        get(server, f"/{MAX_REDIRECTS + 1}")


def test_keys_and_passwords_stay_with_their_origin(server: LocalServer) -> None:
    with LocalServer(lambda _ask: Reply(200, b"elders")) as other:
        paths = {"/here": "/there", "/there": other.url + "/away"}
        server.answer = lambda ask: Reply(307, headers={"Location": paths[ask.path]})
        with Client(QUICK) as client:
            start = server.url.replace("://", "://u:p@") + "/here"
            client.get(start, etag='"t"', headers={"X-Key": "geheim"})
        same, away = server.asked[1].headers, other.asked[0].headers
    assert same["authorization"] == server.asked[0].headers["authorization"]
    assert same["x-key"] == "geheim"
    assert "authorization" not in away
    assert "x-key" not in away
    assert away["if-none-match"] == '"t"', "a validator is no secret"


def test_from_https_to_http_is_refused() -> None:
    with pytest.raises(Fatal, match="from https to http://b/x"):
        follow(address("https://a/"), "http://b/x?geheim")
    assert str(follow(address("http://a/"), "https://b/x")) == "https://b/x"


@pytest.mark.parametrize("location", ["http://[::1", "mailto:x@y", "", None])
def test_redirects_to_what_is_no_address(location: str | None) -> None:
    with pytest.raises(Fatal, match="https://a/"):
        follow(address("https://a/?geheim"), location)


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "file:///etc/passwd", "http://", "x", "", "http://[::1/", "http://a:b/"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with Client(QUICK) as client, pytest.raises(Fatal):
        client.get(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h.example:81/a/b?k=v#f", "https://h.example:81/a/b"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://h.example", "https://h.example"),
        ("http://h:geen-poort@x:y/", "an address that cannot be read"),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str) -> None:
    assert show(url) == shown


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("https://x/y?z", "https://x/y?z"),
        (" http://x ", "http://x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//x/y", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_links_that_are_kept(given: object, link: str | None) -> None:
    assert web_link(given) == link
