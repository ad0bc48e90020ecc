"""How many themes of the digest would be called new by chance alone.

    digest_chance.py [--draws N]

Posts about airlines (../shared/data/sentiment) are dealt to a day and to the weeks before it at
random, so that nothing is new; what the digest calls new then is chance. Bar: fewer than one a day.
Writes results/digest_chance.json.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from statistics import mean

import pyarrow.parquet as parquet
from machine import described

from umot.digest.standing import Said, new
from umot.digest.terms import stop_words, terms
from warehouse.digest_details import TextRow

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data" / "sentiment"
DAYS = (60, 200, 600, 2_000)  # posts of the day; the others are those of the weeks before


def main() -> None:
    """Deal, count and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=40)
    draws = parser.parse_args().draws
    stop = stop_words("airline")
    texts = [
        text
        for path in sorted(DATA.glob("us_airline_tweets_en_*.parquet"))
        for text in parquet.read_table(path)["text"].to_pylist()
    ]
    posts = [
        Said(TextRow(str(place), str(place), "neutral", 0.0, text), terms(text, stop))
        for place, text in enumerate(texts)
    ]
    chooser = random.Random(7)
    found = {}
    for size in DAYS:
        counts = []
        for _ in range(draws):
            chooser.shuffle(posts)
            counts.append(len(new(posts[:size], posts[size:])))
        found[str(size)] = {"mean": round(mean(counts), 2), "most": max(counts)}
        print(f"{size:>6} posts in the day: {found[str(size)]}")
    result = {"machine": described(), "posts": len(posts), "draws": draws, "new_by_chance": found}
    (HERE / "results" / "digest_chance.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
