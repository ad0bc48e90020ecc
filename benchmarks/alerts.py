"""How early and how rightly the rules on reach warn, against what others count, on one stream.

    alerts.py [--seeds 3,4] [--days N] [--judged N] [--kept FOLDER]

Streams of `--days` days with 500 posts a day (samples/cascades.py) are stored in a real warehouse,
each post seen at stretching ages by passes every half hour. After two weeks of history the rules'
own queries are asked every hour of `--judged` days, as of that hour. A post is viral that in its
first week got 100 reactions and 20 times what the middling post of its source got. Only negative
posts count; a rule's first alert for a post is what is judged, against the end of the post's
busiest hour.

The thresholds of ours were chosen on seeds 1 and 2 and are the defaults of umot.toml. The others
are given their best: every threshold of a range is tried on the very streams reported, and the best
F1 is shown beside the definition as published. As a lower threshold is always earlier, each of them
is also met on its own ground: the best F1 of ours with a median lead at least as early as theirs.

- fixed: a count of reactions.
- Huginn's PeakDetector: mean + 3 standard deviations of a source's counts of the last 14 days, at
  most one peak in 2 days for each source; and the same without that pause.
- Lucidya: reactions against the mean of the source's posts of the last 7 days.

Writes the part "cascades" of results/alerts.json; `--kept` keeps what the queries gave.
"""

from __future__ import annotations

import sys

# benchmarks/warehouse.py is called like the package that is to be imported.
sys.path.append(sys.path.pop(0))

import argparse
import json
import pickle
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Any

import alerts_rivals as rivals
import numpy as np
from alerts_stream import HOUR, filled, seen
from machine import described

from samples.cascades import Stream, stream
from umot.alert_settings import HeadingViral, ViralNegative
from umot.alerts import heading_viral, viral_negative
from warehouse import Warehouse
from warehouse.alerts import Look

HERE = Path(__file__).parent
START = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY = 14  # days before the first hour that is judged
LAST = 12  # hours before the end in which a post is too young to be judged
OURS = ("viral_negative", "heading_viral", "either of the two")
Firsts = dict[int, float]  # post -> seconds of its first alert


def asked(made: Stream, until: int) -> dict[str, list[tuple[Any, ...]]]:
    """What the two queries give at every hour with their thresholds wide open.

    The thresholds only choose among these rows, so that many settings are tried in one run.
    """
    viral, heading = ViralNegative(), HeadingViral()
    found: dict[str, list[tuple[Any, ...]]] = {"viral": [], "heading": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        Warehouse(Path(folder)).write("benchmark") as db,
    ):
        filled(db, made)
        for hour in range(HISTORY * 24, until * 24):
            look = Look(db, START + timedelta(hours=hour))
            look.gather(reach=True)
            rows = look.ask(
                "rule_viral_negative",
                window_start=look.now - timedelta(hours=viral.hours),
                hours=viral.hours,
                floor=15,
                times=1.5,
                ratio=1.5,
                **viral_negative.PRIOR,
            )
            found["viral"] += [
                (hour, number(row), row["growth"], row["usual_growth"], row["score"])
                for row in rows
            ]
            rows = look.ask(
                "rule_heading_viral",
                hours=heading.hours,
                floor=8,
                observations=1,
                reach=heading.reach,
                times=heading.times,
                sureness=-2,
                **heading_viral.PRIOR,
            )
            found["heading"] += [
                (hour, number(row), row["total"], row["observations"], row["score"]) for row in rows
            ]
    return found


def number(row: dict[str, Any]) -> int:
    """The post's place in its stream."""
    return int(row["post_id"].partition(":")[2])


def ours(
    rows: dict[str, list[tuple[Any, ...]]],
    viral: ViralNegative | None = None,
    heading: HeadingViral | None = None,
) -> dict[str, Firsts]:
    """The first alert of each post, with the default settings where none are given."""
    viral, heading = viral or ViralNegative(), heading or HeadingViral()
    sure = NormalDist().inv_cdf(heading.sureness)
    first: dict[str, Firsts] = {"viral_negative": {}, "heading_viral": {}}
    for hour, post, growth, usual, score in rows["viral"]:
        if score >= viral.times and growth >= max(viral.floor, viral.ratio * usual):
            first["viral_negative"].setdefault(post, hour * HOUR)
    for hour, post, total, observations, score in rows["heading"]:
        enough = total >= heading.floor and observations >= heading.observations
        if enough and score >= sure:
            first["heading_viral"].setdefault(post, hour * HOUR)
    both = dict(first["heading_viral"])
    for post, at in first["viral_negative"].items():
        both[post] = min(at, both.get(post, at))
    return {**first, "either of the two": both}


def looser(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, Firsts]:
    """Both rules over a range of thresholds, from early to sure."""
    found = {}
    for sureness in (0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        for seen_times in (1, 2):
            heading = HeadingViral(sureness=sureness, observations=seen_times, floor=8)
            name = f"at heading_viral, sureness {sureness}, observations {seen_times}"
            found[name] = ours(rows, heading=heading)["heading_viral"]
    for times in (1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25):
        for floor in (15, 30, 60, 100):
            viral = ViralNegative(times=times, floor=floor, ratio=1.5)
            name = f"at viral_negative, times {times}, floor {floor}"
            found[name] = ours(rows, viral=viral)["viral_negative"]
    return found


def as_early(curve: dict[str, dict[str, Any]], lead: float | None) -> dict[str, Any]:
    """For each of the two rules its best F1 with a median lead of at least `lead` hours."""
    found: dict[str, Any] = {}
    for rule in ("viral_negative", "heading_viral"):
        early = [
            (one["f1"], one["median_lead_hours"], name.removeprefix(f"at {rule}, "))
            for name, one in curve.items()
            if rule in name
            and one["median_lead_hours"] is not None
            and (lead is None or one["median_lead_hours"] >= lead)
        ]
        if early:
            found[rule] = dict(zip(("f1", "median_lead_hours", "with"), max(early), strict=True))
    return found


class Judge:
    """The truth of one stream: which negative posts went viral, and when they peaked."""

    def __init__(self, made: Stream, until: int) -> None:
        begin, end = HISTORY * 24 * HOUR, (until * 24 - LAST) * HOUR
        self.counted = made.negative & (made.posted >= begin) & (made.posted < end)
        self.truth = set(np.flatnonzero(made.viral() & self.counted).tolist())
        self.peaks = {post: made.peak(post) for post in self.truth}
        self.posted = made.posted
        self.weeks = (end - begin) / (7 * 24 * HOUR)

    def judged(self, first: Firsts) -> dict[str, Any]:
        """Right and false alerts, what was missed, and the hours of lead of the right ones."""
        told = {post for post in first if self.counted[post]}
        right = told & self.truth
        return {
            "right": len(right),
            "false": len(told - self.truth),
            "missed": len(self.truth - told),
            "leads": [(self.peaks[post] - first[post]) / HOUR for post in right],
            "ages": [(first[post] - self.posted[post]) / HOUR for post in right],
            "weeks": self.weeks,
        }


def summed(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Several streams' judgements as one line of figures."""
    right, false, missed = (sum(one[key] for one in parts) for key in ("right", "false", "missed"))
    leads = [hours for one in parts for hours in one["leads"]]
    ages = [hours for one in parts for hours in one["ages"]]
    weeks = sum(one["weeks"] for one in parts)
    return {
        "precision": round(right / max(right + false, 1), 3),
        "recall": round(right / max(right + missed, 1), 3),
        "f1": round(2 * right / max(2 * right + false + missed, 1), 3),
        "false_a_week": round(false / weeks, 2),
        "median_lead_hours": round(float(np.median(leads)), 2) if leads else None,
        "mean_lead_hours": round(float(np.mean(leads)), 2) if leads else None,
        "median_age_hours": round(float(np.median(ages)), 2) if ages else None,
        "right": right,
        "false": false,
        "missed": missed,
    }


def rows_of(seed: int, made: Stream, until: int, kept: Path | None) -> dict[str, Any]:
    """What the queries gave for a stream: from the folder kept, else asked now."""
    path = kept / f"stream-{seed}-{until}.pickle" if kept else None
    if path and path.exists():
        return dict(pickle.loads(path.read_bytes()))
    found = asked(made, until)
    if path:
        path.write_bytes(pickle.dumps(found))
    return found


def main() -> None:
    """Judge all on the same streams, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="3,4")
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--judged", type=int, default=17)
    parser.add_argument("--kept", type=Path, default=None)
    given = parser.parse_args()
    until = HISTORY + given.judged
    seeds = [int(one) for one in given.seeds.split(",")]
    parts: dict[str, list[dict[str, Any]]] = {}
    posts = 0
    for seed in seeds:
        made = stream(seed, start=START, days=given.days)
        judge = Judge(made, until)
        posts += int(judge.counted.sum())
        watched = seen(made)
        rows = rows_of(seed, made, until, given.kept)
        told = {**ours(rows), **rivals.every(made, watched, judge.counted), **looser(rows)}
        for name, first in told.items():
            parts.setdefault(name, []).append(judge.judged(first))
        print(f"seed {seed}: {len(judge.truth)} negative posts went viral", flush=True)
    table = {name: summed(one) for name, one in parts.items()}
    curve = {name: table.pop(name) for name in list(table) if name.startswith("at ")}
    table = rivals.best(table)
    for name, one in table.items():
        if name not in OURS:
            one["ours_as_early"] = as_early(curve, one["median_lead_hours"])
    for name, one in table.items():
        print(f"{name:44} {one}")
    result = {
        "machine": described(),
        "seeds": seeds,
        "tuned_on": [1, 2],
        "posts_a_day": 500,
        "days_judged": given.judged,
        "negative_posts": posts,
        "rules": table,
    }
    target = HERE / "results" / "alerts.json"
    known = json.loads(target.read_text("utf-8")) if target.exists() else {}
    target.write_text(json.dumps({**known, "cascades": result}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
