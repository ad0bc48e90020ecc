"""Exports: the published tables and views as files for other programs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal, UnknownName
from warehouse import files, migrate, publish
from warehouse.connect import Warehouse
from warehouse.manifest import Progress, silent, told
from warehouse.sql import query

OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER",
    "jsonl": "FORMAT json",
}
MANIFEST = "manifest.json"
UNFINISHED = ".umot-export-"
HIDDEN = ("schema_versions", publish.STAMP)  # bookkeeping
OWN_TIMES = ("raised_at", "started_at", "rejected_at")
MONTH = "umot_month"
UNDATED = "undated"  # the folder of rows whose month is not known
NUMBERS = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UBIGINT", "FLOAT", "DOUBLE")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is exported: days `since` to `until`, both included, as they are in `zone`."""

    form: str
    zone: str
    tables: Sequence[str] = ()  # none: all
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """One table in files below the folder; `days` tells by what `since` and `until` chose."""

    table: str
    rows: int
    days: str | None
    files: list[str] = field(default_factory=list)


def export(
    warehouse: Warehouse,
    folder: Path,
    scope: Scope,
    *,
    now: datetime,
    force: bool = False,
    progress: Progress = silent,
) -> list[Exported]:
    """Write public tables and views, and a manifest that tells when all of them are there.

    In Parquet what belongs to posts lies in a folder a month. Raises `Fatal` for a folder that
    holds anything, `UnknownName` for a table; with `force` an earlier export there is replaced and
    nothing else touched.
    """
    if folder.exists() and not folder.is_dir():
        raise Fatal(f"{folder} is a file; name a folder")
    held = folder.exists() and any(
        not path.name.startswith(UNFINISHED) for path in folder.iterdir()
    )
    if held and not force:
        raise Fatal(f"{folder} is not empty; name another folder, or replace an export by --force")
    with warehouse.read() as db, told(f"{folder} cannot be written"):
        known = relations(db)
        for name in scope.tables:
            if name not in known:
                raise UnknownName("table", name, known)
        chosen = {name: known[name] for name in known if name in scope.tables or not scope.tables}
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{UNFINISHED}*"):  # of exports that were killed
            if left.stat().st_mtime < (now - timedelta(days=1)).timestamp():
                shutil.rmtree(left)
        db.execute(query("harmless"))
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as unfinished:
            part = Path(unfinished)
            done = []
            for number, (name, columns) in enumerate(chosen.items()):
                progress("exporting", number, len(chosen))
                done.append(write(db, part, name, columns, scope))
            progress("exporting", len(chosen), len(chosen))
            content = manifest(db, scope, done, now)
            settle(part, folder, content)
    return done


def relations(db: Connection) -> dict[str, dict[str, str]]:
    """The types of the columns of every public table and view, by name."""
    rows = db.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() "
        "ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if table not in HIDDEN:
            found.setdefault(table, {})[column] = kind
    return found


def day(table: str, columns: dict[str, str], zone: str) -> tuple[str | None, str | None]:
    """The SQL of the day that a row belongs to, and its name; None for what has no time."""
    for time in OWN_TIMES:
        if time in columns:
            return f"CAST(timezone('{zone}', r.{time}) AS DATE)", time
    for name in ("day", "week"):
        if name in columns:
            return f"r.{name}", name
    posted = f"CAST(timezone('{zone}', coalesce(posted_at, collected_at)) AS DATE)"
    if table == "posts":
        return posted, "posted_at"
    if "post_id" in columns:
        # A post has one row, so this adds none; a row without its post has no day.
        return f"(SELECT {posted} FROM posts WHERE posts.post_id = r.post_id)", "posted_at"
    return None, None


def monthly(columns: dict[str, str]) -> bool:
    """Whether rows belong to posts, of which there are many."""
    return "post_id" in columns and not any(time in columns for time in OWN_TIMES)


def select(table: str, columns: dict[str, str], scope: Scope) -> str:
    """The SELECT of what is exported of a table."""
    form = scope.form
    cells = ", ".join(f'{cell(name, kind, form)} AS "{name}"' for name, kind in columns.items())
    when, _ = day(table, columns, scope.zone.replace("'", "''"))
    if scope.form == "parquet" and monthly(columns):
        cells += f", strftime({when}, '%Y-%m') AS {MONTH}"
    conditions = []
    if when and scope.since:
        conditions.append(f"{when} >= DATE '{scope.since}'")
    if when and scope.until:
        conditions.append(f"{when} <= DATE '{scope.until}'")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SELECT {cells} FROM "{table}" AS r{where}'


def cell(name: str, kind: str, form: str) -> str:
    """The SQL of a column as a format needs it: ISO 8601 times outside Parquet, harmless text."""
    column = f'r."{name}"'
    if kind == "HUGEINT":  # a count; Parquet has no such type
        return f"CAST({column} AS BIGINT)"
    if form == "parquet":
        return column
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if form == "csv" and kind not in (*NUMBERS, "DATE"):
        return f"harmless(CAST({column} AS VARCHAR))"
    return column


def write(
    db: Connection, part: Path, table: str, columns: dict[str, str], scope: Scope
) -> Exported:
    """Write one table below `part`."""
    options = OPTIONS[scope.form]
    asked = select(table, columns, scope)
    _, days = day(table, columns, "UTC")
    if scope.form == "parquet" and monthly(columns):
        place = part / table
        split = f"{options}, PARTITION_BY ({MONTH}), FILENAME_PATTERN '{table}_{{i}}'"
        rows = copied(db, asked, place, split)
        for month in sorted(place.iterdir()) if place.is_dir() else []:
            name = month.name.removeprefix(f"{MONTH}=")
            month.rename(place / (name if name[:1].isdigit() else UNDATED))
        written = sorted(path.relative_to(part).as_posix() for path in place.rglob("*.parquet"))
    else:
        place = part / f"{table}.{scope.form}"
        rows = copied(db, asked, place, options)
        written = [place.name]
    return Exported(table, rows, days, written)


def copied(db: Connection, asked: str, place: Path, options: str) -> int:
    """Write the rows of a query; returns how many they were."""
    row = db.execute(f"COPY ({asked}) TO '{files.quote(place)}' ({options})").fetchone()
    return int(row[0]) if row else 0


def manifest(db: Connection, scope: Scope, done: list[Exported], now: datetime) -> dict[str, Any]:
    """What the export says of itself."""
    return {
        "complete": True,
        "made_at": now.isoformat(),
        "umot": version("umot"),
        "schema_version": max(migrate.versions(db), default=0),
        "format": scope.form,
        "time_zone": scope.zone,
        "since": scope.since.isoformat() if scope.since else None,
        "until": scope.until.isoformat() if scope.until else None,
        "rows": sum(one.rows for one in done),
        "tables": [asdict(one) for one in done],
    }


def settle(part: Path, folder: Path, content: dict[str, Any]) -> None:
    """Move an export into its folder in the place of an earlier one; the manifest comes last."""
    remove_earlier(folder)
    text = json.dumps({**content, "complete": False}, indent=2)
    files.write(folder / MANIFEST, text + "\n", mode=0o644)
    for path in sorted(part.iterdir()):
        target = folder / path.name
        if target.is_dir():
            raise Fatal(f"{target} is in the way, and of no earlier export; move it elsewhere")
        path.replace(target)
    files.write(folder / MANIFEST, json.dumps(content, indent=2) + "\n", mode=0o644)


def remove_earlier(folder: Path) -> None:
    """Remove the files that the manifest of an earlier export names."""
    try:
        before = json.loads((folder / MANIFEST).read_text("utf-8"))
        names = [name for table in before["tables"] for name in table["files"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # there was none of ours
        return
    for name in names:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            for above in (path.parent, path.parent.parent):
                if above.is_dir() and above.resolve() != folder.resolve():
                    with suppress(OSError):  # it holds more
                        above.rmdir()
