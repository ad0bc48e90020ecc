"""What must not come back: keyed hashes of what was erased, in a file beside the warehouse.

They are no part of the warehouse, for a backup that is restored must not bring back what was
erased after it was made.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection as Connection

from umot.folders import ensure
from umot.post import Post, RawItem
from warehouse.authors import hashed

if TYPE_CHECKING:
    from warehouse.load import Reject

FILE = "tombstones.jsonl"
ERASED = "[erased]"  # what stands where a name stood
POST, URL = "\1post", "\1url"  # no platform is called so
PARTS = re.compile(r"[;,|\t\r\n\"]")  # what parts the cells of a line of an export


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One hash: `kind` is author, post or url; `platform` is an author's, else empty."""

    kind: str
    platform: str
    hash: str
    erasure_id: str


def of_author(name: str, platform: str, key: bytes, erasure_id: str) -> Tombstone:
    """That of a writer: the very hash that stands for them in `posts.author`."""
    return Tombstone("author", platform, hashed(name, platform, key), erasure_id)


def of_post(post_id: str, key: bytes, erasure_id: str) -> Tombstone:
    """That of a post."""
    return Tombstone("post", "", hashed(post_id, POST, key), erasure_id)


def of_url(url: str, key: bytes, erasure_id: str) -> Tombstone:
    """That of an address."""
    return Tombstone("url", "", hashed(url, URL, key), erasure_id)


def add(home: Path, stones: Sequence[Tombstone]) -> None:
    """Write those that are not there yet; on the disk when this returns."""
    known = set(read(home))
    fresh = [stone for stone in dict.fromkeys(stones) if stone not in known]
    if not fresh:
        return
    path = ensure(home) / FILE
    lines = [
        json.dumps([stone.kind, stone.platform, stone.hash, stone.erasure_id]) for stone in fresh
    ]
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as file:
        # A writer that was killed may have left half a line; it must not spoil the next one.
        file.write(("\n" + "\n".join(lines) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())


def read(home: Path) -> list[Tombstone]:
    """All of them, oldest first; half a line, left by a killed writer, is none."""
    try:
        text = (home / FILE).read_text("utf-8")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        try:
            found.append(Tombstone(*json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def returned(db: Connection, stones: Sequence[Tombstone], key: bytes) -> list[str]:
    """The posts of a file that were erased before, by their id or address, as `post_id`."""
    hashes = {(stone.kind, stone.hash) for stone in stones}
    return [
        post_id
        for post_id, url in db.execute("SELECT post_id, url FROM posts").fetchall()
        if ("post", hashed(post_id, POST, key)) in hashes
        or (url and ("url", hashed(url, URL, key)) in hashes)
    ]


class Gate:
    """What one source may bring into the warehouse.

    `since`: posts published before it are too old to be stored (retention); None for no limit.
    The file is looked at again whenever it has changed, so ask while you hold the writer's lock.
    """

    def __init__(self, home: Path, key: bytes, since: datetime | None = None) -> None:
        self._home = home
        self._key = key
        self._since = since
        self._mark: tuple[int, int] | None = None
        self._hashes: dict[str, frozenset[str]] = {}
        self._platforms: frozenset[str] = frozenset()

    def admit(
        self, parsed: Sequence[tuple[RawItem, Post]], rejects: Sequence[Reject]
    ) -> tuple[list[tuple[RawItem, Post]], list[tuple[RawItem, Post]], list[Reject]]:
        """Posts to store, those of them whose items are to be kept too, and rejects to keep.

        An item that holds a post that is kept out is not kept for its other posts either.
        """
        verdicts = [self.lets(post) for _, post in parsed]
        stored = [pair for pair, good in zip(parsed, verdicts, strict=True) if good]
        spoilt = {id(raw) for (raw, _), good in zip(parsed, verdicts, strict=True) if not good}
        kept = [
            (self.cleaned(raw, post.platform), post)
            for raw, post in stored
            if id(raw) not in spoilt
        ]
        return stored, kept, [one for one in rejects if self.lets_reject(one.item.payload)]

    def lets(self, post: Post) -> bool:
        """Whether a post may be stored."""
        if self._since and post.posted_at and post.posted_at < self._since:
            return False
        if not self._look():
            return True
        return not (
            (post.author and self._is_author(post.author, post.platform))
            or hashed(post.post_id, POST, self._key) in self._hashes["post"]
            or (post.url and hashed(post.url, URL, self._key) in self._hashes["url"])
        )

    @property
    def platforms(self) -> frozenset[str]:
        """Where writers were erased."""
        return self._platforms if self._look() else frozenset()

    def lets_reject(self, payload: Mapping[str, Any]) -> bool:
        """Whether an item that could not be used may be kept: not where it names an author."""
        if not self._look():
            return True
        cells = {part.strip() for text in leaves(payload) for part in [text, *PARTS.split(text)]}
        return not any(
            hashed(cell, URL, self._key) in self._hashes["url"]
            or any(self._is_author(cell, platform) for platform in self._platforms)
            for cell in cells
        )

    def cleaned(self, item: RawItem, platform: str) -> RawItem:
        """An item without the names of erased authors: others' items may name them too."""
        if not self._look() or platform not in self._platforms:
            return item
        payload = self.redacted(item.payload, platform)
        return item if payload == item.payload else RawItem(payload, item.fetched_at, item.place)

    def redacted(self, value: Any, platform: str) -> Any:
        """JSON in which `ERASED` stands for every string that is the name of an erased author."""
        if isinstance(value, str):
            return ERASED if self._look() and self._is_author(value, platform) else value
        if isinstance(value, Mapping):
            return {name: self.redacted(one, platform) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.redacted(one, platform) for one in value]
        return value

    def _is_author(self, name: str, platform: str) -> bool:
        return hashed(name, platform, self._key) in self._hashes["author"]

    def _look(self) -> bool:
        """Read the file where it has changed; whether it has any tombstone."""
        try:
            stat = (self._home / FILE).stat()
        except FileNotFoundError:
            return False
        mark = (stat.st_size, stat.st_mtime_ns)
        if mark != self._mark:
            stones = read(self._home)
            self._hashes = {
                kind: frozenset(stone.hash for stone in stones if stone.kind == kind)
                for kind in ("author", "post", "url")
            }
            self._platforms = frozenset(
                stone.platform for stone in stones if stone.kind == "author"
            )
            self._mark = mark
        return any(self._hashes.values())


def leaves(value: Any) -> Iterator[str]:
    """Every string within a value as JSON has it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
