"""A writer in a process of its own, to be run beside others and killed by tests: HOME SEED BATCHES.

Every writer is given the same posts, in another order; each batch comes with its cursor.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from umot.post import Engagement, Post, RawItem
from warehouse import Warehouse, load, state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE = 12  # posts in a batch; each has half of the one before, as polls overlap


def batch(number: int) -> list[tuple[RawItem, Post]]:
    """The posts of a batch, always the same."""
    found = []
    for one in range(number * SIZE // 2, number * SIZE // 2 + SIZE):
        at = NOW + timedelta(minutes=one)
        post = Post("forum", str(one), f"Bericht {one}.", author=f"a{one % 7}", posted_at=at,
                    engagement=Engagement(NOW, likes=one))  # fmt: skip
        found.append((RawItem({"id": one}, NOW, f"item {one}"), post))
    return found


def main() -> None:
    home, seed, batches = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    warehouse = Warehouse(home)
    origin = load.Origin("forum", "Vlotte Fiets", "own", b"key")
    order = list(range(batches))
    random.Random(seed).shuffle(order)
    print("ready", flush=True)
    for number in order:
        with warehouse.transaction(f"writer {seed}") as db:
            seen = state.cursor(db, "forum") or {}
            if str(number) in seen:
                continue
            load.store_batch(db, origin, batch(number), (), {**seen, str(number): True}, NOW)
    warehouse.publish()


if __name__ == "__main__":
    main()
