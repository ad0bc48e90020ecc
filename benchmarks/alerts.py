"""How early and how rightly the rules on reach warn, against what others count, on one stream.

    alerts.py [--seeds 3,4,5,6] [--days N] [--judged N] [--kept FOLDER]

Streams of `--days` days with 500 posts a day (samples/cascades.py) are stored in a real warehouse,
each post seen at stretching ages by passes every half hour. After two weeks of history the rules'
own queries are asked every hour of `--judged` days, as of that hour. A post is viral that in its
first week got 100 reactions and 20 times what the middling post of its source got. Only negative
posts count; a rule's first alert for a post is what is judged, against the end of the post's
busiest hour.

Everything of ours was chosen on seeds 1 and 2, of which no figure is shown: the defaults of
umot.toml, and the settings with which each rule is as early as a rival (`ours_as_early`: the best
F1 there among those with a median lead at least the rival's). The others are given their best:
every threshold of a range is tried on the very streams reported, and the best F1 is shown beside
the definition as published.

- fixed: a count of reactions.
- Huginn's PeakDetector: mean + 3 standard deviations of a source's counts of the last 14 days, at
  most one peak in 2 days for each source; and the same without that pause.
- Lucidya: reactions against the mean of the source's posts of the last 7 days.

Writes the part "cascades" of results/alerts.json; `--kept` keeps what the queries gave.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import alerts_rivals as rivals
import numpy as np
from alerts_judge import HISTORY, JUDGED, Judge, summed
from alerts_ours import RULES, START, as_early, kept, ours, settings
from alerts_stream import seen
from machine import described, recorded

from samples.cascades import stream

TUNED = (1, 2)
OURS = (*RULES, "either of the two")


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of some streams: figures by name, and what was to be found in them."""

    table: dict[str, dict[str, Any]]
    posts: int
    ages_at_peak: list[float]  # hours, of each post that went viral


def judged(seeds: Sequence[int], days: int, until: int, folder: Path | None) -> Judged:
    """All rules and rivals on the same streams."""
    parts: dict[str, list[dict[str, Any]]] = {}
    posts, ages = 0, []
    for seed in seeds:
        made = stream(seed, start=START, days=days)
        judge = Judge(made, until)
        posts += int(judge.counted.sum())
        ages += judge.ages_at_peak()
        rows = kept(seed, made, until, folder)
        told = {**ours(rows), **rivals.every(made, seen(made), judge.counted), **settings(rows)}
        for name, first in told.items():
            parts.setdefault(name, []).append(judge.judged(first))
        print(f"seed {seed}: {len(judge.truth)} negative posts went viral", flush=True)
    return Judged({name: summed(one) for name, one in parts.items()}, posts, ages)


def main() -> None:
    """Judge all on the same streams, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="3,4,5,6")
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--judged", type=int, default=JUDGED)
    parser.add_argument("--kept", type=Path, default=None)
    given = parser.parse_args()
    until = HISTORY + given.judged
    seeds = [int(one) for one in given.seeds.split(",")]
    tuned = judged(TUNED, given.days, until, given.kept)
    found = judged(seeds, given.days, until, given.kept)
    shown = {name: one for name, one in found.table.items() if " with " not in name}
    table = rivals.best(shown)
    for name, one in table.items():
        if name not in OURS:
            rival = name.removesuffix(rivals.BEST)
            one["ours_as_early"] = as_early(tuned.table, found.table, rival)
        print(f"{name:44} {one}")
    result = {
        "machine": described(),
        "seeds": seeds,
        "tuned_on": TUNED,
        "posts_a_day": 500,
        "days_judged": given.judged,
        "negative_posts": found.posts,
        "median_age_hours_at_peak": round(float(np.median(found.ages_at_peak)), 2),
        "rules": table,
    }
    recorded("alerts", "cascades", result)


if __name__ == "__main__":
    main()
