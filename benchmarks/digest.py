"""How long the digest takes: its themes at 10,000 posts, and whole days in a warm process.

    python benchmarks/digest.py                       # themes only, on made-up posts
    python benchmarks/digest.py FOLDER… [--date DAY]  # and a day's digest of each data folder

A FOLDER is only read: its published copy is opened as any reader does, and one of another umot is
refused, for a reader would have it published anew. DAY is the last whole day in it if none is
named. A day is timed whole, as the console and the command make it: built from the warehouse and
written as a page with its picture as SVG. The mail, whose pictures are PNG, is timed apart. The
first digest of the process is told as well: it opens the file and loads the drawing library. Bar:
2 s for a day of 10 million posts, 10 s for the themes. With `--note TEXT` the figures are written
to benchmarks/results/digest.json, what they ran beside in the note.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from machine import described

from umot.digest import Digest, build, letter, render
from umot.digest.standing import Said, new, standing_out
from umot.digest.terms import stop_words, terms
from umot.errors import Fatal
from warehouse import Connection, Warehouse, publish
from warehouse.digest_details import TextRow

POSTS = 10_000  # of the day, and as many of the weeks before
WORDS, LENGTH = 20_000, 25  # words that there are, and words of a post
TIMES = 7
BAR, THEMES_BAR = 2, 10  # seconds
LANGUAGE = "nl"
RESULTS = Path(__file__).parent / "results" / "digest.json"

Figures = dict[str, float]


def main() -> None:
    """Print the figures, and write them where a note says what they ran beside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="data folders")
    parser.add_argument("--date", type=date.fromisoformat, help="the day")
    parser.add_argument("--note", help="what the machine did besides; writes the results")
    given = parser.parse_args()
    found = {
        "machine": described(),
        "note": given.note or "",
        "bar_seconds": BAR,
        "days": [day(folder, given.date) for folder in given.folders],
        "themes": {"posts": POSTS, "posts_before": POSTS, "bar_seconds": THEMES_BAR, **themes()},
    }
    text = json.dumps(found, indent=1) + "\n"
    sys.stdout.write(text)
    if given.note:
        RESULTS.write_text(text, "utf-8")


def day(folder: Path, wanted: date | None) -> dict[str, Any]:
    """The digest of a day, the first time and the later ones."""
    warehouse = Warehouse(folder)
    if publish.outdated(warehouse.published):
        raise Fatal(f"the copy in {folder} is of another umot: publish it again first")
    with warehouse.read() as db:
        posts, brand, last = held(db)
        chosen = wanted or last

        def made() -> Digest:
            return build(db, brand, chosen, language=LANGUAGE)

        first = timed(lambda: render(made(), "html"), 1)
        digest = made()
        return {
            "posts": posts,
            "day": str(chosen),
            "posts_of_the_day": digest.posts.total,
            "first": first,
            "whole": timed(lambda: render(made(), "html")),
            "built": timed(made),
            "page_with_svg": timed(lambda: render(digest, "html")),
            "mail_with_png": timed(lambda: letter.mail(digest)),
        }


def held(db: Connection) -> tuple[int, str, date]:
    """How many posts there are, the brand with most, and the last whole day on its clocks."""
    row = db.execute(
        "SELECT sum(count(*)) OVER (), brand, any_value(time_zone), max(told_at) "
        "FROM mention_facts JOIN brands USING (brand) GROUP BY brand ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise Fatal("there is no post in it")
    posts, brand, zone, last = row
    return int(posts), str(brand), last.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def themes() -> Figures:
    """How long terms of all posts take, then complaints, praise and what is new."""
    chance = random.Random(6)
    # Like language: the n-th word is n times rarer than the first.
    known = [f"woord{letters(number)}" for number in range(WORDS)]
    weights = [1 / number for number in range(1, WORDS + 1)]
    labels = ("negative", "neutral", "positive")
    stop = stop_words("Merk")

    def rows(count: int) -> list[TextRow]:
        texts = [" ".join(chance.choices(known, weights, k=LENGTH)) for _ in range(count)]
        return [
            TextRow(f"p{place}", f"w{place}", labels[place % 3], 0.5, text)
            for place, text in enumerate(texts)
        ]

    of_day, earlier = rows(POSTS), rows(POSTS)

    def found() -> None:
        today = [Said(row, terms(row.text, stop)) for row in of_day]
        past = [Said(row, terms(row.text, stop)) for row in earlier]
        standing_out(today, past, "negative")
        standing_out(today, past, "positive")
        new(today, past)

    return timed(found, 1)


def letters(number: int) -> str:
    """A number in letters, for terms have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def timed(what: Callable[[], object], times: int = TIMES) -> Figures:
    """The median of its seconds, and of the CPU's, which a busy machine lengthens less."""
    taken, worked = [], []
    for _ in range(times):
        started, begun = time.perf_counter(), time.process_time()
        what()
        taken.append(time.perf_counter() - started)
        worked.append(time.process_time() - begun)
    return {"seconds": round(median(taken), 2), "cpu_seconds": round(median(worked), 2)}


if __name__ == "__main__":
    main()
