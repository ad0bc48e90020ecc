"""`umot trace`: what the tracing sees in a text, or in every text of a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umot.cli import journey
from umot.cli.common import existing, progress, rows, say, state
from umot.cli.journey import Language, spoken, stage_name

if TYPE_CHECKING:
    from models.reader import Reader
    from umot.post import Moment, Sentiment

FORMATS = ("table", "json", "jsonl")
AT_ONCE = 256  # texts of a file read in one go
WIDEST = 48  # characters of a moment or an example in a table
# Line ends to some programs that read JSON Lines, though not to JSON.
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


def register(app: typer.Typer) -> None:
    """Add the command and the group of the journey map."""
    app.command()(trace)
    app.add_typer(journey.group, name="journey")


def trace(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="A text, in quotes.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Many texts: CSV, JSON Lines or Parquet.", show_default=False),
    ] = None,
    column: Annotated[str, typer.Option(help="The column of the file with the texts.")] = "text",
    map_: Annotated[
        Path | None,
        typer.Option(
            "--map", help="A journey map; else journey.toml of the data folder.", show_default=False
        ),
    ] = None,
    language: Language = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="table, json or jsonl for a text; jsonl (an object a row) for a file.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show what is found in a text: moments, stages, feelings.

    Each moment with where it belongs on the journey map, how sure that is and how it feels.
    """
    if (text is None) == (file is None):
        raise typer.BadParameter("give a text, or --file FILE")
    chosen = form or ("table" if file is None else "jsonl")
    if chosen not in (FORMATS if file is None else FORMATS[2:]):
        known = f"one of {', '.join(FORMATS)}" if file is None else "jsonl, as a file needs"
        raise typer.BadParameter(f"{chosen!r} is not {known}")
    named = spoken(context, language)
    if file is not None:
        lines(existing(file), column, reader(context, map_))
        return
    show(reader(context, map_), (text or "").encode(errors="replace").decode(), chosen, named)


def reader(context: typer.Context, map_: Path | None) -> Reader:
    """The configured model on the map given, the data folder's, or the one that ships."""
    from models.reader import make
    from umot import config

    found, _ = journey.read(context, map_, quiet=True)
    settings = config.load(state(context).folder())
    return make(settings.model, found, fallback=settings.brand.language)


def read(made: Reader, texts: list[str]) -> Iterator[tuple[str, Sentiment, list[Moment]]]:
    """Each text with its sentiment and moments, in order."""
    posts = [(str(row), "", None, text, None, None) for row, text in enumerate(texts)]
    sentiments, moments = made.read_posts(posts)
    of_post: dict[str, list[Moment]] = {str(row): [] for row in range(len(texts))}
    for moment in moments:
        of_post[moment.post_id].append(moment)
    yield from zip(texts, sentiments, of_post.values(), strict=True)


def lines(path: Path, column: str, made: Reader) -> None:
    """Write a JSON object for each row of a file, in its order, a batch at a time."""
    from umot.traced import record

    out = sys.stdout  # a bar would take what is printed while it runs for its own
    shown = nullcontext(None) if out.isatty() else progress()
    done = 0
    with shown as show_progress:
        texts = rows_of(path, column)
        while batch := list(islice(texts, AT_ONCE)):
            for found in read(made, batch):
                out.write(as_line(record(*found)))
            out.flush()
            done += len(batch)
            if show_progress is not None:
                show_progress(f"tracing {path.name}", done, None)
    say(f"{path.name}: {done} rows traced")


def as_line(found: dict[str, Any]) -> str:
    """A record as a line of JSON."""
    return json.dumps(found, ensure_ascii=False).translate(LINE_ENDS) + "\n"


def rows_of(path: Path, column: str) -> Iterator[str]:
    """The texts of a file's rows; an empty one where there is none, or the row is damaged.

    Raises `Fatal` for a file that cannot be read or has no such column.
    """
    from connectors._tables import open_table
    from umot.errors import Fatal

    table = open_table(path)
    columns = table.columns([column])
    if columns and column not in columns:
        raise Fatal(f"{path.name} has no column {column!r}: it has {', '.join(columns)}")
    for row in table.rows([column] if columns else []):
        if row.problem is not None:
            say(f"{path.name} {table.unit} {row.number}: {row.problem}; traced as an empty text")
        value = row.cells.get(column)
        yield "" if value is None else str(value)


def show(made: Reader, text: str, form: str, language: str) -> None:
    """Print what was found in a text."""
    from umot.traced import record

    ((_, sentiment, moments),) = read(made, [text])
    found = record(text, sentiment, moments)
    if form == "jsonl":
        sys.stdout.write(as_line(found))
    elif form == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    else:
        if moments:
            rows(table(made, found["moments"], language))
        for line in remarks(made, found, language):
            say(line)


def table(made: Reader, moments: Iterable[dict[str, Any]], language: str) -> list[str]:
    """A line for each moment: where it belongs, how sure, how it feels, and why there."""
    import pyarrow as pa

    from umot.cli.answer import as_table

    names = {one.key: one.name(language) for one in made.journey.touchpoints}
    content = [
        {
            "moment": shortened(one["text"]),
            "stage": stage_name(one["stage"], language),
            "touchpoint": names.get(one["touchpoint"], "–"),
            "sure": f"{one['confidence']:.2f}",
            "label": one["label"],
            "score": f"{one['score']:+.2f}",
            "": "+".join(word for word in ("peak", "end") if one[f"is_{word}"]),
            "runner-up": names.get(one["runner_up"] or "", "–"),
            "resembles": shortened(one["matched_example"] or "–"),
        }
        for one in moments
    ]
    return as_table(pa.Table.from_pylist(content)).splitlines()


def shortened(text: str) -> str:
    """A text that leaves room for the other columns."""
    return text if len(text) <= WIDEST else text[: WIDEST - 1].rstrip() + "…"


def remarks(made: Reader, found: dict[str, Any], language: str) -> Iterator[str]:
    """What is said of the whole text: why nothing was read, or how it feels in all."""
    status = found["status"]
    if status == "empty":
        yield "there is nothing in the text to trace"
    elif status == "unscored_language":
        read_ones = ", ".join(made.languages)
        yield f"not read: the text is in {found['language']}; configured are {read_ones}"
    elif status == "failed":
        yield "the model failed on this text; see the log with umot --debug"
    else:
        main = stage_name(found["stage"], language)
        yield f"all of it: {found['label']} {found['score']:+.2f} ({found['language']}); {main}"
