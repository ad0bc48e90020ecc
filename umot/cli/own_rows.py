"""The user's labelled or corrected posts in files: all good, or none is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from umot.cli.common import existing_file, say
from umot.errors import Fatal

if TYPE_CHECKING:
    from models.training.data import Row

SHOWN = 5  # bad rows that are named; the rest is counted


def given_rows(
    files: Sequence[Path],
    columns: tuple[str, str],
    languages: Collection[str],
    *,
    unlabelled: bool,
) -> list[Row]:
    """The rows of the user's files. Raises `Fatal` naming file and line of those that are bad."""
    from models.training import given
    from models.training.export import LANGUAGES

    problems: list[str] = []
    found = [
        row
        for path in dict.fromkeys(files)
        for row in file_rows(path, columns, problems, unlabelled=unlabelled)
    ]
    if problems:
        more = f"; and {len(problems) - SHOWN:,} more" if len(problems) > SHOWN else ""
        raise Fatal(f"nothing was trained: {'; '.join(problems[:SHOWN])}{more}")
    if files and not found:
        raise Fatal(f"no rows in {', '.join(map(str, files))}")
    kept = [row for row in found if not languages or row.language in languages]
    if files and not kept:
        raise Fatal(f"no row is in {', '.join(sorted(languages))}")
    if len(kept) < len(found):
        say(f"{len(found) - len(kept):,} rows in other languages are left out")
    if unread := Counter(row.language for row in kept if row.language not in LANGUAGES):
        names = ", ".join(f"{name} ({count:,})" for name, count in sorted(unread.items()))
        say(f"posts in these languages stay unscored, whatever is learnt of them: {names}")
    distinct = given.last_said(kept)
    if len(distinct) < len(kept):
        say(f"{len(kept) - len(distinct):,} texts came more than once: the last label counts")
    return distinct


def without_stages(rows: Sequence[Row], *, unlabelled: bool) -> list[Row]:
    """The rows that something is learnt from where the public sets are not there.

    Stages are not: what tells them was fitted on those sets too, and is kept as it is. Raises
    `Fatal` where nothing is left.
    """
    staged = sum(row.stage is not None for row in rows)
    if staged:
        say(
            f"{staged:,} rows tell a stage, which is not learnt without --data: give such words as "
            "examples of a touchpoint in journey.toml"
        )
    kept = [row for row in rows if row.label is not None or unlabelled]
    if not kept:
        raise Fatal("no row has a label: nothing can be learnt")
    return kept


def file_rows(
    path: Path, columns: tuple[str, str], problems: list[str], *, unlabelled: bool
) -> Iterator[Row]:
    """The good rows of a file; what is wrong with the others is added to `problems`."""
    from connectors._tables import open_table
    from models.language import Identifier
    from models.training import given
    from models.training.export import LANGUAGES

    table = open_table(existing_file(path))
    names = dict(zip(given.COLUMNS, (*columns, *given.COLUMNS[2:]), strict=True))
    there = table.columns(names.values())
    needed = columns[:1] if unlabelled else columns
    if absent := [column for column in needed if column not in there]:
        has = f"it has the columns {', '.join(there)}" if there else "it is empty"
        raise Fatal(f"{path} has no column {', '.join(map(repr, absent))}: {has}")
    wanted = {name: column for name, column in names.items() if column in there}
    identifier = Identifier(LANGUAGES, LANGUAGES[0])
    for found in table.rows(list(dict.fromkeys(wanted.values()))):
        try:
            if found.problem is not None:
                raise ValueError(found.problem)
            cells = {name: found.cells.get(column) for name, column in wanted.items()}
            yield given.row(cells, path.name, identifier, unlabelled=unlabelled)
        except ValueError as error:
            problems.append(f"{path} {table.unit} {found.number}: {error}")
