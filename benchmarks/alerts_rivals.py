"""What others count, each asked at the same hours with the same observations."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from alerts_stream import HOUR
from numpy.typing import NDArray

from samples.cascades import Stream, Times, Whole

DAY = 24 * HOUR
FIXED = (50, 75, 100, 150, 200, 300, 400, 600, 800)
TIMES = (1, 2, 3, 5, 8, 12, 16, 20, 30)
BEST = " (its best)"
Firsts = dict[int, float]


def every(
    made: Stream, watched: tuple[Times, Whole], counted: NDArray[np.bool_]
) -> dict[str, Firsts]:
    """The first alert of each post, by rival."""
    when, counts = watched
    asked = np.ceil(when / HOUR) * HOUR  # they are asked every hour, as ours are
    changed = np.ones_like(counts, bool)
    changed[:, 1:] = counts[:, 1:] != counts[:, :-1]
    found: dict[str, Firsts] = {
        f"fixed: {level}": crossing(asked, counts, counted, np.full(counts.shape, float(level)))
        for level in FIXED
    }
    means, deviations = history(made, when, counts, changed, 14 * DAY)
    peak = means + 3 * deviations
    found["Huginn: mean + 3 sigma over 14 days"] = paused(made, asked, counts, counted, peak)
    found["Huginn without its pause"] = crossing(asked, counts, counted, peak)
    week = posts_mean(made, when, counts, 7 * DAY)
    for times in TIMES:
        name = f"Lucidya: {times} x the 7-day mean"
        found[name] = crossing(asked, counts, counted, np.maximum(times * week, 1))
    return found


def best(table: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The table with, for each rival with a range, the published definition and the best F1."""
    kept = {
        name: one for name, one in table.items() if not name.startswith(("fixed:", "Lucidya: "))
    }
    for family, published in (("fixed: ", None), ("Lucidya: ", "Lucidya: 1 x the 7-day mean")):
        own = {name: one for name, one in table.items() if name.startswith(family)}
        top = max(own, key=lambda name: own[name]["f1"])
        if published:
            kept[published] = own[published]
        kept[f"{top}{BEST}"] = own[top]
    return kept


def crossing(
    asked: Times, counts: Whole, counted: NDArray[np.bool_], levels: NDArray[np.float64]
) -> Firsts:
    """When each counted post first stood at or above its level."""
    above = counts >= levels
    return {
        int(post): float(asked[post, int(np.argmax(above[post]))])
        for post in np.flatnonzero(above.any(axis=1) & counted)
    }


def paused(
    made: Stream,
    asked: Times,
    counts: Whole,
    counted: NDArray[np.bool_],
    levels: NDArray[np.float64],
) -> Firsts:
    """As `crossing`, but no source has another peak within two days of its last one."""
    found: Firsts = {}
    last: dict[int, float] = {}
    posts, steps = np.nonzero((counts > levels) & counted[:, None])
    for number in np.argsort(asked[posts, steps], kind="stable"):
        post, time = int(posts[number]), float(asked[posts[number], steps[number]])
        place = int(made.place[post])
        if post not in found and time - last.get(place, -np.inf) >= 2 * DAY:
            found[post] = last[place] = time
    return found


def history(
    made: Stream, when: Times, counts: Whole, changed: NDArray[np.bool_], span: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of all counts seen at a source in the `span` before each observation."""
    means, deviations = np.full(counts.shape, np.inf), np.zeros(counts.shape)
    for place in range(len(made.places)):
        posts, steps = np.nonzero(changed & (made.place == place)[:, None])
        order = np.argsort(when[posts, steps], kind="stable")
        window: deque[tuple[float, float]] = deque()
        total = squares = 0.0
        for post, step in zip(posts[order], steps[order], strict=True):
            time, count = float(when[post, step]), float(counts[post, step])
            while window and window[0][0] <= time - span:
                old = window.popleft()[1]
                total, squares = total - old, squares - old * old
            if len(window) > 4:
                mean = total / len(window)
                means[post, step] = mean
                deviations[post, step] = np.sqrt(max(squares / len(window) - mean * mean, 0.0))
            window.append((time, count))
            total, squares = total + count, squares + count * count
    return means, deviations


def posts_mean(made: Stream, when: Times, counts: Whole, span: float) -> NDArray[np.float64]:
    """The mean reactions of the source's posts of the `span` before each observation.

    A post counts with what it had a day after it was written.
    """
    day = made.counts((made.posted + DAY)[:, None])[:, 0]
    found = np.full(counts.shape, np.inf)
    for place in range(len(made.places)):
        own = np.flatnonzero(made.place == place)
        times = made.posted[own] + DAY
        sums = np.concatenate([[0.0], np.cumsum(day[own])])
        upto = np.searchsorted(times, when[own], side="right")
        since = np.searchsorted(times, when[own] - span, side="right")
        number = upto - since
        mean = (sums[upto] - sums[since]) / np.maximum(number, 1)
        found[own] = np.where(number > 0, mean, np.inf)
    return found
