"""What one training learns from, and what it keeps aside to be calibrated and judged on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from models.training import data, given, recipe
from models.training.data import OWN_SET, Row, SetPlan
from models.training.export import LANGUAGES

Item = TypeVar("Item")

OURS_FOR = 3  # a post of ours is mixed in for so many of the user's rows
OURS_LEAST = 300  # and never fewer
ASIDE = 12  # of our own posts, one in so many is kept for calibration
CALIBRATED = 2000  # rows of each validation set, at most, that tell the temperatures
ENOUGH = 200  # rows kept aside from which a temperature can be told
TEXTS = 400  # that set the ranges of activations: the user's and our own, up to so many


@dataclass(frozen=True, slots=True)
class Material:
    """Rows to train on; the user's `held` ones, which are not.

    `corpus` sets the ranges of activations and the mean vector, `labelled` the temperature:
    `calibrates` is false where they are too few or too well known for that. `licences` by set.
    """

    rows: list[Row]
    held: list[Row]
    corpus: list[str]
    labelled: list[Row]
    calibrates: bool
    licences: dict[str, str]


def from_public(
    labelled: Path,
    plan: Mapping[str, SetPlan],
    rows: Sequence[Row],
    *,
    languages: Collection[str],
    seed: int = recipe.RECIPE.seed,
) -> Material:
    """The public sets of a plan, and the user's rows several times; the seed chooses the rows."""
    train, held = given.split(rows)
    chosen = recipe.chosen_rows(labelled, plan, languages=languages, seed=seed)
    validation = sample(labelled / "sentiment", "validation", plan, CALIBRATED) + held
    texts = [row.text for row in sample(labelled / "sentiment", "train", plan, 12)]
    ours = [row.text for row in train + data.own_posts()]
    return Material(
        chosen + train * recipe.OWN_TIMES,
        held,
        # A plan of few sets, or of small languages, has too few texts for ranges and a mean.
        texts + thinned(ours, TEXTS - len(texts)),
        validation,
        len(validation) >= ENOUGH,
        licences(plan, rows),
    )


def from_rows(rows: Sequence[Row], *, languages: Collection[str] = ()) -> Material:
    """The user's rows alone, with some of our own posts mixed in."""
    train, held = given.split(rows)
    ours = data.own_posts(languages=languages)
    aside, rest = ours[::ASIDE], [row for index, row in enumerate(ours) if index % ASIDE]
    texts = thinned([row.text for row in train], TEXTS // 2)
    texts += thinned([row.text for row in ours], TEXTS - len(texts))
    enough = len(held) >= ENOUGH
    return Material(
        train + thinned(rest, max(OURS_LEAST, len(train) // OURS_FOR)),
        held,
        texts,
        held if enough else held + aside,
        enough,
        licences({OWN_SET: recipe.ALL[OWN_SET]}, rows),
    )


def sample(folder: Path, split: str, plan: Mapping[str, SetPlan], rows: int) -> list[Row]:
    """`rows` of each set of a plan (fewer where it has fewer), in languages that are read."""
    sets = data.sets_in(folder, split)
    chosen = []
    for name in sets:
        if name in plan and name.rpartition("_")[2] in LANGUAGES:
            # A plan repeats the rows of a set that has too few.
            chosen += list(dict.fromkeys(data.choose(sets, {name: SetPlan(rows, "")}, seed=1)))
    return chosen


def thinned(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of the items, evenly spaced."""
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]


def licences(plan: Mapping[str, SetPlan], rows: Sequence[Row]) -> dict[str, str]:
    """The licence of each set; the user's rows are the user's."""
    theirs = dict.fromkeys((row.source for row in rows), given.LICENCE)
    return {name: one.licence for name, one in plan.items()} | theirs
