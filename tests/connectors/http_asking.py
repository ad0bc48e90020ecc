"""A server on loopback that says hello, and a client in a hurry."""

from __future__ import annotations

from umot.http import Answer, Client, Limits
from umot.testing import Ask, LocalServer, Reply

QUICK = Limits(connect=0.5, read=0.4, total=1.5, size=2**20)


class Greeting:
    """A platform that answers everything alike."""

    def answer(self, _ask: Ask) -> Reply:
        """Say hello."""
        return Reply(200, b"hallo")


def get(server: LocalServer, path: str = "/", limits: Limits = QUICK, **given) -> Answer:
    with Client(limits) as client:
        return client.get(server.url + path, **given)
