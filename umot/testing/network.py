"""Checks of how a connector takes what goes wrong on the way, and of what it keeps to itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from umot.errors import Fatal, Retriable, UmotError
from umot.plugins import Connector
from umot.testing.log import Log
from umot.testing.server import Ask, Reply
from umot.testing.stage import NOW, Check, Stage, expect, items, run, same, until_error

PATIENCE = 8.0  # seconds in which a run has to notice a failure; a hanging server lets go after 10


def check_429_with_seconds(stage: Stage) -> None:
    """Too many requests, with seconds to wait."""
    error = _retriable(_failing(stage, Reply(429, b"slow down", {"Retry-After": "17"})))
    same(error.retry_after, 17, "retry_after")


def check_429_with_a_date(stage: Stage) -> None:
    """Too many requests, with a time to wait for."""
    # The handler sends its own Date as well, so this is about a minute from then.
    until = datetime.now(UTC) + timedelta(seconds=60)
    header = {"Retry-After": until.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    error = _retriable(_failing(stage, Reply(429, b"", header)))
    expect(50 <= (error.retry_after or 0) <= 62, f"retry_after is {error.retry_after}, not 60")


def check_429_without_a_time(stage: Stage) -> None:
    """Too many requests, and no word about when."""
    same(_retriable(_failing(stage, Reply(429))).retry_after, None, "retry_after")


def check_server_errors(stage: Stage) -> None:
    """A server that fails may be better later."""
    for status in (500, 502, 503):
        _retriable(_failing(stage, Reply(status, b"<html>oops</html>")))


def check_hanging(stage: Stage) -> None:
    """A server that says nothing is given up on in time."""
    _retriable(_failing(stage, Reply(hang=True), stage.hurried))


def check_refused(stage: Stage) -> None:
    """A refusal is final; one of credentials names the setting that holds them."""
    for status in (401, 403, 404, 410):
        error = _failing(stage, Reply(status))
        expect(isinstance(error, Fatal), f"{status} gives {error!r}, not a Fatal")
        if status in (401, 403):
            expect(stage.credential in str(error), f"{error} does not name {stage.credential}")


def check_garbage(stage: Stage) -> None:
    """What cannot be read is an error, never an empty answer."""
    for body in (b"\x00\xff\x13garbage\x80" * 50, b"", b'{"strange": true}', b"[7]", b"null"):
        _failing(stage, Reply(200, body))


def check_html_page(stage: Stage) -> None:
    """So is a page of a network that wants one to sign in first."""
    page = b"<!doctype html><html><head><title>Even geduld</title></head><body>x</body></html>"
    _failing(stage, Reply(200, page, {"Content-Type": "text/html"}))


def check_a_failure_halfway(stage: Stage) -> None:
    """A platform that fails in the middle: what came is kept, the next run has the rest."""
    if stage.server is None:
        raise AssertionError("the stage has no server to fail")
    served = items(2 * stage.most + 150)
    stage.serve(served)
    asked: list[Ask] = []

    def later(ask: Ask) -> Reply | None:
        if not stage.spared(ask):
            asked.append(ask)
        return Reply(503) if len(asked) > 2 and not stage.spared(ask) else None

    stage.server.fault = later
    connector, cursor, bodies = stage.make(), None, set[str]()
    try:
        for batch in connector.fetch(None, now=NOW):
            bodies |= {post.body for raw in batch.items for post in connector.parse(raw)}
            cursor = json.loads(json.dumps(batch.cursor)) if batch.cursor else cursor
        expect(len(asked) <= 2, "the failure in the middle is swallowed")
    except UmotError as error:
        _retriable(error)
    stage.server.fault = None
    bodies |= {post.body for post in run(stage.make(), cursor).posts}
    lost = {item.text for item in served} - bodies
    same(sorted(lost), [], "what is lost by a failure halfway")


def check_nothing_secret_is_logged(stage: Stage) -> None:
    """Keys are in no log (at any level), in no raw item and in no cursor."""
    stage.serve(items(3))
    with Log() as log:
        stored = str([(b.cursor, b.items) for b in run(stage.make()).batches])
    for secret in stage.secrets:
        expect(secret not in log.text, "a secret is logged")
        expect(secret not in stored, "a secret is in what is stored")


def _failing(stage: Stage, reply: Reply, make: Callable[[], Connector] | None = None) -> UmotError:
    """Run into `reply`; afterwards the next run must bring everything."""
    if stage.server is None:
        raise AssertionError("the stage has no server to fail")
    stage.serve(items(3))
    stage.server.fault = lambda ask: None if stage.spared(ask) else reply
    with Log() as log:
        started = time.monotonic()
        _, error = until_error((make or stage.make)())
        took = time.monotonic() - started
    stage.server.fault = None
    expect(took < PATIENCE, f"it took {took:.1f} s to give up")
    same(len(run(stage.make()).posts), 3, "posts of the run after a failure")
    for secret in stage.secrets:
        expect(secret not in str(error), "the error shows a secret")
        expect(secret not in log.text, "the log shows a secret")
    expect(any(one in str(error) for one in stage.names), f"{error} does not say which source")
    expect("\n" not in str(error), f"{error} is more than a line")
    return error


def _retriable(error: UmotError) -> Retriable:
    if not isinstance(error, Retriable):
        raise AssertionError(f"{error!r} is not a Retriable")  # noqa: TRY004 - what tests raise
    return error


NETWORK: tuple[Check, ...] = (
    check_429_with_seconds,
    check_429_with_a_date,
    check_429_without_a_time,
    check_server_errors,
    check_hanging,
    check_a_failure_halfway,
    check_refused,
    check_garbage,
    check_html_page,
    check_nothing_secret_is_logged,
)
