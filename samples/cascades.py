"""A stream of posts whose reactions spread as cascades: what the alert rules are measured on.

Every reaction draws further ones, a self-exciting process. The waiting time follows the memory
kernel that was published with SEISMIC (Zhao et al., KDD 2015): constant for 5 minutes, then a power
law with exponent 1 + 0.242. How infectious a post is falls with its age and follows the hour of the
day, in the form of TiDeH (Kobayashi and Lambiotte, ICWSM 2016): amplitude 0.42, a time constant of
two days. Ordinary posts draw less than one further reaction each; a few draw more than one for as
long as their hours last, and those can go round. Who goes viral is not decided but comes out.

The rest is chosen, not published: how many posts each source has and how large its public is, how
widely posts differ, and the rhythm of writing. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

S0, THETA = 300.0, 0.242  # seconds of the flat part, exponent of the power law (SEISMIC)
AMPLITUDE, DECAY = 0.42, 2 * 86_400.0  # daily rhythm and time constant of infectiousness (TiDeH)
WATCHED = 7 * 86_400.0  # reactions later than this after the post are not told of
LARGEST = 30_000  # reactions of one post; more would only cost time
AGES = np.array([0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 48, 72, 120, 168]) * 3600

Times = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """A source: its share of all posts, and the direct reactions of its middling post."""

    name: str
    share: float
    reactions: float


PLACES = (
    Place("subreddit", 0.40, 5.0),
    Place("mastodon", 0.20, 1.2),
    Place("forum", 0.25, 2.0),
    Place("large-page", 0.15, 30.0),
)


@dataclass(frozen=True, slots=True)
class Stream:
    """`n` posts in order of time; all times are seconds from `start`.

    The reactions of post `i` are `reactions[bounds[i]:bounds[i + 1]]`, sorted.
    """

    start: datetime
    places: tuple[Place, ...]
    posted: Times  # [n]
    place: Whole  # [n] index into places
    negative: NDArray[np.bool_]  # [n] how it reads
    reactions: Times
    bounds: Whole  # [n + 1]

    def counts(self, times: Times) -> Whole:
        """Reactions of each post up to its times, seconds from `start`: [n, times]."""
        found = np.empty(times.shape, np.int64)
        for post, own in enumerate(times):
            reactions = self.reactions[self.bounds[post] : self.bounds[post + 1]]
            found[post] = np.searchsorted(reactions, own, side="right")
        return found

    def final(self) -> Whole:
        """Reactions of each post in its first week: [n]."""
        return np.diff(self.bounds)

    def viral(self, times: float = 20, floor: int = 100) -> NDArray[np.bool_]:
        """Which posts went viral: `times` what the middling post of their source got, and `floor`.

        Known only a week later: what the rules are held against, never what they see.
        """
        final = self.final()
        usual = np.array(
            [np.median(final[self.place == number]) for number in range(len(self.places))]
        )
        return np.asarray(final >= np.maximum(floor, times * np.maximum(usual[self.place], 1)))

    def peak(self, post: int) -> float:
        """The end of the busiest hour of a post, seconds: when the storm was at its height."""
        own = self.reactions[self.bounds[post] : self.bounds[post + 1]]
        if not len(own):
            return float(self.posted[post])
        within = np.searchsorted(own, own + 3600, side="left") - np.arange(len(own))
        return float(own[int(np.argmax(within))] + 3600)


def stream(
    seed: int,
    *,
    start: datetime,
    days: int = 56,
    a_day: int = 500,
    kindled: float = 0.05,
    negative: float = 0.3,
    places: Sequence[Place] = PLACES,
) -> Stream:
    """Make a stream of about `a_day` posts a day; a share `kindled` could go round.

    Negative posts (share `negative`) spread neither better nor worse than others.
    """
    rng = np.random.default_rng(seed)
    posted = arrivals(rng, days, a_day)
    number = len(posted)
    place = rng.choice(len(places), number, p=[one.share for one in places])
    base = np.array([one.reactions for one in places])[place]
    # The mean number of reactions that one draws: below 1 for ordinary posts.
    drawn = 0.6 * rng.beta(2, 3, number)
    hot = rng.random(number) < kindled
    drawn[hot] = rng.uniform(0.9, 1.4, int(hot.sum()))
    lasting = np.where(hot, rng.lognormal(np.log(36 * 3600), 0.4, number), DECAY)
    first = base * rng.lognormal(0, 1.0, number)
    post, times = spread(rng, posted, first, drawn, lasting)
    order = np.lexsort((times, post))
    bounds = np.searchsorted(post[order], np.arange(number + 1))
    return Stream(
        start, tuple(places), posted, place, rng.random(number) < negative, times[order], bounds
    )


def arrivals(rng: np.random.Generator, days: int, a_day: int) -> Times:
    """When posts are written: a rhythm of day and evening, a fifth fewer at weekends."""
    number = int(rng.poisson(days * a_day * 1.7))
    times = rng.uniform(0, days * 86_400, number)
    weekend = np.where((times // 86_400) % 7 >= 5, 0.8, 1.0)
    return np.sort(times[rng.random(number) < awake(times) * weekend / 1.6])


def awake(times: Times) -> Times:
    """How busy people are at a time of day, mean 1: least at 4 at night, most 12 hours later."""
    return 1 - AMPLITUDE * np.cos(2 * np.pi * (times / 86_400 - 4 / 24))


def spread(
    rng: np.random.Generator, posted: Times, first: Times, drawn: Times, lasting: Times
) -> tuple[Whole, Times]:
    """All reactions, a generation at a time: (post, time) of each.

    Candidates are drawn with the rhythm at its highest and thinned, which is exact.
    """
    high = 1 + AMPLITUDE
    parents, times = np.arange(len(posted)), posted
    means = first * high
    made = np.zeros(len(posted), np.int64)
    posts: list[Whole] = []
    found: list[Times] = []
    while len(parents):
        kids = np.repeat(np.arange(len(parents)), rng.poisson(means))
        post = parents[kids]
        wait = waiting(rng, len(kids)) if posts else found_by(rng, len(kids))
        at = times[kids] + wait
        age = at - posted[post]
        kept = (age < WATCHED) & (
            rng.random(len(at)) * high < awake(at) * np.exp(-age / lasting[post])
        )
        parents, times = post[kept], at[kept]
        made += np.bincount(parents, minlength=len(posted))
        posts.append(parents)
        found.append(times)
        # How many see a reaction differs widely from one who reacts to the next: mean 1.
        seen_by = rng.lognormal(-1.125, 1.5, len(parents))
        means = np.where(made[parents] < LARGEST, drawn[parents] * seen_by * high, 0.0)
    return np.concatenate(posts), np.concatenate(found)


def found_by(rng: np.random.Generator, number: int) -> Times:
    """Seconds until those come across a post who read the place anyway: 2 hours in the middle."""
    return rng.lognormal(np.log(2 * 3600), 1.0, number)


def waiting(rng: np.random.Generator, number: int) -> Times:
    """Seconds between a reaction and one that it draws, after the memory kernel."""
    left = rng.random(number)
    flat = THETA / (1 + THETA)  # the share that comes within S0
    tail = S0 * ((1 - left) * (1 + THETA)) ** (-1 / THETA)
    return np.where(left < flat, left / flat * S0, tail)
