"""A request to forget, kept on the disk until it is done."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from umot.errors import Fatal
from warehouse import files
from warehouse.forget import Wanted
from warehouse.retention import Rule

FOLDER = "forgetting"
AUTHOR, POST, URL, AGE, RESTORED = "author", "post", "url", "age", "restored"


@dataclass(slots=True)
class Request:
    """What is to be forgotten and how far it came; the only place that holds a writer's name.

    `urls` are the addresses that were asked for: every post there goes. `posts`, `texts` and
    `addresses` are what was found to belong to it before anything was erased; an address that was
    found is only a word to look for, for others may have written there. `rules` are (source, ISO
    time before which posts go). `counts` are the rows and texts that went, by backup, digest and
    log file, and from the history of runs.
    """

    erasure_id: str
    kind: str
    asked_at: str
    name: str | None = None
    platform: str | None = None
    posts: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    failed_at: str | None = None  # when something last stood in the way

    @classmethod
    def new(cls, kind: str, now: datetime) -> Request:
        """An empty one of `kind`."""
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", kind, now.isoformat())

    @property
    def wanted(self) -> Wanted:
        """What it means for a DuckDB file."""
        return Wanted(
            self.posts,
            self.authors,
            self.urls,
            [Rule(source, datetime.fromisoformat(before)) for source, before in self.rules],
            self.name,
            self.platform,
            self.texts,
            again=self.kind == RESTORED,
        )

    def failed_within(self, pause: timedelta, now: datetime) -> bool:
        """Whether it was tried in vain that shortly ago."""
        return self.failed_at is not None and now - datetime.fromisoformat(self.failed_at) < pause

    def failed(self, home: Path, now: datetime) -> None:
        """Note that something stood in the way."""
        self.failed_at = now.isoformat()
        self.save(home)

    def went(self, home: Path, what: str, number: int) -> None:
        """Note how many go from something, before they do; done again it finds fewer of them."""
        if number > self.counts.get(what, -1):
            self.counts[what] = number
            self.save(home)

    def gone(self, what: str) -> int:
        """How many went from all of a sort: "backup", "digest", "log" or "history"."""
        return sum(number for name, number in self.counts.items() if name.split()[0] == what)

    def save(self, home: Path) -> None:
        """Put it on the disk, readable for its owner only."""
        files.write(self.path(home), json.dumps(asdict(self), ensure_ascii=False))

    def path(self, home: Path) -> Path:
        """Where it stands while it is not done."""
        return home / FOLDER / f"{self.erasure_id}.json"


def pending(home: Path) -> list[Request]:
    """The requests that are not done yet, oldest first. Raises `Fatal` for a damaged one."""
    found = []
    for path in sorted((home / FOLDER).glob("*.json")):
        try:
            values = json.loads(path.read_text("utf-8"))
            values["rules"] = [tuple(rule) for rule in values["rules"]]
            part(values)
            found.append(Request(**values))
        except (ValueError, TypeError, KeyError) as error:
            raise Fatal(f"{path} is damaged: ask again what it asked, then remove it") from error
    return found


def part(values: dict[str, Any]) -> None:
    """Bring a saved request to today's form: once, what was found stood among what was asked."""
    if "addresses" not in values:
        asked = values["urls"][:1] if values["kind"] == URL else []
        values["addresses"] = [url for url in values["urls"] if url not in asked]
        values["urls"] = asked
