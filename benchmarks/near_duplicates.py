"""Finding copies among many posts, in a real warehouse: time, memory, and whether all are found.

    near_duplicates.py [--posts N] [--batch N]

N posts (default 100,000) of 15 to 60 words come in batches; two in a hundred are copies of an
earlier one with a link, other punctuation and a word changed, and two in a hundred only begin as
an earlier one does. Adds `near_duplicates` to results/collect.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collect import RESULT, resident
from collect_platforms import WORDS
from machine import described

from umot.config import Source
from umot.pipeline import Monitor
from umot.pipeline.collecting import origin
from umot.post import Post, RawItem
from warehouse import load, screen

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)


def texts(count: int) -> Iterator[tuple[str, bool]]:
    """Texts, and whether each is a copy of one before."""
    dice = random.Random(8)
    # Some 3,000 words, the frequent ones far more often, as in a language.
    words = [f"{word}{end}" for end in ("", *map(str, range(60))) for word in WORDS]
    weights = [1 / (place + 3) for place in range(len(words))]
    told: list[list[str]] = []
    for _ in range(count):
        kind = dice.random() if len(told) > 1000 else 1.0
        if kind < 0.04:
            made = list(dice.choice(told))
            if kind < 0.02:
                made[dice.choice((0, -1))] = "anders"
                yield f"{' '.join(made).capitalize()}! https://klaver.example/{kind}", True
            else:
                half = dice.choices(words, weights, k=len(made) // 2)
                yield " ".join([*made[: len(made) // 2], *half]), False
            continue
        made = dice.choices(words, weights, k=dice.randint(15, 60))
        told.append(made)
        yield " ".join(made), False


def run(home: Path, posts: int, batch: int) -> dict[str, Any]:
    """Store and screen them all."""
    busy = round(os.getloadavg()[0], 1)  # processes that wanted a core in the minute before
    (home / "umot.toml").write_text('[brand]\nname = "Klaver"\n', "utf-8")
    monitor = Monitor.open(home)
    source = Source(name="forum", connector="files")
    from_there = origin(monitor, source, NOW)
    made = list(texts(posts))
    storing = screening = 0.0
    memory = []
    for at in range(0, posts, batch):
        some = [
            Post("forum", str(n), made[n][0], posted_at=NOW - timedelta(days=30) + n * SECOND)
            for n in range(at, min(at + batch, posts))
        ]
        rows = [(RawItem({"body": one.body}, NOW, one.native_id), one) for one in some]
        with monitor.warehouse.transaction("benchmark") as db:
            load.save_brand(db, "Klaver", "Europe/Amsterdam", "nl")
            started = time.monotonic()
            load.store_batch(db, from_there, rows, [], None, NOW)
            stored = time.monotonic()
            screen.screen(db, some, NOW)
            storing += stored - started
            screening += time.monotonic() - stored
        memory.append(resident())
    with monitor.warehouse.write("benchmark") as db:
        found = {
            int(row[0].split(":")[1])
            for row in db.execute("SELECT post_id FROM duplicates").fetchall()
        }
    copies = {n for n, (_, copied) in enumerate(made) if copied}
    return {
        "machine": described() | {"load_before": busy},
        "posts": posts,
        "posts_in_a_batch": batch,
        "copies": len(copies),
        "copies_found": len(copies & found),
        "taken_for_copies_wrongly": len(found - copies),
        "seconds_of_storing": round(storing, 1),
        "seconds_of_looking_for_copies": round(screening, 1),
        "processor_seconds_in_all": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), 1),
        "memory_mb": {"at_10_percent": memory[len(memory) // 10], "at_the_end": memory[-1],
                      "most": max(memory)},
    }  # fmt: skip


SECOND = timedelta(seconds=1)


def main() -> int:
    """Run it; 1 where a copy is missed or a post is taken for one wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="umot-copies-") as folder:
        found = run(Path(folder), given.posts, given.batch)
    known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    RESULT.write_text(json.dumps(known | {"near_duplicates": found}, indent=2) + "\n", "utf-8")
    print(json.dumps(found, indent=2))
    return int(found["copies_found"] < found["copies"] * 0.99 or found["taken_for_copies_wrongly"])


if __name__ == "__main__":
    raise SystemExit(main())
