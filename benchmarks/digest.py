"""How long the digest takes: its themes at 10,000 posts, and a day in a warm process.

    python benchmarks/digest.py                        # themes only, on made-up posts
    python benchmarks/digest.py --home DIR --date DAY  # and the digest of a day of a warehouse

With `--note TEXT` the figures are written to benchmarks/results/digest.json, what they ran beside
in the note. The page holds the picture of the journey as SVG; the pictures of the mail are PNG and
timed apart.
"""

from __future__ import annotations

import sys

# benchmarks/warehouse.py is called like the package that is to be imported.
sys.path.append(sys.path.pop(0))

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from machine import described

from umot.digest import Digest, build, letter, render
from umot.digest.standing import Said, new, standing_out
from umot.digest.terms import stop_words, terms
from umot.pipeline import Monitor
from warehouse.digest_details import TextRow

POSTS = 10_000  # of the day, and as many of the weeks before
WORDS, LENGTH = 20_000, 25  # words that there are, and words of a post
TIMES = 5
BAR = 10  # seconds for the themes
RESULTS = Path(__file__).parent / "results" / "digest.json"

Figures = dict[str, float]


def main() -> None:
    """Print the figures, and write them where a note says what they ran beside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a data folder")
    parser.add_argument("--date", type=date.fromisoformat, help="the day")
    parser.add_argument("--note", help="what the machine did besides; writes the results")
    given = parser.parse_args()
    found: dict[str, object] = {
        "machine": described(),
        "note": given.note or "",
        "themes": {"posts": POSTS, "posts_before": POSTS, "bar_seconds": BAR, **themes()},
    }
    if given.home and given.date:
        found["day"] = day(given.home, given.date)
    text = json.dumps(found, indent=1) + "\n"
    sys.stdout.write(text)
    if given.note:
        RESULTS.write_text(text, "utf-8")


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


def day(home: Path, wanted: date) -> dict[str, object]:
    """The digest of a day, the second time and later."""
    monitor = Monitor.open(home)
    brand = monitor.settings.brand
    with monitor.warehouse.read() as db:
        posts = db.execute("SELECT count(*) FROM posts").fetchone()

        def made() -> Digest:
            return build(db, brand.name, wanted, language=brand.language)

        digest = made()
        render(digest, "html")
        return {
            "posts_in_warehouse": posts[0] if posts else 0,
            "posts_of_the_day": digest.posts.total,
            "built": timed(made),
            "built_and_page_with_svg": timed(lambda: render(made(), "html")),
            "mail_with_png": timed(lambda: letter.mail(digest)),
        }


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
