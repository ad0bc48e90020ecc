"""Collecting from every connector at once, from servers on loopback, as one configuration.

    collect.py [--posts N] [--fresh FOLDER]

N posts (default 100,000) are spread over the platforms, each a process of its own that speaks its
own protocol. One source fails all the time, one asks in the midst to wait, one takes 20 seconds
for each answer until all others are done. Passes as `umot collect` makes them: the first stores
everything, then the source that had to wait goes on, and another pass must add nothing. Told:
posts a second, the seconds of each source from its first batch to its last, and the collector's
memory. Writes results/collect.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from collect_platforms import DONE, NOW
from machine import described

from umot import plugins
from umot.pipeline import Monitor, Visit
from umot.pipeline.together import collect_all

HERE = Path(__file__).parent
RESULT = HERE / "results" / "collect.json"
# Percent of the posts. The odd ones stand first: nobody is to wait for them.
SHARES = {
    "slow": 3, "broken": 0, "x": 4, "app_store": 4, "bluesky": 8, "discourse": 6, "feeds": 8,
    "google_business": 6, "google_play": 6, "hacker_news": 6, "kiyoh": 6, "mastodon": 6, "meta": 4,
    "reddit": 8, "stack_exchange": 4, "trustpilot": 8, "youtube": 8, "imap": 1, "webhook": 2,
    "files": 2,
}  # fmt: skip


@contextmanager
def platforms(counts: Mapping[str, int], home: Path) -> Iterator[None]:
    """Start them all, and write the configuration that reads them."""
    running = {
        name: subprocess.Popen(
            [sys.executable, HERE / "collect_platforms.py", name, str(count), home],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name, count in counts.items()
    }  # fmt: skip
    try:
        text = '[brand]\nname = "Klaver"\nquery = "klaver"\n'
        for name, process in running.items():
            assert process.stdout
            told, keys = json.loads(process.stdout.readline())
            lines = [f"{key} = {json.dumps(one)}" for key, one in ({"name": name} | told).items()]
            text += "\n".join(["", "[[sources]]", *lines, ""])
            os.environ.update(keys)
        (home / "umot.toml").write_text(text, "utf-8")
        yield
    finally:
        for process in running.values():
            process.communicate()


def resident() -> int:
    """Megabytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


@dataclass
class Watch:
    """What a pass says of itself while it runs: called with a source, and how far it is."""

    folder: Path
    total: int
    started: float = field(default_factory=time.monotonic)
    seen: dict[str, int] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    memory: list[tuple[int, int]] = field(default_factory=list)
    others_done: float | None = None

    def __call__(self, source: str, done: int, total: int | None) -> None:
        """Note it, and let the slow platform hurry once it is the only one."""
        at = time.monotonic() - self.started
        self.seen[source] = done
        self.first.setdefault(source, at)
        self.last[source] = at
        self.memory.append((sum(self.seen.values()), resident()))

    def wait_for_others(self, idle: threading.Event, needed: Mapping[str, int]) -> None:
        """Tell the slow platform when every post of the others is read."""
        while not idle.wait(0.2):
            if all(self.seen.get(name, 0) >= count for name, count in needed.items()):
                self.others_done = time.monotonic() - self.started
                (self.folder / DONE).touch()
                return

    def at(self, share: float) -> int:
        """Megabytes when this share of the posts was read."""
        return next((mb for seen, mb in self.memory if seen >= share * self.total), 0)


def first_pass(
    monitor: Monitor, watch: Watch, counts: Mapping[str, int]
) -> tuple[dict[str, Visit], dict[str, Visit]]:
    """Everything once, then what had to wait; the visits of both."""
    idle = threading.Event()
    # X stops in the midst of it, so it is not waited for.
    needed = {n: c for n, c in counts.items() if n not in ("slow", "broken", "x")}
    waiter = threading.Thread(target=watch.wait_for_others, args=(idle, needed))
    waiter.start()
    first = collect_all(monitor, monitor.sources(), now=NOW, progress=watch)
    idle.set()
    waiter.join()
    (watch.folder / DONE).touch()
    time.sleep(1)  # as the platform asked
    watch.total -= watch.seen.pop("x", 0)
    second = collect_all(monitor, monitor.sources(["x"]), now=NOW, progress=watch)
    return {one.source: one for one in first}, {one.source: one for one in second}


def ask(monitor: Monitor, sql: str) -> Any:
    """The rows of the writer's own file."""
    with monitor.warehouse.write("benchmark") as db:
        return db.execute(sql).fetchall()


def run(home: Path, posts: int) -> dict[str, Any]:
    """All passes, and what was found."""
    counts = {name: posts * share // 100 for name, share in SHARES.items()}
    served = sum(counts.values())
    with platforms(counts, home):
        monitor = Monitor.open(home)
        start = resident()
        watch = Watch(home, served)
        first, second = first_pass(monitor, watch, counts)
        took = time.monotonic() - watch.started
        end = resident()
        again = collect_all(monitor, monitor.sources(), now=NOW)
        rows = ask(monitor, "SELECT source, count(*) FROM post_brands GROUP BY ALL")
        (stored, texts), *_ = ask(
            monitor, "SELECT count(*), count(DISTINCT coalesce(title, '') || body) FROM posts"
        )
    lost = {name: count - dict(rows).get(name, 0) for name, count in counts.items()}
    failed = [name for name, one in first.items() if one.error]
    tenth = watch.at(0.1)
    slow_end = watch.last["slow"]
    return {
        "machine": described(),
        "posts": served,
        "stored": stored,
        "seconds": round(took, 1),
        "posts_a_second": round(served / took),
        "seconds_until_all_but_the_slow_source_were_done": round(watch.others_done or 0, 1),
        "connectors": {
            name: {"posts": count, "missing": lost[name],
                   "seconds": round(watch.last.get(name, 0) - watch.first.get(name, 0), 1)}
            for name, count in counts.items()
        },
        "memory_mb": {"start": start, "at_10_percent": tenth, "at_the_end": end,
                      "most": max(mb for _, mb in watch.memory)},
        "failures": {name: first[name].error for name in failed},
        "checks": {
            "every connector takes part": not plugins.available(plugins.CONNECTORS).keys() - counts,
            "nothing is lost": not any(lost.values()),
            "nothing is double": stored == served == texts,
            "another pass adds nothing": not any(one.counts.new for one in again),
            "only the broken and the limited source failed": failed == ["broken", "x"],
            "the limited source went on where it was": second["x"].error is None,
            "the slow source delayed none": (watch.others_done or slow_end) < slow_end,
            "memory is flat": end <= tenth * 1.25,
        },
    }  # fmt: skip


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
    known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    kept = {"near_duplicates": known["near_duplicates"]} if "near_duplicates" in known else {}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found | kept, indent=2) + "\n", "utf-8")
    print(json.dumps(found, indent=2))
    return 0 if all(found["checks"].values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
