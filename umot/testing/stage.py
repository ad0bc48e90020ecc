"""A platform with a connector to it, what is put on the platform, and how a run is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from umot.errors import UmotError
from umot.plugins import Connector
from umot.post import Batch, Post
from umot.testing.server import Ask, LocalServer

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
    """One item to serve; platforms list the newest first.

    `likes` and `deleted` matter to the checks of `LIVE` only: a deleted item is to be served as
    the platform shows (or no longer shows) one that its writer took away.
    """

    number: int
    text: str
    at: datetime
    likes: int = 0
    deleted: bool = False


@dataclass
class Stage:
    """A platform with a connector to it.

    `make` makes a fresh connector, with a time-out of some seconds; `serve` has the platform
    hold these items and no others; `secrets` are what may never be shown; `credential` is the
    variable or setting that an error about refused credentials names; `names` are what an error
    says about which source it was, any of them; `folds_space` where the platform's own form
    (HTML) keeps no tabs and line breaks apart; `memory` is how many bytes the process may have
    grown by after 5,000 items; `most` items may be in a batch; `spared` requests are not failed.
    `hurried` makes a connector whose time-out is so short that it is of use against a server that
    hangs only; without it `make` is used for that. For `SIGNED`, `wrong` are the variables that
    hold credentials, each with a value that the platform refuses, and `expire` has the platform
    call out of date what it let in until then.
    """

    make: Callable[[], Connector]
    serve: Callable[[Sequence[Item]], None]
    server: LocalServer | None = None
    secrets: tuple[str, ...] = ()
    credential: str = ""
    names: tuple[str, ...] = ("127.0.0.1",)
    folds_space: bool = False
    memory: int = 40 * 2**20
    most: int = 1000
    spared: Callable[[Ask], bool] = field(default=lambda _ask: False)
    hurried: Callable[[], Connector] | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    expire: Callable[[], None] | None = None


Check: TypeAlias = Callable[[Stage], None]


@dataclass
class Run:
    """What one run brought."""

    batches: list[Batch]
    posts: list[Post]
    cursor: Mapping[str, Any] | None

    @property
    def ids(self) -> list[str]:
        """The post ids, in the order they came."""
        return [post.post_id for post in self.posts]


def items(count: int, texts: Sequence[str] | None = None) -> list[Item]:
    """Make items a minute apart, the newest first."""
    return [
        Item(n, texts[n] if texts else f"Bericht {n}", BASE - timedelta(minutes=n))
        for n in range(count)
    ]


def run(
    connector: Connector, cursor: Mapping[str, Any] | None = None, *, now: datetime = NOW
) -> Run:
    """Let a connector read all there is; the cursor goes through JSON, as in the warehouse."""
    batches = list(connector.fetch(cursor, now=now))
    posts = [post for batch in batches for raw in batch.items for post in connector.parse(raw)]
    last = next((batch.cursor for batch in reversed(batches) if batch.cursor is not None), None)
    return Run(batches, posts, json.loads(json.dumps(last)) if last is not None else cursor)


def until_error(
    connector: Connector, cursor: Mapping[str, Any] | None = None, *, now: datetime = NOW
) -> tuple[list[Batch], UmotError]:
    """Give what a run hands over before it fails, and its error."""
    batches: list[Batch] = []
    try:
        batches.extend(connector.fetch(cursor, now=now))
    except UmotError as error:
        return batches, error
    raise AssertionError("no error was raised")


def name(check: Check) -> str:
    """Name a check in a test's id."""
    return str(getattr(check, "__name__", check)).removeprefix("check_")


def expect(held: object, otherwise: str) -> None:
    """Raise `AssertionError` saying `otherwise`, unless `held`. Also under ``python -O``."""
    if not held:
        raise AssertionError(otherwise)


def same(found: object, wanted: object, what: str) -> None:
    """Raise `AssertionError` showing both, unless they are equal."""
    if found != wanted:
        raise AssertionError(f"{what}: {_short(found)}, not {_short(wanted)}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 600 else shown[:599] + "…"
