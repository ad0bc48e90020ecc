"""Feeds read from a server on loopback, whole and damaged."""

from __future__ import annotations

from connectors.feeds import Feeds
from tests.connectors.feed_payloads import ATOM
from umot.errors import UmotError
from umot.post import Post
from umot.testing import LocalServer, Reply, Run, run, until_error


def url(server: LocalServer, path: str = "/feed") -> str:
    """An address with a password and a key that may never be shown."""
    address = server.url.replace("http://", "http://lid:wachtwoord@")
    return f"{address}{path}?key=sleutel123"


def answered(body: bytes, content_type: str = ATOM, **settings: object) -> tuple[Run, list[Post]]:
    with LocalServer(lambda _ask: Reply(200, body, {"Content-Type": content_type})) as server:
        got = run(Feeds(url(server), **settings))
    return got, got.posts


def broken(body: bytes | Reply, **settings: object) -> tuple[list[Post], UmotError]:
    """What was read of a damaged feed, and the error that followed."""
    reply = body if isinstance(body, Reply) else Reply(200, body)
    with LocalServer(lambda _ask: reply) as server:
        connector = Feeds(url(server), **settings)
        batches, error = until_error(connector)
    assert all(batch.cursor is None for batch in batches), "it must be read again"
    posts = [post for batch in batches for raw in batch.items for post in connector.parse(raw)]
    assert "wachtwoord" not in str(error)
    assert "sleutel123" not in str(error)
    return posts, error
