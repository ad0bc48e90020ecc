"""What every connector must do, whatever its platform: checks over a factory and a server.

A connector's test makes a `Stage` and runs each check of `DATA`, and of `NETWORK` where the
connector reads over HTTP::

    @pytest.mark.parametrize("check", [*DATA, *NETWORK], ids=name)
    def test_conforms(check, stage):
        check(stage)
"""

from __future__ import annotations

import gc
import json
import logging
import resource
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.connectors.local_server import Ask, LocalServer, Reply
from umot.errors import Fatal, Retriable, UmotError
from umot.plugins import Connector
from umot.post import Batch, Post, RawItem

BASE = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOW = BASE + timedelta(hours=1)
HOSTILE = (
    "<script>alert('x')</script> & \"quoted\" 'single'",
    "&amp; &lt;b&gt; &#x27; as they were typed",
    "'; DROP TABLE posts; -- \\'",
    '=HYPERLINK("http://example.invalid";"klik")',
    "{{7*7}} ${x} %s %(a)s {0} \\n \\u0000",
    "👩‍👩‍👧 é e\u0301 \u200bnul\u200b \u202elinks\u202c ﷽ 🏳️‍🌈",
    'komma, punt; "aanhaling"\ttab\nen een nieuwe regel\n\nen nog een',
    "[link](javascript:alert(1)) <img src=x onerror=alert(1)> ]]> <!-- --> <![CDATA[x",
    "x" * 20_000,
    "../../etc/passwd\\..\\ C:\\",
)


@dataclass(frozen=True)
class Item:
    """One item to serve; platforms list the newest first."""

    number: int
    text: str
    at: datetime


@dataclass
class Stage:
    """A platform with a connector to it.

    `make` makes a fresh connector, with a time-out under half a second; `serve` has the platform
    hold these items and no others; `secrets` are what may never be shown; `memory` is how many
    bytes the process may have grown by after 5,000 items; `most` items may be in a batch; `spared`
    requests are not failed.
    """

    make: Callable[[], Connector]
    serve: Callable[[Sequence[Item]], None]
    server: LocalServer | None = None
    secrets: tuple[str, ...] = ()
    memory: int = 40 * 2**20
    most: int = 1000
    spared: Callable[[Ask], bool] = field(default=lambda _ask: False)


def items(count: int, texts: Sequence[str] | None = None) -> list[Item]:
    """Make items a minute apart, the newest first."""
    return [
        Item(n, texts[n] if texts else f"Bericht {n}", BASE - timedelta(minutes=n))
        for n in range(count)
    ]


@dataclass
class Run:
    """What one run brought."""

    batches: list[Batch]
    posts: list[Post]
    cursor: Mapping[str, Any] | None

    @property
    def ids(self) -> list[str]:
        return [post.post_id for post in self.posts]


def run(connector: Connector, cursor: Mapping[str, Any] | None = None) -> Run:
    """Let a connector read all there is; the cursor goes through JSON, as in the warehouse."""
    batches = list(connector.fetch(cursor, now=NOW))
    posts = [post for batch in batches for raw in batch.items for post in connector.parse(raw)]
    last = next((batch.cursor for batch in reversed(batches) if batch.cursor is not None), None)
    return Run(batches, posts, json.loads(json.dumps(last)) if last is not None else cursor)


def until_error(connector: Connector) -> tuple[list[Batch], UmotError]:
    """Give what a run hands over before it fails, and its error."""
    batches: list[Batch] = []
    try:
        batches.extend(connector.fetch(None, now=NOW))
    except UmotError as error:
        return batches, error
    raise AssertionError("no error was raised")


def check_ids_are_unique_and_stable(stage: Stage) -> None:
    stage.serve(items(7))
    first, again = run(stage.make()), run(stage.make())
    assert len(first.ids) == len(set(first.ids)) == 7
    assert first.ids == again.ids
    assert all(post.native_id and post.platform for post in first.posts)


def check_times_are_utc(stage: Stage) -> None:
    served = items(4)
    stage.serve(served)
    posts = run(stage.make()).posts
    assert sorted(p.posted_at for p in posts) == sorted(item.at for item in served)
    for post in posts:
        for moment in (post.posted_at, post.edited_at, post.deleted_at):
            assert moment is None or moment.utcoffset() == timedelta(0)


def check_second_run_adds_nothing(stage: Stage) -> None:
    stage.serve(items(7))
    first = run(stage.make())
    assert first.cursor is not None
    second = run(stage.make(), first.cursor)
    known = {post.post_id: post.content_hash for post in first.posts}
    assert {post.post_id: post.content_hash for post in second.posts}.items() <= known.items()
    new = Item(300, "net geplaatst", BASE + timedelta(minutes=1))
    stage.serve([new, *items(7)])
    third = run(stage.make(), second.cursor)
    added = [post for post in third.posts if post.post_id not in known]
    assert [post.body for post in added] == ["net geplaatst"]


def check_edits_are_seen(stage: Stage) -> None:
    served = items(3)
    stage.serve(served)
    first = run(stage.make())
    stage.serve([served[0], replace(served[1], text="een betere tekst"), served[2]])
    second = run(stage.make(), first.cursor)
    assert "een betere tekst" in {post.body for post in second.posts}


def check_a_stopped_run_is_made_up_for(stage: Stage) -> None:
    served = items(stage.most + 150)
    stage.serve(served)
    for stop_after in (1, 2):
        connector, cursor, bodies = stage.make(), None, set[str]()
        fetching = connector.fetch(None, now=NOW)
        for _, batch in zip(range(stop_after), fetching, strict=False):
            bodies |= {post.body for raw in batch.items for post in connector.parse(raw)}
            cursor = batch.cursor or cursor
        del fetching
        bodies |= {post.body for post in run(stage.make(), cursor).posts}
        assert bodies == {item.text for item in served}


def check_raw_items_can_be_parsed_again(stage: Stage) -> None:
    stage.serve(items(len(HOSTILE), HOSTILE))
    connector, later = stage.make(), stage.make()
    seen = 0
    for batch in connector.fetch(None, now=NOW):
        for raw in batch.items:
            stored = json.dumps(raw.payload, ensure_ascii=False, allow_nan=False).encode()
            assert raw.place
            assert raw.fetched_at == NOW
            again = list(later.parse(replace(raw, payload=json.loads(stored))))
            assert again == list(connector.parse(raw))
            seen += len(again)
    assert seen == len(HOSTILE)


def check_hostile_texts_survive(stage: Stage) -> None:
    stage.serve(items(len(HOSTILE), HOSTILE))
    assert sorted(post.body for post in run(stage.make()).posts) == sorted(HOSTILE)


def check_nothing_there(stage: Stage) -> None:
    stage.serve([])
    assert run(stage.make()).posts == []


def check_one_item(stage: Stage) -> None:
    stage.serve(items(1))
    assert [post.body for post in run(stage.make()).posts] == ["Bericht 0"]


def check_five_thousand_in_little_memory(stage: Stage) -> None:
    stage.serve(items(5000))
    connector, seen, alive = stage.make(), set[str](), 0
    before, others = _resident(), _alive()
    for number, batch in enumerate(connector.fetch(None, now=NOW)):
        assert len(batch.items) <= stage.most
        seen |= {post.post_id for raw in batch.items for post in connector.parse(raw)}
        if number % 9 == 3:  # now and then, as it takes a while
            alive = max(alive, _alive() - others)
    assert len(seen) == 5000
    assert alive <= 1100, f"{alive} items are held: more than a batch or a page"
    assert _resident() - before < stage.memory


def _alive() -> int:
    """How many raw items this process holds."""
    return sum(isinstance(one, RawItem) for one in gc.get_objects())


def _resident() -> int:
    """Bytes of memory that this process has now."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def _failing(stage: Stage, reply: Reply) -> UmotError:
    """Run into `reply`; afterwards the next run must bring everything."""
    assert stage.server is not None
    stage.serve(items(3))
    stage.server.fault = lambda ask: None if stage.spared(ask) else reply
    with _Log() as log:
        started = time.monotonic()
        _, error = until_error(stage.make())
        assert time.monotonic() - started < 3
    stage.server.fault = None
    assert len(run(stage.make()).posts) == 3
    for secret in stage.secrets:
        assert secret not in str(error)
        assert secret not in log.text
    assert "127.0.0.1" in str(error) or "Reddit" in str(error), "says which source it was"
    assert "\n" not in str(error)
    return error


def check_429_with_seconds(stage: Stage) -> None:
    error = _failing(stage, Reply(429, b"slow down", {"Retry-After": "17"}))
    assert isinstance(error, Retriable)
    assert error.retry_after == 17


def check_429_with_a_date(stage: Stage) -> None:
    # The handler sends its own Date as well, so this is about a minute from then.
    until = datetime.now(UTC) + timedelta(seconds=60)
    header = {"Retry-After": until.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    error = _failing(stage, Reply(429, b"", header))
    assert isinstance(error, Retriable)
    assert error.retry_after is not None
    assert 50 <= error.retry_after <= 62


def check_429_without_a_time(stage: Stage) -> None:
    error = _failing(stage, Reply(429))
    assert isinstance(error, Retriable)
    assert error.retry_after is None


def check_server_errors(stage: Stage) -> None:
    for status in (500, 502, 503):
        assert isinstance(_failing(stage, Reply(status, b"<html>oops</html>")), Retriable)


def check_hanging(stage: Stage) -> None:
    assert isinstance(_failing(stage, Reply(hang=True)), Retriable)


def check_refused(stage: Stage) -> None:
    for status in (401, 403, 404, 410):
        assert isinstance(_failing(stage, Reply(status)), Fatal)


def check_garbage(stage: Stage) -> None:
    for body in (b"\x00\xff\x13garbage\x80" * 50, b"", b'{"strange": true}', b"[]", b"null"):
        assert _failing(stage, Reply(200, body))


def check_html_page(stage: Stage) -> None:
    page = b"<!doctype html><html><head><title>Even geduld</title></head><body>x</body></html>"
    assert _failing(stage, Reply(200, page, {"Content-Type": "text/html"}))


class _Log(logging.Handler):
    """All that is logged, at every level, while the block lasts."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{record.name} {record.getMessage()} {record.exc_info}\n"

    def __enter__(self) -> _Log:
        self._level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        logging.getLogger().setLevel(self._level)


def check_nothing_secret_is_logged(stage: Stage) -> None:
    stage.serve(items(3))
    with _Log() as log:
        stored = str([(b.cursor, b.items) for b in run(stage.make()).batches])
    for secret in stage.secrets:
        assert secret not in log.text
        assert secret not in stored


def name(check: Callable[[Stage], None]) -> str:
    """Name a check in a test's id."""
    return check.__name__.removeprefix("check_")


Checks = Iterable[Callable[[Stage], None]]
DATA: Checks = (
    check_ids_are_unique_and_stable,
    check_times_are_utc,
    check_second_run_adds_nothing,
    check_edits_are_seen,
    check_a_stopped_run_is_made_up_for,
    check_raw_items_can_be_parsed_again,
    check_hostile_texts_survive,
    check_nothing_there,
    check_one_item,
    check_five_thousand_in_little_memory,
)
NETWORK: Checks = (
    check_429_with_seconds,
    check_429_with_a_date,
    check_429_without_a_time,
    check_server_errors,
    check_hanging,
    check_refused,
    check_garbage,
    check_html_page,
    check_nothing_secret_is_logged,
)
