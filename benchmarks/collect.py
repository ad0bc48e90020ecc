"""Collecting from every connector at once, from servers on loopback, as one configuration.

    collect.py [--posts N] [--fresh FOLDER]

N posts (default 100,000) are spread over the platforms, each behind its own protocol. One source
fails all the time, one asks to wait at first. Two passes follow: the first stores everything, the
second must add nothing. Checked: nothing lost, nothing double, the failing source stops no other.
Told: posts a second, seconds and posts of each connector, memory at the start, at most and while
the second half came in. Writes results/collect.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import described

from tests.connectors.fake_discourse import FakeDiscourse
from tests.connectors.fake_hacker_news import FakeHackerNews
from tests.connectors.fake_imap import PASSWORD, USER, FakeImap
from tests.connectors.fake_mastodon import FakeMastodon
from tests.connectors.fake_meta import PAGE, FakeMeta
from tests.connectors.fake_meta import TOKEN as META
from tests.connectors.fake_stack_exchange import FakeStackExchange
from tests.connectors.fake_x import TOKEN as X
from tests.connectors.fake_x import FakeX
from umot import webhook
from umot.pipeline import Monitor, Visit, collect
from umot.testing import Item, LocalServer, Reply

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
SECRET = "a secret of the webhook"
KEYS = {"UMOT_IMAP_PASSWORD": PASSWORD, "UMOT_META_TOKEN": META, "UMOT_X_TOKEN": X,
        webhook.VARIABLE: SECRET}  # fmt: skip
SHARES = {"discourse": 16, "hacker_news": 16, "mastodon": 12, "stack_exchange": 16, "meta": 8,
          "x": 12, "imap": 4, "webhook": 6, "files": 10}  # fmt: skip
WORDS = ("polis", "premie", "schade", "wachten", "helpdesk", "app", "brief", "dekking", "snel",
         "traag", "vriendelijk", "duur", "opzeggen", "vergoeding", "telefoon")  # fmt: skip


def items(name: str, count: int) -> list[Item]:
    """Posts of one platform, a few seconds apart, within the last week; no two alike."""
    step = timedelta(seconds=500_000 / max(count, 1))
    return [
        Item(n, f"Klaver {name} {n}: " + " ".join(WORDS[(n * k) % 15] for k in (1, 2, 3, 7)),
             NOW - timedelta(hours=1) - n * step)
        for n in range(count)
    ]  # fmt: skip


class Place:
    """A data folder with a source for each platform, and the platforms."""

    def __init__(self, home: Path, stack: ExitStack, posts: int) -> None:
        self.home, self.stack = home, stack
        self.counts = {name: posts * share // 100 for name, share in SHARES.items()}
        self.sources: list[str] = []

    def source(self, name: str, connector: str, **settings: Any) -> None:
        """Write a source down."""
        rows = {"name": name, "connector": connector, **settings}
        lines = [f"{key} = {json.dumps(value)}" for key, value in rows.items()]
        self.sources.append("\n".join(["[[sources]]", *lines]))

    def serve(self, name: str, fake: Any) -> str:
        """Start a platform; gives its address."""
        fake.serve(items(name, self.counts[name]))
        return self.stack.enter_context(LocalServer(fake.answer)).url

    def build(self) -> None:
        """All platforms and sources."""
        url = self.serve("discourse", FakeDiscourse())
        self.source("discourse", "discourse", url=url)
        url = self.serve("hacker_news", FakeHackerNews())
        self.source("hacker_news", "hacker_news", search=["e"], search_url=f"{url}/api/v1",
                    items_url=f"{url}/v0")  # fmt: skip
        url = self.serve("mastodon", FakeMastodon())
        self.source("mastodon", "mastodon", instance=url, hashtags=["vlotwiel"])
        url = self.serve("stack_exchange", FakeStackExchange())
        self.source("stack_exchange", "stack_exchange", site="forum", search=["Klaver"],
                    api_url=f"{url}/2.3")  # fmt: skip
        url = self.serve("meta", FakeMeta())
        self.source("meta", "meta", page=PAGE, api_url=f"{url}/v23.0")
        self.limited(self.serve_x())
        box = self.stack.enter_context(FakeImap())
        box.serve(items("imap", self.counts["imap"]))
        self.source("imap", "imap", host="127.0.0.1", user=USER, port=box.port, security="none")
        self.exports()
        broken = self.stack.enter_context(LocalServer(lambda ask: Reply(500)))
        self.source("broken", "discourse", url=broken.url)
        brand = '[brand]\nname = "Klaver"\nquery = "klaver"\n'
        (self.home / "umot.toml").write_text("\n".join([brand, *self.sources]), "utf-8")

    def serve_x(self) -> LocalServer:
        """Start X, whose server is told below to refuse once."""
        fake = FakeX()
        fake.serve(items("x", self.counts["x"]))
        return self.stack.enter_context(LocalServer(fake.answer))

    def limited(self, server: LocalServer) -> None:
        """A platform that has had enough after five requests, once."""
        refused: list[int] = []

        def fault(ask: object) -> Reply | None:
            if len(server.asked) == 6 and not refused:
                refused.append(1)
                return Reply(429, b"", {"Retry-After": "1"})
            return None

        server.fault = fault
        self.source("x", "x", search=["Klaver"], api_url=f"{server.url}/2")

    def exports(self) -> None:
        """A file, and messages that wait on disk."""
        rows = [
            {"id": one.number, "body": one.text, "posted_at": one.at.isoformat()}
            for one in items("files", self.counts["files"])
        ]
        (self.home / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
        self.source("files", "files", path="rows.jsonl", platform="survey")
        sent = [
            {"id": one.number, "body": one.text, "posted_at": one.at.isoformat()}
            for one in items("webhook", self.counts["webhook"])
        ]
        for at in range(0, len(sent), 500):
            body = json.dumps(sent[at : at + 500]).encode()
            webhook.receive(self.home, "in", body, webhook.sign(SECRET, body, NOW), NOW)
        self.source("webhook", "webhook", source="in")


def visit_all(monitor: Monitor) -> tuple[dict[str, Visit], dict[str, float]]:
    """Every source in a thread of its own; those that are asked to wait do so, and go on."""
    visits: dict[str, Visit] = {}
    seconds: dict[str, float] = {}

    def visit(source: Any) -> None:
        started = time.monotonic()
        for again in (True, False):
            try:
                visits[source.name] = collect(monitor, source, now=NOW)
                break
            except Exception as error:
                visits[source.name] = Visit(source.name, error=str(error))
                wait = getattr(error, "retry_after", None)
                if not (again and wait):
                    break
                time.sleep(wait)
        seconds[source.name] = time.monotonic() - started

    threads = [threading.Thread(target=visit, args=(one,)) for one in monitor.sources()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return visits, seconds


@contextmanager
def watched() -> Iterator[list[int]]:
    """Resident megabytes, four times a second."""
    seen: list[int] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.25):
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            seen.append(pages * resource.getpagesize() // 2**20)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def ask(monitor: Monitor, sql: str) -> Any:
    """One value of the writer's own file."""
    with monitor.warehouse.write("benchmark") as db:
        return db.execute(sql).fetchone()[0]


def run(home: Path, posts: int) -> dict[str, Any]:
    """Both passes, and what was found."""
    os.environ.update(KEYS)
    with ExitStack() as stack:
        place = Place(home, stack, posts)
        place.build()
        monitor = Monitor.open(home)
        with watched() as memory:
            started = time.monotonic()
            first, seconds = visit_all(monitor)
            took = time.monotonic() - started
            again, _ = visit_all(monitor)
        served = sum(place.counts.values())
        stored = ask(monitor, "SELECT count(*) FROM posts")
        lost = {
            name: count - ask(monitor, f"SELECT count(*) FROM post_brands WHERE source = '{name}'")
            for name, count in place.counts.items()
        }
    checks: dict[str, Callable[[], bool]] = {
        "nothing is lost": lambda: not any(lost.values()),
        "nothing is double": lambda: stored == served,
        "a second pass adds nothing": lambda: not any(one.counts.new for one in again.values()),
        "only the broken source failed": lambda: (
            [name for name, one in first.items() if one.error] == ["broken"]
        ),
    }
    half = memory[len(memory) // 4 : len(memory) // 2] or memory
    return {
        "machine": described(),
        "posts": served,
        "stored": stored,
        "seconds": round(took, 1),
        "posts_a_second": round(served / took),
        "connectors": {
            name: {"posts": count, "seconds": round(seconds[name], 1), "missing": lost[name]}
            for name, count in place.counts.items()
        },
        "memory_mb": {"start": memory[0], "second_half": max(half), "most": max(memory)},
        "checks": {name: check() for name, check in checks.items()},
    }


def main() -> int:
    """Run it; 1 where a check failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--fresh", type=Path, help="an empty folder to work in and leave behind")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="umot-collect-") as folder:
        home = given.fresh or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        found = run(home, given.posts)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    text = json.dumps(found, indent=2)
    (results / "collect.json").write_text(text + "\n", "utf-8")
    print(text)
    return 0 if all(found["checks"].values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
