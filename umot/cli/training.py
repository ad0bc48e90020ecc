"""`umot models train`: weights of your own, from your own labelled posts or the public sets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import progress, rows, say
from umot.cli.models import group
from umot.cli.own_rows import given_rows, without_stages
from umot.cli.training_checks import (
    BASE,
    BUNDLED,
    allowed_licences,
    check_mean,
    check_numbers,
    check_usage,
    chosen_plan,
    listed,
)
from umot.cli.training_options import (
    Budget,
    Data,
    Epochs,
    Files,
    Layers,
    Licences,
    MeanWith,
    Name,
    Out,
    StartFrom,
    Teacher,
    Words,
    option,
)

if TYPE_CHECKING:
    from models.training.data import Row, SetPlan
    from models.training.fit import At, Recipe
    from models.training.jobs import Result
    from models.training.material import Material
    from models.training.starts import Start
    from umot.pipeline import Progress

EVERY = 30.0  # seconds between two lines about the loss


def register(app: typer.Typer) -> None:
    """Add the command to the group of `umot models`."""
    group.command()(train)


def train(
    out: Out,
    files: Files = None,
    data: Data = None,
    start: StartFrom = None,
    base_folder: Annotated[
        Path | None, option("Where the downloaded base is kept; else OUT.")
    ] = None,
    licence: Licences = None,
    languages: Annotated[str | None, option("Only rows in these, e.g. nl,en; else all.")] = None,
    sets: Annotated[
        str | None,
        option(
            "Only these public sets, e.g. own,mabsa_nl; mabsa_nl=500 is 500 rows of it, and a "
            "number up to 3 so many times the whole."
        ),
    ] = None,
    word_lists: Words = None,
    epochs: Epochs = None,
    budget_minutes: Budget = None,
    seed: Annotated[
        int,
        typer.Option(min=0, max=2**31 - 1, help="Of all dice: the same seed makes the same."),
    ] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 is all cores.")] = 0,
    teacher: Teacher = None,
    layers: Layers = None,
    mean_with: MeanWith = None,
    name: Name = None,
    text: Annotated[str, typer.Option(help="The column of your texts.")] = "text",
    label: Annotated[str, typer.Option(help="The column of your labels.")] = "label",
) -> None:
    """Train weights of your own on labelled posts.

    It fine-tunes the bundled ones (with one of our own posts for every three of yours, and never
    fewer than 300, lest the rest is forgotten), or starts afresh. A tenth of your posts is kept
    aside, to see what was gained. The command may be stopped at any time: given again, it goes on.
    """
    check_usage(files, data, start, sets, word_lists)
    check_mean(mean_with, layers, word_lists)
    check_numbers(epochs, budget_minutes)
    from models import devices
    from models.training import jobs, runs, starts

    other = starts.folder(mean_with) if mean_with else None
    spoken = [language.lower() for language in listed(languages)]
    start = start or (BASE if data else BUNDLED)
    joining = other is not None and start == BASE
    plan = chosen_plan(licence, spoken, listed(sets), joining=joining)
    on = devices.chosen(device)
    given = given_rows(files or [], (text, label), spoken, unlabelled=teacher is not None)
    if data is None:
        given = without_stages(given, unlabelled=teacher is not None)
    material = gathered(data, plan, given, spoken, seed)
    begin = starts.opened(
        start,
        base_folder or out,
        data and data / "sentiment",
        plan,
        word_lists or (),
        other,
    )
    starts.check_terms(begin, teacher, other, allowed_licences(licence))
    settings, kept = how(begin, layers, teacher, public=data is not None, joining=other is not None)
    settings = replace(
        settings,
        epochs=epochs or settings.epochs,
        budget=budget_minutes * 60 if budget_minutes else math.inf,
        seed=seed,
        threads=threads,
    )
    say(f"{len(material.rows):,} rows to train on, {len(material.held):,} of yours kept aside")
    labelled = None if allowed_licences(licence) else data
    aside = {row.text for row in material.held}
    head = stage_head(begin, labelled, [row for row in given if row.text not in aside])
    job = jobs.Job(out, begin, kept, teacher, on, name, head, other)
    with progress() as show:
        result = runs.train(job, material, settings, report=reporter(show), show=telling(show))
    tell(result, fresh=begin.described is None)


def gathered(
    data: Path | None,
    plan: dict[str, SetPlan],
    given: Sequence[Row],
    languages: Collection[str],
    seed: int,
) -> Material:
    """What is trained on."""
    from models.training import material

    if data is None:
        return material.from_rows(given, languages=languages)
    return material.from_public(data, plan, given, languages=languages, seed=seed)


def how(
    begin: Start,
    layers: int | None,
    teacher: str | None,
    *,
    public: bool,
    joining: bool,
) -> tuple[Recipe, int | None]:
    """The settings of the training, and the layers to keep if not all."""
    from models.training import recipe

    shape = begin.shape()
    kept = None if layers == shape.layers else layers
    settings = recipe.settings(
        shape,
        fresh=begin.described is None,
        smaller=kept is not None,
        public=public,
        joining=joining,
    )
    return replace(settings, distil=recipe.DISTIL if teacher else 0.0), kept


def stage_head(
    begin: Start, labelled: Path | None, given: Sequence[Row]
) -> Callable[[Path], None] | None:
    """What fits the head that tells stages; None where the weights to start from have none.

    The stages in `labelled` (those read by hand, and weak ones) are of sets of all licences.
    """
    from models import stage_head as heads
    from models.training.starts import FromWeights

    if isinstance(begin, FromWeights) and heads.load(begin.folder) is None:
        return None

    def fit(folder: Path) -> None:
        from models.training import stage_head as training

        training.fit(folder, labelled, given).write(folder)

    return fit


def reporter(show: Progress) -> Callable[[At], None]:
    """Shows each step, and a line about the loss every half minute and at the end."""
    last = -math.inf

    def report(at: At) -> None:
        nonlocal last
        show("training", at.step, at.total)
        now = time.monotonic()
        if now - last >= EVERY or at.step == at.total:
            last = now
            minutes = f"{math.ceil(at.left / 60):,} minutes left" if at.left else "done"
            say(f"step {at.step:,} of {at.total:,}, loss {at.loss:.3f}, {minutes}")

    return report


def telling(show: Progress) -> Callable[[str, int, int], None]:
    """Shows what is done, and says that the last part of it takes a while."""

    def told(what: str, done: int, total: int) -> None:
        if what == "exporting" and not done:
            say("writing the weights and checking them: some minutes")
        show(what, done, total)

    return told


def tell(result: Result, *, fresh: bool) -> None:
    """Say what came of it: the folder on stdout, the rest on stderr."""
    if result.held:
        before = "" if fresh else f", {result.before:,} before"
        say(f"of {result.held:,} posts kept aside {result.after:,} are read rightly{before}")
    say(f"the weights are called {result.described.name}; to read with them, in umot.toml:")
    say(f'[model]\nname = "bundled"\npath = "{result.folder.resolve()}"')
    rows([str(result.folder)])
