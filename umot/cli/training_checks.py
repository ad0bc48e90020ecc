"""What the options of `umot models train` choose, and which of them do not go together."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from umot.errors import Fatal

if TYPE_CHECKING:
    from models.training.data import SetPlan

LICENCES = ("ok", "unclear", "nc", "any")
BASE, BUNDLED = "base", "bundled"


def check_usage(
    files: Sequence[Path] | None,
    data: Path | None,
    start: str | None,
    sets: str | None,
    word_lists: Sequence[Path] | None,
) -> None:
    """Raise a usage error for options that do not go together; `Fatal` for what is not there."""
    if not files and data is None:
        raise typer.BadParameter("nothing to train on: give FILEs, --data FOLDER, or both")
    if data is None and (start == BASE or sets):
        given = "--start base" if start == BASE else "--sets"
        raise typer.BadParameter(f"{given} needs --data FOLDER")
    if word_lists and start != BASE and (start or data is None):
        raise typer.BadParameter("--word-lists is for --start base: weights have a vocabulary")
    if data is not None and not (data / "sentiment").is_dir():
        raise Fatal(f"{data} holds no folder sentiment/ with labelled sets")
    if missing := [str(path) for path in word_lists or () if not path.is_file()]:
        raise Fatal(f"{', '.join(missing)} does not exist")
    if find_spec("onnx") is None:
        raise Fatal("training needs a package more: pip install 'umot[training]'")


def check_mean(
    mean_with: str | None, layers: int | None, word_lists: Sequence[Path] | None
) -> None:
    """Raise a usage error for what cannot go with a mean."""
    if mean_with and layers:
        raise typer.BadParameter("--mean-with and --layers do not go together: sizes must be alike")
    if mean_with and word_lists:
        raise typer.BadParameter("--word-lists is not for --mean-with: weights have a vocabulary")


def check_numbers(epochs: float | None, budget_minutes: float | None) -> None:
    """Raise a usage error for numbers that mean nothing."""
    for name, value in (("--epochs", epochs), ("--budget-minutes", budget_minutes)):
        if value is not None and not 0 < value < math.inf:
            raise typer.BadParameter(f"{name} {value:g} is not more than nothing")


def listed(text: str | None) -> list[str]:
    """What a comma-separated option names."""
    return [part.strip() for part in text.split(",") if part.strip()] if text else []


def chosen_plan(
    licence: Sequence[str] | None,
    languages: Collection[str],
    sets: Collection[str],
    *,
    joining: bool,
) -> dict[str, SetPlan]:
    """The public sets that the options leave, of those for a mean where that is wanted."""
    from models.training import data, recipe

    if wrong := [one for one in licence or () if one not in LICENCES]:
        raise typer.BadParameter(f"{wrong[0]!r} is not one of {', '.join(LICENCES)}")
    amounts = dict(amount(one) for one in sets)
    plan = data.allowed(
        recipe.JOINING_PLAN if joining else recipe.ALL,
        licences=allowed_licences(licence),
        languages=languages,
        sets=amounts,
    )
    return {
        name: replace(one, amount=amounts.get(name) or one.amount) for name, one in plan.items()
    }


def amount(text: str) -> tuple[str, float | None]:
    """The set that a part of --sets names, and how much of it: rows, or up to 3 times the whole."""
    name, equals, number = text.partition("=")
    try:
        found = float(number) if equals else None
    except ValueError:
        found = math.nan
    if found is not None and not 0 < found < math.inf:
        raise typer.BadParameter(f"--sets {text}: after = comes a number of rows")
    return name.strip(), found


def allowed_licences(licence: Sequence[str] | None) -> list[str]:
    """The licences given; none where any will do."""
    return [] if "any" in (licence or ()) else list(licence or ())
