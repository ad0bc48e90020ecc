"""The two rules on reach, asked every hour of a stream, with settings from eager to sure."""

from __future__ import annotations

import pickle
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Any

from alerts_judge import HISTORY, Firsts
from alerts_stream import HOUR, filled

from samples.cascades import Stream
from umot.alert_settings import HeadingViral, ViralNegative
from umot.alerts import heading_viral, viral_negative
from warehouse import Warehouse
from warehouse.alerts import Look

START = datetime(2026, 1, 5, tzinfo=UTC)
RULES = ("viral_negative", "heading_viral")
Rows = dict[str, list[tuple[Any, ...]]]


def asked(made: Stream, until: int) -> Rows:
    """What the two queries give at every hour with their thresholds wide open.

    The thresholds only choose among these rows, so that many settings are tried in one run.
    """
    viral, heading = (
        ViralNegative(floor=15, times=1.5, ratio=1.5),
        HeadingViral(floor=1, observations=1),
    )
    wide: dict[str, Any] = {**heading.model_dump(), "sureness": -9}
    found: Rows = {"viral": [], "heading": []}
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
                **viral.model_dump(),
                **viral_negative.PRIOR,
            )
            found["viral"] += [
                (hour, number(row), row["growth"], row["usual"], row["score"]) for row in rows
            ]
            rows = look.ask("rule_heading_viral", **wide, **heading_viral.PRIOR)
            found["heading"] += [
                (
                    hour,
                    number(row),
                    row["total"],
                    row["observations"],
                    row["score"],
                    row["expected"],
                )
                for row in rows
            ]
    return found


def number(row: dict[str, Any]) -> int:
    """The post's place in its stream."""
    return int(row["post_id"].partition(":")[2])


def kept(seed: int, made: Stream, until: int, folder: Path | None) -> Rows:
    """What the queries gave for a stream: from the folder if it was kept there, else asked now."""
    path = folder / f"stream-{seed}-{until}.pickle" if folder else None
    if path and path.exists():
        return dict(pickle.loads(path.read_bytes()))
    found = asked(made, until)
    if path:
        path.write_bytes(pickle.dumps(found))
    return found


def ours(
    rows: Rows, viral: ViralNegative | None = None, heading: HeadingViral | None = None
) -> dict[str, Firsts]:
    """The first alert of each post, with the default settings where none are given."""
    viral, heading = viral or ViralNegative(), heading or HeadingViral()
    sure = NormalDist().inv_cdf(heading.sureness)
    first: dict[str, Firsts] = {name: {} for name in RULES}
    for hour, post, growth, usual, score in rows["viral"]:
        if score >= viral.times and growth >= max(viral.floor, viral.ratio * usual):
            first["viral_negative"].setdefault(post, hour * HOUR)
    for hour, post, total, observations, score, _ in rows["heading"]:
        enough = total >= heading.floor and observations >= heading.observations
        if enough and score >= sure:
            first["heading_viral"].setdefault(post, hour * HOUR)
    both = dict(first["heading_viral"])
    for post, at in first["viral_negative"].items():
        both[post] = min(at, both.get(post, at))
    return {**first, "either of the two": both}


def settings(rows: Rows) -> dict[str, Firsts]:
    """Each rule over a range of settings, from eager to sure, as "RULE with SETTINGS"."""
    found = {}
    for sureness in (0.0001, 0.001, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        for seen_times in (1, 2):
            heading = HeadingViral(sureness=sureness, observations=seen_times, floor=8)
            name = f"heading_viral with sureness {sureness:g}, observations {seen_times}"
            found[name] = ours(rows, heading=heading)["heading_viral"]
    for times in (1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25):
        for floor in (15, 30, 60, 100):
            viral = ViralNegative(times=times, floor=floor, ratio=1.5)
            name = f"viral_negative with times {times}, floor {floor}"
            found[name] = ours(rows, viral=viral)["viral_negative"]
    return found


def as_early(
    tuned: dict[str, dict[str, Any]], judged: dict[str, dict[str, Any]], rival: str
) -> dict[str, Any]:
    """Each of the two rules set to be as early as a rival: how it fares where it is judged.

    The setting is the one of best F1 among those whose median lead was at least the rival's on the
    streams of `tuned`; `judged` are other streams. A rule that cannot be as early is left out.
    """
    found: dict[str, Any] = {}
    target = tuned[rival]["median_lead_hours"]
    for rule in RULES:
        early = [
            (one["f1"], one["median_lead_hours"], name)
            for name, one in tuned.items()
            if name.startswith(f"{rule} with ")
            and one["median_lead_hours"] is not None
            and (target is None or one["median_lead_hours"] >= target)
        ]
        if early:
            name = max(early)[2]
            figures = {key: judged[name][key] for key in ("f1", "median_lead_hours")}
            found[rule] = {**figures, "with": name.removeprefix(f"{rule} with ")}
    return found
