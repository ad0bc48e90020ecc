"""A platform for collect.py in a process of its own, so that the collector's memory is its alone.

    collect_platforms.py NAME POSTS FOLDER

Prints the source that reads it, and the keys it wants, as a line of JSON; ends with its input.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import connectors.x
from tests.connectors import fake_google, fake_meta, fake_reddit, fake_reviews, fake_x, fake_youtube
from tests.connectors.fake_app_store import APP, COUNTRIES, FakeFeeds
from tests.connectors.fake_bluesky import FakeBluesky
from tests.connectors.fake_discourse import FakeDiscourse
from tests.connectors.fake_hacker_news import FakeHackerNews
from tests.connectors.fake_imap import PASSWORD, USER, FakeImap
from tests.connectors.fake_mastodon import FakeMastodon
from tests.connectors.fake_stack_exchange import FakeStackExchange
from tests.connectors.feed_payloads import PagedFeed
from umot import webhook
from umot.testing import Ask, Item, LocalServer, Reply

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
DONE = "others-are-done"  # a file in the folder: the slow platform need not be slow any more
SLOW = 20.0  # seconds before each of its answers until then
SECRET = "a secret of the webhook"
WORDS = re.findall(
    r"\w+",
    "polis premie schade wachten helpdesk app brief dekking snel traag vriendelijk duur opzeggen "
    "vergoeding telefoon factuur betaling auto fiets lekkage reparatie monteur afspraak mail "
    "antwoord week maand jaar eindelijk nooit altijd weer goed slecht duidelijk vaag beloofd "
    "gebeld teruggebeld formulier bijlage foto garage huis inboedel reis ziekte tandarts",
)

Settings = dict[str, Any]
Told = tuple[Settings, dict[str, str]]  # a source, and the keys it wants


def items(name: str, count: int) -> list[Item]:
    """Posts of one platform, seconds apart, within the last six days; no two alike."""
    dice = random.Random(name)
    step = timedelta(seconds=500_000 / max(count, 1))
    first = NOW - timedelta(hours=1)
    return [
        Item(n, f"Klaver {name} {n}: {' '.join(dice.choices(WORDS, k=25))}", first - n * step)
        for n in range(count)
    ]


# Each platform, and the settings of the source that reads it at an address.
SERVED: dict[str, tuple[Callable[[], Any], Callable[[str], Settings]]] = {
    "app_store": (
        FakeFeeds, lambda u: {"apps": [APP], "countries": list(COUNTRIES), "store_url": u},
    ),
    "bluesky": (
        FakeBluesky, lambda u: {"search": ["klaver"], "public_url": u, "server_url": u},
    ),
    "discourse": (FakeDiscourse, lambda u: {"url": u}),
    "feeds": (PagedFeed, lambda u: {"url": f"{u}/feed", "pages": 1000}),
    "google_business": (
        fake_google.FakeBusiness,
        lambda u: {
            "locations": [fake_google.LOCATION], "api_url": u, "token_url": f"{u}/token",
        },
    ),
    "google_play": (
        fake_google.FakePlay, lambda u: {"apps": [fake_google.APP], "api_url": u},
    ),
    "hacker_news": (
        FakeHackerNews,
        lambda u: {"search": ["e"], "search_url": f"{u}/api/v1", "items_url": f"{u}/v0"},
    ),
    "kiyoh": (
        fake_reviews.FakeKiyoh, lambda u: {"locations": [fake_reviews.LOCATION], "site": u},
    ),
    "mastodon": (FakeMastodon, lambda u: {"instance": u, "hashtags": ["stadsfiets"]}),
    "meta": (
        fake_meta.FakeMeta, lambda u: {"page": fake_meta.PAGE, "api_url": f"{u}/v23.0"},
    ),
    "reddit": (
        fake_reddit.FakeReddit, lambda u: {"subreddits": ["Vlotwiel"], "site_url": u},
    ),
    "slow": (FakeDiscourse, lambda u: {"connector": "discourse", "url": u}),
    "stack_exchange": (
        FakeStackExchange,
        lambda u: {"site": "forum", "search": ["Klaver"], "api_url": f"{u}/2.3"},
    ),
    "trustpilot": (
        fake_reviews.FakeTrustpilot,
        lambda u: {"companies": [fake_reviews.UNIT], "api_url": u},
    ),
    "x": (fake_x.FakeX, lambda u: {"search": ["Klaver"], "api_url": f"{u}/2"}),
    "youtube": (
        fake_youtube.FakeYouTube,
        lambda u: {"channels": [fake_youtube.CHANNEL], "api_url": f"{u}/youtube/v3"},
    ),
}  # fmt: skip


def limited(server: LocalServer, posts: int) -> None:
    """Have the platform say once that it was asked too much, in the midst of a run."""
    turn = 2 if posts > connectors.x.PAGE else 1

    def fault(ask: Ask) -> Reply | None:
        if len(server.asked) == turn:
            return Reply(429, b"", {"Retry-After": "1"})
        return None

    server.fault = fault


def slow(server: LocalServer, folder: Path) -> None:
    """Have the platform take its time until all other sources are done."""

    def fault(ask: Ask) -> None:
        until = time.monotonic() + SLOW
        while not (folder / DONE).exists() and time.monotonic() < until:
            server.stopping.wait(0.2)

    server.fault = fault


def exports(name: str, count: int, folder: Path) -> Told:
    """A file, or messages that wait on disk."""
    rows = [
        {"id": one.number, "body": one.text, "posted_at": one.at.isoformat()}
        for one in items(name, count)
    ]
    if name == "files":
        (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
        return {"connector": "files", "path": "rows.jsonl", "platform": "survey"}, {}
    for at in range(0, len(rows), 500):
        body = json.dumps(rows[at : at + 500]).encode()
        webhook.receive(folder, "in", body, webhook.sign(SECRET, body, NOW), NOW)
    return {"connector": "webhook", "source": "in"}, {webhook.VARIABLE: SECRET}


def start(name: str, count: int, folder: Path, stack: ExitStack) -> Told:
    """Start a platform; gives the source that reads it and the keys it wants."""
    if name in ("files", "webhook"):
        return exports(name, count, folder)
    if name == "broken":
        server = stack.enter_context(LocalServer(lambda ask: Reply(500)))
        return {"connector": "discourse", "url": server.url}, {}
    if name == "imap":
        box = stack.enter_context(FakeImap())
        box.serve(items(name, count))
        told = {"host": "127.0.0.1", "user": USER, "port": box.port, "security": "none"}
        return {"connector": "imap", **told}, {"UMOT_IMAP_PASSWORD": PASSWORD}
    make, settings = SERVED[name]
    fake = make()
    fake.serve(items(name, count))
    server = stack.enter_context(LocalServer(fake.answer))
    fake.url = server.url
    if name == "x":
        limited(server, count)
    if name == "slow":
        slow(server, folder)
    return {"connector": name} | settings(server.url), getattr(fake, "keys", {})


def main() -> int:
    """Serve until the input ends."""
    name, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    os.environ[webhook.VARIABLE] = SECRET
    with ExitStack() as stack:
        print(json.dumps(start(name, count, folder, stack)), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
