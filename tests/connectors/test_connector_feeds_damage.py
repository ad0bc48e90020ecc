"""What is kept of feeds that are cut, damaged, enormous or none."""

from __future__ import annotations

import gzip

import pytest

from tests.connectors.feed_payloads import APP_STORE, atom, atom_entry
from tests.connectors.feed_reading import answered, broken
from umot.errors import Fatal, Retriable
from umot.testing import Reply, items


@pytest.mark.parametrize("end", [0.4, 0.75, 0.99])
def test_a_feed_that_stops_in_the_middle_keeps_its_whole_entries(end: float) -> None:
    body = atom("".join(map(atom_entry, items(50))))
    whole = answered(body)[1]
    cut = body[: int(len(body) * end)]
    posts, error = broken(cut)
    assert isinstance(error, Retriable)
    assert f"after {len(posts)} entries" in str(error)
    assert 15 < len(posts) < 50 or end == 0.99
    assert posts == whole[: len(posts)], "no half entry, no other id"


def test_a_lost_connection_keeps_the_whole_entries() -> None:
    body = atom("".join(map(atom_entry, items(50))))
    posts, error = broken(Reply(200, body[: len(body) // 2], promised=len(body)))
    assert isinstance(error, Retriable)
    assert 15 < len(posts) < 35


def test_a_cut_gzip_body_keeps_the_whole_entries() -> None:
    packed = gzip.compress(atom("".join(map(atom_entry, items(300)))))
    posts, error = broken(Reply(200, packed[: len(packed) // 2], {"Content-Encoding": "gzip"}))
    assert isinstance(error, Retriable)
    assert 50 < len(posts) < 300


def test_an_enormous_feed_keeps_what_fits() -> None:
    body = atom("".join(map(atom_entry, items(300))))
    posts, error = broken(body, max_mb=len(body) / 2 / 2**20)
    assert isinstance(error, Fatal)
    assert "MiB" in str(error)
    assert 50 < len(posts) < 300


def test_a_slow_feed_keeps_what_came_in_time() -> None:
    body = atom("".join(map(atom_entry, items(300))))
    posts, error = broken(Reply(200, body, drip=50), total=0.4)
    assert isinstance(error, Retriable)
    assert "more than 0.4 s" in str(error)
    assert 10 < len(posts) < 300


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"<!doctype html><html><body>Welkom</body></html>", "an HTML page"),
        (b'{"items": []}', "no RSS or Atom"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no RSS or Atom"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, says: str) -> None:
    posts, error = broken(body)
    assert posts == []
    assert says in str(error)
    assert "127.0.0.1" in str(error)


def test_a_feed_with_a_loose_ampersand_is_read_without_complaint() -> None:
    entry = atom_entry(items(1)[0]).replace("Titel 0", "Kees & co")
    _, (post,) = answered(atom(entry))
    assert post.title == "Kees & co"


@pytest.mark.parametrize(
    "odd",
    [
        b'<link href="http://[::1/x" rel="alternate"/>',
        b"<published>0000-00-00T00:00:00Z</published>",
        b"<links>x</links>",
    ],
)
def test_an_odd_entry_is_still_read(odd: bytes) -> None:
    entry = atom_entry(items(1)[0]).encode().replace(b"<author>", odd + b"<author>")
    _, (post,) = answered(atom(entry.decode()))
    assert post.body == "Bericht 0"


def test_a_feed_that_feedparser_stumbles_over_is_an_error_for_that_feed() -> None:
    body = b'<?xml version="1.0" encoding="\xcb\x00"?>' + atom("")[39:]
    posts, error = broken(body)
    assert posts == []
    assert isinstance(error, Fatal)


def test_a_name_of_a_local_file_is_not_opened(tmp_path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(APP_STORE)
    posts, error = broken(str(secret).encode())
    assert posts == []
    assert isinstance(error, Fatal)
