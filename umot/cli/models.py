"""`umot models`: which models there are, how well they read, and the card of their weights."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import progress, rows, safe, say, state
from umot.cli.setup import describe
from umot.cli.training_checks import BUNDLED
from umot.errors import Fatal

if TYPE_CHECKING:
    from models.evaluation import Answers
    from umot import config
    from umot.cli.figures import Result
    from umot.cli.labelled import LabelledFile
    from umot.pipeline import Progress
    from umot.plugins import Scorer

FORMATS = ("table", "json")
NO_GROUPS = "none"
FEW = 100  # labelled texts below which figures say little

group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="models")


@group.callback()
def models(context: typer.Context) -> None:
    """The models that can read posts. Without a command it lists them."""
    if context.invoked_subcommand is None:
        from umot import plugins

        rows(describe(plugins.MODELS))


@group.command()
def evaluate(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="CSV, JSON Lines or Parquet files.")
    ],
    text: Annotated[str, typer.Option(help="The column of the texts.")] = "text",
    label: Annotated[
        str, typer.Option(help="The column with negative, neutral or positive.")
    ] = "label",
    model: Annotated[
        str | None,
        typer.Option(
            help="A model of `umot models` (bundled: what ships), vader, tfidf, a folder of weights"
            " or a Hugging Face id; else the configured one.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(help="Another model to compare it with; more than once for several."),
    ] = None,
    train: Annotated[
        list[Path] | None,
        typer.Option(help="A labelled file that tfidf learns from; more than once for several."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="A column to show figures by; more than once for several; none for none. "
            "Else language, domain and source, where the file has them.",
            show_default=False,
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="Draw confusion and calibration into this .svg or .png file."),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--rows", min=1, help="Only the first so many labelled texts of each file."),
    ] = None,
) -> None:
    """Measure how well a model reads labelled texts.

    Rates with intervals, confusion and calibration. Rates are in percent, the calibration error is
    0 to 1. Macro figures are over the labels that occur. Rows without a text or a label are left
    out, and counted on stderr.
    """
    from umot import charts, config
    from umot.cli import figures
    from umot.cli.labelled import LabelledFile

    if form not in FORMATS:
        raise typer.BadParameter(f"--format {form!r} is not one of {', '.join(FORMATS)}")
    settings = config.load(state(context).folder())
    wanted = chosen(settings.model, model, against or [])
    check_training([name for name, _ in wanted], files, train or [])
    if picture is not None:
        charts.check(picture)
    columns = None if not by else [name for name in by if name != NO_GROUPS]
    found = [LabelledFile(file, text, label, columns, most) for file in dict.fromkeys(files)]
    for one in found:
        if str(one.skipped):
            say(f"{one.path}: left out {one.skipped}")
    if (count := sum(map(len, found))) < FEW:
        say(f"labelled texts: {count}; with fewer than {FEW} the figures say little of a model")
    learnt = [LabelledFile(file, text, label, ()) for file in train or []]
    results: list[Result] = []
    with progress() as show:
        for name, its in wanted:
            taken = [one.model for one in results]
            as_set = settings.model_copy(update={"model": its})
            results += read_all(name, as_set, learnt, found, taken, show)
    if form == "json":
        skipped = {str(one.path): asdict(one.skipped) for one in found}
        sys.stdout.write(figures.as_json(results, skipped))
    else:
        rows(figures.as_table(results))
    if picture is not None:
        charts.save(charts.quality(figures.quality(results)), picture)
        say(f"wrote {picture}")


def chosen(
    configured: config.Model, model: str | None, against: Sequence[str]
) -> list[tuple[str, config.Model]]:
    """The models to measure, each with its settings: the configured one where `model` is None.

    ``bundled``, named, is what ships, so that weights of one's own can be compared with it.
    """
    shipped = configured.model_copy(update={"path": None})
    found = [(configured.name, configured)] if model is None else []
    named = [*([] if model is None else [model]), *against]
    found += [(name, shipped if name == BUNDLED else configured) for name in named]
    return [one for place, one in enumerate(found) if one not in found[:place]]


def check_training(wanted: Sequence[str], files: Sequence[Path], train: Sequence[Path]) -> None:
    """Raise a usage error unless ``tfidf`` has texts to learn from, and others to be tried on."""
    from models.named import TFIDF

    if (TFIDF in wanted) != bool(train):
        raise typer.BadParameter(f"{TFIDF} and --train FILE go together: it learns from the file")
    tried = {file.resolve() for file in files}
    if both := [str(file) for file in train if file.resolve() in tried]:
        raise typer.BadParameter(f"{', '.join(both)}: what {TFIDF} learnt says nothing of it")


def read_all(
    name: str,
    settings: config.Settings,
    learnt: Sequence[LabelledFile],
    files: Sequence[LabelledFile],
    taken: Collection[str],
    show: Progress,
) -> Iterator[Result]:
    """What one model makes of each file. `taken`: the names that other models have here."""
    from models.evaluation import answers, heard
    from models.named import scorer
    from umot.cli.figures import Result
    from umot.cli.labelled import texts_and_labels

    made = scorer(name, settings.model, lambda: texts_and_labels(learnt))
    identifier = heard(made, settings)
    title = f"{made.name} ({name})" if made.name in taken else made.name
    for file in files:
        what = f"{title}: {file.path.name}"

        def report(done: int, what: str = what, total: int = len(file)) -> None:
            show(what, done, total)

        found = answers(made, file, file.columns, identifier=identifier, report=report)
        note_languages(made, found, title, file.path)
        yield Result(str(file.path), title, found)


def note_languages(made: Scorer, found: Answers, title: str, path: Path) -> None:
    """Say which texts are in languages that the model does not read."""
    if not made.languages or "language" not in found.groups:
        return
    from models.language import primary

    other = Counter(
        value
        for value in found.groups["language"]
        if value and primary(value) not in made.languages
    )
    if other:
        names = ", ".join(f"{name} ({count:,})" for name, count in sorted(other.items()))
        say(f"{path}: texts in languages that {title} does not claim to read: {names}")


@group.command()
def card(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="Of weights; else those that ship."),
    ] = None,
    accuracy: Annotated[
        Path | None,
        typer.Option(help="The JSON of `umot models evaluate` or of benchmarks/accuracy.py."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file instead of stdout.")] = None,
) -> None:
    """Write the model card of a folder of weights.

    Its data, licences, figures, limits and calibration.
    """
    from models import card as cards
    from models.bundled import WEIGHTS

    text = safe(cards.made(folder or WEIGHTS, accuracy))
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise Fatal(f"{out} cannot be written: {error.strerror}") from error
    say(f"wrote {out}")
