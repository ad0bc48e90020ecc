"""Exports in files: CSV, JSON Lines and Parquet, with a mapping of columns to fields."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from glob import glob, has_magic
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors._columns import check_mapping, guess_mapping, parse_mapping
from connectors._tables import Table, open_table
from connectors._values import count, language_code, moment, rating, shorten, text
from umot.errors import Fatal, Skippable, UmotError
from umot.http import web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

__all__ = ["Files", "parse_mapping"]

BATCH = 1000
COUNTS = ("likes", "replies", "shares", "views", "audience")
log = logging.getLogger(__name__)


class Files:
    """Exports in CSV, JSON Lines or Parquet, with a mapping of columns.

    `path` is a file or a pattern (``exports/*.csv``), in the data folder unless absolute. `map`
    is {field: column}; without one the columns are guessed by name, and the guess is logged.
    `platform`, `kind` and `language` hold for rows that do not tell. Times without a zone are in
    `time_zone`; 03-04-2026 is 3 April, unless `day_first` is false. `rating_scale` is the highest
    rating (from 1), or both ends ("0-10"), and is put on 1 to 5.
    """

    about_brand = True  # whoever puts an export here chose what is in it

    def __init__(
        self,
        path: str,
        map: Mapping[str, str] | None = None,  # noqa: A002 - the name of the setting
        platform: str = "file",
        kind: str = "post",
        language: str | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        time_zone: str = "UTC",
        day_first: bool = True,
        rating_scale: float | str = 5,
        home: Path | None = None,
    ) -> None:
        # A change of settings reads unchanged files again.
        reads: tuple[object, ...] = (path, map, platform, kind, language, delimiter, encoding)
        reads += (time_zone, day_first, rating_scale)
        self._settings = _digest(json.dumps(reads, default=dict, sort_keys=True))
        self._home = home or Path()
        self._path = path
        self._map = None if map is None else check_mapping(map)
        self._platform = platform
        self._kind = _kind(kind)
        self._language = language
        self._delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter)
        if self._delimiter is not None and len(self._delimiter) != 1:
            raise Fatal(f"delimiter {delimiter!r} is not one sign, e.g. ; or tab")
        self._encoding = encoding
        self._day_first = day_first
        self._scale = _scale(rating_scale)
        try:
            self._zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Fatal(f"unknown time zone {time_zone!r}, e.g. Europe/Amsterdam") from error

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the rows of files that are new or changed since `cursor`, a thousand at a time.

        The cursor names each file with its size and time of change, and moves when a file is
        read to its end. A file that cannot be read is told of after the others were.
        """
        same = cursor is not None and cursor.get("settings") == self._settings
        known = dict(cursor["files"]) if cursor and same else {}
        files = {str(path): path for path in self._paths()}
        marks = {name: known[name] for name in files if name in known}
        failed: list[UmotError] = []
        for name, path in files.items():
            chunk: list[RawItem] = []
            try:
                mark = _mark(path)
                if marks.get(name) == mark:
                    continue
                for item in self._items(path, now):
                    if len(chunk) == BATCH:
                        yield Batch(tuple(chunk))
                        chunk = []
                    chunk.append(item)
            except UmotError as error:
                # What was read before the damage is kept.
                if chunk:
                    yield Batch(tuple(chunk))
                failed.append(error)
                continue
            marks[name] = mark
            yield Batch(tuple(chunk), {"settings": self._settings, "files": dict(marks)})
        if failed:
            raise Fatal("; ".join(map(str, failed)))

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the row as a post. Raises `Skippable` with the row's place and what is wrong."""
        if problem := raw.payload.get("problem"):
            raise Skippable(f"{raw.place}: {problem}")
        try:
            return [self._post(raw.payload["fields"])]
        except ValueError as error:
            raise Skippable(f"{raw.place}: {error}") from error

    def _post(self, cells: Mapping[str, Any]) -> Post:
        words = {name: text(cells.get(name)) for name in ("body", "title", "author", "native_id")}
        if not words["body"] and not words["title"]:
            raise ValueError("neither body nor title")
        platform = (text(cells.get("platform")) or self._platform).strip().casefold()
        kind = (text(cells.get("kind")) or self._kind).strip().casefold()
        if kind not in set(Kind):
            raise ValueError(f"kind {shorten(kind)} is not one of {', '.join(Kind)}")
        posted = moment(cells.get("posted_at"), self._zone, day_first=self._day_first)
        observed = moment(cells.get("observed_at"), self._zone, day_first=self._day_first)
        counts = {name: count(cells.get(name)) for name in COUNTS}
        content = [words["body"], words["title"], posted and posted.isoformat(), words["author"]]
        return Post(
            platform=platform,
            # The same row twice, in one file or two, is the same post.
            native_id=(words["native_id"] or "").strip() or _digest(json.dumps(content)),
            kind=Kind(kind),
            title=words["title"],
            body=words["body"] or "",
            url=web_link(cells.get("url")),
            author=words["author"],
            author_role=Role.CUSTOMER if kind == Kind.REVIEW else Role.UNKNOWN,
            language=language_code(text(cells.get("language"))) or self._language,
            rating=rating(cells.get("rating"), *self._scale),
            posted_at=posted,
            thread_id=_key(platform, text(cells.get("thread_id"))),
            parent_id=_key(platform, text(cells.get("parent_id"))),
            engagement=Engagement(observed, **counts)
            if any(number is not None for number in counts.values())
            else None,
        )

    def _paths(self) -> list[Path]:
        path = self._home / Path(self._path).expanduser()
        if path.exists() or not has_magic(self._path):
            if not path.is_file():
                raise Fatal(f"there is no file {path}")
            return [path]
        pattern = str(Path(self._path).expanduser())
        # Path.glob takes no absolute pattern.
        hits = glob(pattern, root_dir=self._home, recursive=True)  # noqa: PTH207
        found = sorted(file for hit in hits if (file := self._home / hit).is_file())
        if not found:
            raise Fatal(f"no file matches {path}")
        return found

    def _items(self, path: Path, now: datetime) -> Iterator[RawItem]:
        table = open_table(path, self._delimiter, self._encoding)
        mapping = self._mapping(path, table)
        for row in table.rows(list(dict.fromkeys(mapping.values()))):
            payload: dict[str, Any] = {"problem": row.problem, "text": row.text}
            if row.problem is None:
                fields = {name: row.cells.get(column) for name, column in mapping.items()}
                payload = {"fields": fields}
            yield RawItem(payload, now, f"{path.name} {table.unit} {row.number}")

    def _mapping(self, path: Path, table: Table) -> dict[str, str]:
        columns = table.columns(self._map.values() if self._map is not None else ())
        if not columns:  # JSON Lines of a day on which nothing was said
            return {}
        there = f"{path.name} has the columns {', '.join(columns)}"
        if self._map is not None:
            if missing := [name for name in self._map.values() if name not in columns]:
                raise Fatal(f"no column {', '.join(map(repr, missing))}: {there}")
            return self._map
        mapping = guess_mapping(columns)
        if not {"body", "title"} & mapping.keys():
            raise Fatal(f"which column is the text? Map it, e.g. body=…: {there}")
        guessed = ", ".join(f"{name}={column}" for name, column in mapping.items())
        log.info("%s: columns guessed: %s", path.name, guessed)
        return mapping


def _mark(path: Path) -> list[int]:
    """Give what changes when a file does: its size and time of change (nanoseconds)."""
    try:
        stat = path.stat()
    except OSError as error:
        raise Fatal(f"{path} cannot be read: {error.strerror}") from error
    return [stat.st_size, stat.st_mtime_ns]


def _kind(given: str) -> Kind:
    if given not in set(Kind):
        raise Fatal(f"unknown kind {given!r}; valid: {', '.join(Kind)}")
    return Kind(given)


def _scale(given: float | str) -> tuple[float, float]:
    low, _, high = str(given).rpartition("-")
    try:
        ends = float(low or 1), float(high)
    except ValueError as error:
        raise Fatal(f"rating_scale {given!r} is not a number or two, e.g. 10 or 0-10") from error
    if ends[0] >= ends[1]:
        raise Fatal(f"rating_scale {given!r} has no room between its ends")
    return ends


def _key(platform: str, native: str | None) -> str | None:
    """Make a post id of a platform's id, which may be one already."""
    name = (native or "").strip()
    return (name if name.startswith(f"{platform}:") else f"{platform}:{name}") if name else None


def _digest(content: str) -> str:
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
