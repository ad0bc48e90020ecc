"""What is true of a stream, and how well alerts hold against it."""

from __future__ import annotations

from typing import Any

import numpy as np
from alerts_stream import HOUR

from samples.cascades import Stream

HISTORY = 14  # days before the first hour that is judged
JUDGED = 17  # days after that
LAST = 12  # hours before the end in which a post is too young to be judged
Firsts = dict[int, float]  # post -> seconds of its first alert


class Judge:
    """The truth of one stream: which negative posts went viral, and when they peaked."""

    def __init__(self, made: Stream, until: int) -> None:
        begin, end = HISTORY * 24 * HOUR, (until * 24 - LAST) * HOUR
        self.counted = made.negative & (made.posted >= begin) & (made.posted < end)
        self.truth = set(np.flatnonzero(made.viral() & self.counted).tolist())
        self.peaks = {post: made.peak(post) for post in self.truth}
        self.posted = made.posted
        self.weeks = (end - begin) / (7 * 24 * HOUR)

    def ages_at_peak(self) -> list[float]:
        """Hours from writing to the end of the busiest hour, of each post that went viral."""
        return [(at - self.posted[post]) / HOUR for post, at in self.peaks.items()]

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
