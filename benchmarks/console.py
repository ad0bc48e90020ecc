"""How fast the console's pages are: median and slowest of several turns, in a warm process.

    console.py [SIZE] [--folder FOLDER] [--turns N]

SIZE is a number of posts (default 1000000), made by SQL from the texts in ../shared/data
(`warehouse_fill`) and published. FOLDER keeps that warehouse, and is used as it is where it holds
one. Each page is asked for through the whole application, with a template made and an answer read,
but for the network. What is kept between pages of one copy (the digest of a day, what filters can
choose from) is asked once before. The seconds of processor time stand beside those of the clock,
for machines that have other work. Bar: 300 ms at the median at a million posts. Results are
written to results/console.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import described
from starlette.testclient import TestClient
from warehouse_fill import BRANDS, fill

from umot.console import Access, Console, make_app
from warehouse import Warehouse

BAR = 300.0  # ms
FOUND = Path(__file__).parent / "results" / "console.json"
PAGES = {
    "overview": "/",
    "journey": "/journey",
    "posts, newest": "/posts",
    "posts, a stage": "/posts?stage=end",
    "posts, a touchpoint and its tone": "/posts?stage=end&touchpoint=delivery&tone=negative",
    "posts, negative in a source": "/posts?label=negative&source={source}",
    "posts, most reactions": "/posts?sort=reach",
    "posts, most negative": "/posts?sort=negative",
    "posts, words": "/posts?q=service",
    "posts, a later page": "/posts?after={after}",
    "one post": "/post?id={post}",
    "alerts": "/alerts?state=all",
    "sources": "/sources",
    "sql, the editor": "/sql",
}


def made(home: Path, size: int) -> None:
    """A published warehouse of this size, where there is none."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "umot.toml").write_text(f'[brand]\nname = "{BRANDS[0]}"\n', "utf-8")
    warehouse = Warehouse(home)
    if not warehouse.published.exists():
        fill(home, size)
        warehouse.publish()


def asked(client: TestClient, path: str, turns: int) -> dict[str, float]:
    """Milliseconds of a page: the first time, then the median and the slowest of the turns."""
    clocks, works = [], []
    for _ in range(turns + 1):
        clock, work = time.perf_counter(), time.process_time()
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        clocks.append(1_000 * (time.perf_counter() - clock))
        works.append(1_000 * (time.process_time() - work))
    return {
        "first_ms": round(clocks[0], 1),
        "median_ms": round(statistics.median(clocks[1:]), 1),
        "slowest_ms": round(max(clocks[1:]), 1),
        "processor_ms": round(statistics.median(works[1:]), 1),
    }


def measured(home: Path, turns: int) -> dict[str, Any]:
    """All pages."""
    console = Console(home, Access())
    found: dict[str, Any] = {}
    with TestClient(make_app(console), base_url="http://127.0.0.1") as client:
        first = client.get("/api/posts?size=50").json()
        names = {
            "post": first["posts"][0]["post_id"],
            "source": first["posts"][0]["source"],
            "after": first["next"],
        }
        for name, path in PAGES.items():
            found[name] = asked(client, path.format(**names), turns)
            print(f"{name:34}", *(f"{key} {value:>9,.1f}" for key, value in found[name].items()))
    return found


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--turns", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = given.folder or Path(temporary)
        made(home, given.size)
        pages = measured(home, given.turns)
    medians = [one["median_ms"] for one in pages.values()]
    known = json.loads(FOUND.read_text("utf-8")) if FOUND.exists() else {"sizes": {}}
    known["machine"] = described()
    known["bar_ms"] = BAR
    known["sizes"][str(given.size)] = {
        "pages": pages,
        "median_of_pages_ms": round(statistics.median(medians), 1),
        "within_bar": sum(one <= BAR for one in medians),
        "of": len(medians),
    }
    FOUND.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
