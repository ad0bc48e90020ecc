"""The sample as a user's folder: an ``umot.toml`` and the webshop's CSV export beside it."""

from __future__ import annotations

import csv
from datetime import datetime
from importlib.resources import files
from io import StringIO
from pathlib import Path

from samples.content import Row, bad_rows, brand, rows
from samples.timeline import aware

CONFIG = """\
# The sample brand, an invented company. Its platforms run on this machine while `umot demo` does.

[brand]
name = "{name}"
time_zone = "{time_zone}"
language = "{language}"

[[sources]]
name = "app-store"
connector = "feeds"
url = "{url}/{country}/rss/customerreviews/id={app}/sortby=mostrecent/xml"
platform = "app_store"

[[sources]]
name = "forum"
connector = "feeds"
url = "{url}/forum/feed.rss"
platform = "forum"

[[sources]]
name = "reddit"
connector = "reddit"
site_url = "{url}"
subreddits = {subreddits}
search = {search}
company_accounts = {accounts}

[[sources]]
name = "webshop-reviews"
connector = "files"
path = "imports/*.csv"
platform = "webshop"
kind = "review"

[sources.map]
native_id = "nummer"
body = "reactie"
title = "onderwerp"
rating = "sterren"
posted_at = "datum"
author = "klant"
"""


# Touchpoints of the default map at which nobody meets a bicycle shop.
FOREIGN = ("food-and-place", "on-board", "delay", "cancelled-trip", "luggage")


def write_home(home: Path, url: str, now: datetime, *, anchor: datetime) -> None:
    """Write ``umot.toml`` for a server at ``url`` and the export as of ``now``; both are replaced.

    ``anchor`` has to be the server's: the posts' dates hang on it, not on ``now``.
    """
    ours = brand()
    text = CONFIG.format(
        name=ours.name,
        time_zone=ours.time_zone,
        language=ours.language,
        url=url.rstrip("/"),
        country=ours.app_store["country"],
        app=ours.app_store["id"],
        subreddits=_strings(ours.reddit["subreddits"]),
        search=_strings(ours.reddit["search"]),
        accounts=_strings(ours.reddit["company_accounts"]),
    )
    home.mkdir(parents=True, exist_ok=True)
    _replace(home / "umot.toml", text)
    if not (home / "journey.toml").exists():  # whoever edits it keeps the edits
        _replace(home / "journey.toml", journey())
    write_export(home, now, anchor=anchor)


def journey() -> str:
    """The brand's journey map: the default one less what a bicycle shop has not, and its own."""
    default = files("umot").joinpath("maps", "default.toml").read_text("utf-8")
    head, *tables = default.split("[[touchpoints]]\n")
    kept = [
        table
        for table in tables
        if not table.startswith(tuple(f'key = "{key}"' for key in FOREIGN))
    ]
    own = files("samples").joinpath("data", "touchpoints.toml").read_text("utf-8")
    return "[[touchpoints]]\n".join([head, *kept]) + "\n" + own


def write_export(home: Path, now: datetime, *, anchor: datetime) -> Path:
    """Write the webshop's export as of ``now`` into ``home/imports`` and return its path.

    Semicolons, quotes where needed, times as the shop's clock shows them; the two damaged rows
    are in it once their time has come.
    """
    ours = brand()
    folder = home / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    sink = StringIO(newline="")
    writer = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    writer.writerow(ours.export["columns"])
    writer.writerows(cells for posted, cells in _lines(anchor) if posted <= aware(now))
    path = folder / str(ours.export["file"])
    _replace(path, sink.getvalue())
    return path


def _lines(anchor: datetime) -> list[tuple[datetime, list[str]]]:
    """Every row of the export with its time, oldest first."""
    zone = brand().zone
    lines = [(bad.when.moment(anchor, zone), list(bad.cells)) for bad in bad_rows()]
    lines += [
        (posted, _cells(row, posted.astimezone(zone)))
        for row in rows()
        for posted in [row.when.moment(anchor, zone)]
    ]
    return sorted(lines)


def _cells(row: Row, posted: datetime) -> list[str]:
    """One row in the order of the export's columns."""
    stars = "" if row.stars is None else str(row.stars)
    date = posted.isoformat(sep=" ", timespec="seconds")
    return [row.id, date, row.author, stars, row.title, row.body, row.product]


def _strings(values: list[str]) -> str:
    """Return a TOML array of plain names."""
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, so that a reader sees the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)
