"""`umot journey`: the company's journey map checked, shown, and what it may lack."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umot.cli.common import now, progress, rows, say, state

if TYPE_CHECKING:
    from umot.journey import JourneyMap

LANGUAGES = ("nl", "en")
UNSURE = 0.5  # confidence of a stage below which a moment is not well placed
LATEST = 5000  # moments compared, the most recent ones: more take long and say the same

File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="A map; else journey.toml in the data folder."),
]
Language = Annotated[
    str | None, typer.Option(help="Language of the names: nl or en; else the brand's.")
]

group = typer.Typer(no_args_is_help=True, help="The company's journey map: its contact moments.")


@group.command()
def check(context: typer.Context, file: File = None) -> None:
    """Name every mistake in a journey map. Exit code 1 where there is one."""
    from umot.journey import InvalidMap
    from umot.journey_rules import hints

    try:
        found, source = read(context, file)
    except InvalidMap as error:
        for mistake in error.mistakes:
            say(f"{error.source}: {mistake}")
        count = len(error.mistakes)
        say(f"umot: {error.source}: {count} mistake{'s' if count > 1 else ''}")
        raise typer.Exit(1) from error
    for hint in hints(found.touchpoints, found.decided_by_words):
        say(f"note: {hint}")
    stages = len({one.stage for one in found.touchpoints})
    examples = sum(len(one.examples) for one in found.touchpoints)
    words = sum(len(one.words) for one in found.touchpoints)
    parts = [f"{len(found.touchpoints)} touchpoints in {stages} stages", f"{examples} examples"]
    parts += [f"{words} deciding words"] if words else []
    rows([f"{source}: {', '.join(parts)}; no mistakes"])


@group.command()
def show(context: typer.Context, file: File = None, language: Language = None) -> None:
    """Show the touchpoints of a map, by stage."""
    import pyarrow as pa

    from umot.cli.answer import as_table

    found, source = read(context, file)
    chosen = spoken(context, language)
    table = pa.table(
        {
            "stage": [stage_name(one.stage, chosen) for one in found.touchpoints],
            "touchpoint": [one.name(chosen) for one in found.touchpoints],
            "key": [one.key for one in found.touchpoints],
            "channel": [one.channel for one in found.touchpoints],
            "examples": [len(one.examples) for one in found.touchpoints],
            "words": [len(one.words) for one in found.touchpoints],
        }
    )
    say(f"{source}: {found.name} (version {found.version})")
    rows(as_table(table).splitlines())


@group.command()
def suggest(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="Posts of the last so many days.")] = 30,
    form: Annotated[
        str, typer.Option("--format", help="table, or toml to paste into journey.toml.")
    ] = "table",
) -> None:
    """Suggest touchpoints for what posts say and the map lacks."""
    from models.bundled import Bundled
    from models.suggestions import Unplaced, propose
    from umot.journey_toml import touchpoint_toml
    from warehouse.unplaced import active_map, unplaced

    if form not in ("table", "toml"):
        raise typer.BadParameter(f"{form!r} is not one of table, toml")
    monitor = state(context).monitor()
    since = now() - timedelta(days=days)
    with monitor.warehouse.read() as db, progress() as shown:
        if active_map(db) not in (None, monitor.journey.version):
            say("note: posts were traced on another map than today's; umot classify renews that")
        spans = [Unplaced(*row) for row in unplaced(db, since, below=UNSURE, limit=LATEST)]
        scorer = Bundled(threads=monitor.settings.model.threads)
        proposals = propose(spans, scorer, monitor.journey, shown)
    posts = len({span.post_id for span in spans})
    say(f"{len(spans)} moments in {posts} posts of the last {days} days fit no touchpoint well")
    if not proposals:
        say("no three posts among them speak of one thing: nothing to add")
    for one in proposals:
        nearest = f"resembles {one.nearest.key} most ({one.likeness:.2f})"
        if form == "toml":
            note = f"{one.posts} posts in {days} days; {nearest}. Check key, stage, channel, names."
            rows(touchpoint_toml(one.touchpoint, note).splitlines())
            rows([""])
            continue
        rows([f"{one.touchpoint.name_en}: {one.posts} posts; {nearest}"])
        rows([f"    “{example}”" for example in one.touchpoint.examples])


def read(
    context: typer.Context, file: Path | None, *, quiet: bool = False
) -> tuple[JourneyMap, str]:
    """A map and how it is called: the file given, the data folder's, or the one that ships."""
    from umot import journey

    path = file or state(context).folder() / "journey.toml"
    if file is None and not path.is_file():
        if not quiet:
            say(f"there is no {path}: this is the map that ships")
        return journey.default(), "the default map"
    return journey.load(path), str(path)


def spoken(context: typer.Context, language: str | None) -> str:
    """The language of names: the one given, else the brand's. Raises typer's usage error."""
    from umot import config

    if language is None:
        return config.load(state(context).folder()).brand.language
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    return language


def stage_name(stage: str, language: str) -> str:
    """A stage as the digest calls it; a dash for none."""
    from umot.digest.words import words
    from umot.journey import NONE

    return "–" if stage == NONE else words(language)(f"stage.{stage}")
