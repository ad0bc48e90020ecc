"""How well three estimators foretell what a young post will have at the age of 24 hours.

    alerts_estimators.py [--seeds 3,4,5,6] [--kept FOLDER]

On the streams of alerts.py, for each negative post of the judged days that has 100 reactions or
more at that age, at the first full hour after it is one, two and four hours old:

- regression: what the query of `heading_viral` expects.
- factor: the count, times what the middling post of its source makes of it by then.
- SEISMIC (Zhao et al., KDD 2015): a post's infectiousness is estimated from its own reactions. It
  needs to know how many people see each; here each is seen by one, and the post by the number that
  does best on the two weeks before. It has no answer for a post that it takes for endless.

Reports the mean absolute error of ln(1 + reactions), and how often SEISMIC had no answer. Writes
the part "estimators" of results/alerts.json; `--kept` is the folder of alerts.py.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from alerts_judge import HISTORY, JUDGED, Judge
from alerts_ours import START, kept
from alerts_stream import HOUR, seen
from machine import described, recorded
from numpy.typing import NDArray

from samples.cascades import S0, THETA, Stream, Times, Whole, stream

AGES = (1, 2, 4)
LEAST = 100  # reactions at 24 hours
CROWDS = (1, 3, 10, 30, 100, 300, 1000, 3000)  # people who see a post, to one who sees a reaction
STEPS = 200  # of an integral
FAR = 3.0  # off by a factor of 20


@dataclass(frozen=True, slots=True)
class Case:
    """A post as it was known at a moment, in seconds of age, and what it had at 24 hours."""

    post: int
    place: int
    hour: int
    age: float
    ages: Times
    counts: Whole
    later: int

    def off(self, expected: float) -> float:
        """How far an expectation is off, on the scale of ln(1 + reactions)."""
        return abs(float(np.log1p(expected) - np.log1p(self.later)))


def cases(made: Stream, posts: Iterable[int], age: int) -> Iterator[Case]:
    """Those of the posts that had been seen to have reactions by then."""
    when, counts = seen(made)
    for post in posts:
        born = made.posted[post]
        hour = int(np.ceil((born + age * HOUR) / HOUR))
        known = when[post] <= hour * HOUR
        if known.any() and counts[post][known][-1]:
            own = made.reactions[made.bounds[post] : made.bounds[post + 1]]
            later = int(np.searchsorted(own, born + 24 * HOUR, side="right"))
            yield Case(
                int(post), int(made.place[post]), hour, hour * HOUR - born,
                when[post][known] - born, counts[post][known], later,
            )  # fmt: skip


def still_to_come(ages: Times) -> NDArray[np.float64]:
    """The share of SEISMIC's memory kernel that comes later than so many seconds."""
    flat = 1 - np.maximum(ages, 0) / S0 * THETA / (1 + THETA)
    return np.where(ages < S0, flat, (np.maximum(ages, S0) / S0) ** -THETA / (1 + THETA))


def seismic(one: Case, crowd: float) -> float | None:
    """SEISMIC's count in the end; None where it takes the post for endless."""
    gained = np.diff(one.counts, prepend=0).astype(float)
    born, seen_by = np.concatenate([[0.0], one.ages]), np.concatenate([[crowd], gained])
    half = one.age / 2  # a window of that length, in which the latest weigh most
    grid = np.linspace(half, one.age, STEPS)
    reached = -np.diff(still_to_come(grid[None, :] - born[:, None]), axis=1)
    exposed = float((seen_by[:, None] * reached * (grid[None, 1:] / half - 1)).sum())
    drawn = float((gained * np.maximum(one.ages / half - 1, 0)).sum())
    infectious = drawn / max(exposed, 1e-9)
    if infectious >= 1:
        return None
    waiting = float((seen_by * still_to_come(one.age - born)).sum())
    return float(one.counts[-1]) + infectious * waiting / (1 - infectious)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the two weeks before tell of each source."""

    factors: dict[int, float]
    crowds: dict[int, float]


def learnt(past: list[Case]) -> Learnt:
    """The usual factor, and the number of people that serves SEISMIC best, for each source."""
    factors: dict[int, float] = {}
    crowds: dict[int, float] = {}
    for place in {one.place for one in past}:
        own = [one for one in past if one.place == place]
        grown = [np.log1p(one.later) - np.log1p(one.counts[-1]) for one in own]
        factors[place] = float(np.exp(np.median(grown)))
        big = [one for one in own if one.later >= LEAST]
        crowds[place] = min(CROWDS, key=lambda crowd: missed(big, crowd))
    return Learnt(factors, crowds)


def missed(some: list[Case], crowd: float) -> float:
    """SEISMIC's mean error, where no answer is taken for one that is far off."""
    expected = [seismic(one, crowd) for one in some]
    off = [FAR if e is None else one.off(e) for one, e in zip(some, expected, strict=True)]
    return float(np.mean(off)) if off else 0.0


def main() -> None:
    """Foretell, and write down how far off it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="3,4,5,6")
    parser.add_argument("--kept", type=Path, default=None)
    given = parser.parse_args()
    until = HISTORY + JUDGED
    off: dict[int, dict[str, list[float]]] = {age: defaultdict(list) for age in AGES}
    silent = dict.fromkeys(AGES, 0)
    for seed in map(int, given.seeds.split(",")):
        made = stream(seed, start=START, days=until)
        rows = kept(seed, made, until, given.kept)
        expected = {(hour, post): value for hour, post, *_, value in rows["heading"]}
        counted = np.flatnonzero(Judge(made, until).counted)
        before = np.flatnonzero(made.posted < (HISTORY - 1) * 24 * HOUR)
        for age in AGES:
            known = learnt(list(cases(made, before, age)))
            for one in cases(made, counted, age):
                if one.later < LEAST or (one.hour, one.post) not in expected:
                    continue
                off[age]["regression"].append(one.off(expected[one.hour, one.post]))
                factor = known.factors[one.place]
                off[age]["factor"].append(one.off(factor * (1 + one.counts[-1]) - 1))
                end = seismic(one, known.crowds[one.place])
                silent[age] += end is None
                off[age]["SEISMIC"] += [] if end is None else [one.off(end)]
    result = {
        "machine": described(),
        "seeds": given.seeds,
        "ages": {
            f"{age} hours": {
                "posts": len(off[age]["regression"]),
                "error": {name: round(float(np.mean(some)), 3) for name, some in off[age].items()},
                "no_answer_of_SEISMIC": silent[age],
            }
            for age in AGES
        },
    }
    print(result)
    recorded("alerts", "estimators", result)


if __name__ == "__main__":
    main()
