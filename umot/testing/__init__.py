"""Checks that a connector does what it must, for any package: a platform on loopback, and a suite.

Make a small server that speaks the platform's own protocol (`LocalServer` with a function from
`Ask` to `Reply`), tell in a `Stage` how items get onto it and how the connector is made, and run
every check::

    import pytest
    from umot.testing import DATA, NETWORK, LocalServer, Stage, name

    @pytest.fixture
    def stage():
        platform = FakePlatform()                       # holds items, answers as the platform does
        with LocalServer(platform.answer) as server:
            yield Stage(
                make=lambda: Connector(url=server.url),
                hurried=lambda: Connector(url=server.url, timeout=0.3),
                serve=platform.serve,
                server=server,
                secrets=("the token it sends",),
            )

    @pytest.mark.parametrize("check", [*DATA, *NETWORK], ids=name)
    def test_conforms(check, stage):
        check(stage)

`DATA` is what every connector must do, `NETWORK` what one that reads over HTTP must, `LIVE` what
one must whose platform shows engagement and deletions (`COUNTS` and `DELETIONS` apart, where it
shows only one of them), `SIGNED` what one must that takes credentials from variables. A check
raises `AssertionError` saying what was wrong. pytest is not needed: each check is a function of a
`Stage`.
"""

from umot.testing.data import COUNTS, DATA, DELETIONS, LIVE
from umot.testing.network import NETWORK
from umot.testing.server import Ask, LocalServer, Reply
from umot.testing.signing import SIGNED
from umot.testing.stage import (
    BASE,
    HOSTILE,
    NOW,
    Check,
    Item,
    Run,
    Stage,
    items,
    name,
    run,
    until_error,
)

__all__ = [
    "BASE",
    "COUNTS",
    "DATA",
    "DELETIONS",
    "HOSTILE",
    "LIVE",
    "NETWORK",
    "NOW",
    "SIGNED",
    "Ask",
    "Check",
    "Item",
    "LocalServer",
    "Reply",
    "Run",
    "Stage",
    "items",
    "name",
    "run",
    "until_error",
]
