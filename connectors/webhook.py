"""Webhook: posts that other tools sent, from where they were put on disk."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from connectors import _values as values
from connectors._keys import several
from connectors._text import html_to_text, storable
from umot.errors import Fatal, Retriable, Skippable
from umot.http import web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role
from umot.webhook import folder

TAKEN, NUMBER = "taken", "number"
AT_ONCE = 500  # posts in a batch, and as many more as its last message holds
COUNTS = ("likes", "replies", "shares", "views", "audience")


class Webhook:
    """Posts that other tools sent to the console's address /webhooks/NAME, signed.

    `source` is that NAME. `platform` and `kind` hold for posts that do not tell. With `html` texts
    are read as HTML. `company_accounts` are the company's own writers. `rating_scale` is the
    highest rating (from 1). See the page for what a message looks like and how it is signed.
    """

    about_brand = True  # whoever sends it here chose what to send

    def __init__(
        self,
        source: str,
        platform: str = "webhook",
        kind: str = "post",
        html: bool = False,
        company_accounts: Sequence[str] = (),
        rating_scale: float = 5.0,
        home: Path | None = None,
    ) -> None:
        self._folder = folder(home or Path(), source)
        self._platform, self._html, self._scale = platform, html, rating_scale
        if kind not in list(Kind):
            raise Fatal(f"kind {kind!r} is not one of {', '.join(Kind)}")
        self._kind = Kind(kind)
        self._company = {name.casefold() for name in several(company_accounts)}

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the messages that wait, in the order they were taken.

        Each gets a number when it is taken. What has a number up to the cursor's was stored, and
        only then is removed: a run that is killed at any line is made up for by the next.
        """
        done = int((cursor or {}).get("taken", 0))
        waiting = self._take(done)
        for path in waiting:
            if int(path.stem) <= done:
                path.unlink(missing_ok=True)
        left = [path for path in waiting if int(path.stem) > done]
        items: list[RawItem] = []
        for path in left:
            items += self._items(path, now)
            done = int(path.stem)
            if len(items) >= AT_ONCE:
                yield Batch(tuple(items), {"taken": done})
                items = []
        yield Batch(tuple(items), {"taken": done})

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post; one with `"deleted": true` loses its text."""
        data = dict(raw.payload["post"])
        if "damaged" in data:
            raise Skippable(f"{raw.place}: the message was damaged on disk")
        try:
            platform = values.text(data.get("platform")) or self._platform
            given = values.text(data.get("id"))
            title = values.text(data.get("title"))
            body = values.text(data.get("body")) or values.text(data.get("text")) or ""
            posted = values.moment(data.get("posted_at"), UTC)
            kind = Kind(values.text(data.get("kind")) or self._kind)
            rating = values.rating(data.get("rating"), 1.0, self._scale)
            counts = {name: values.count(data.get(name)) for name in COUNTS}
        except ValueError as error:
            raise Skippable(f"{raw.place}: {error}") from error
        if not (body or title or data.get("deleted") is True):
            raise Skippable(f"{raw.place}: neither body nor title")
        author = values.text(data.get("author"))
        native = given or _digest(f"{author}\0{data.get('posted_at')}\0{title}\0{body}")
        if data.get("deleted") is True:
            yield Post(platform, native, body="", deleted_at=raw.fetched_at)
            return
        thread, parent = (values.text(data.get(name)) for name in ("thread_id", "parent_id"))
        yield Post(
            platform=platform,
            native_id=native,
            kind=kind,
            title=title,
            body=html_to_text(body) if self._html else body,
            url=web_link(data.get("url")),
            author=author,
            author_role=Role.BRAND if (author or "").casefold() in self._company else Role.UNKNOWN,
            language=values.language_code(data.get("language")),
            rating=rating,
            posted_at=posted or datetime.fromisoformat(raw.payload["received_at"]),
            thread_id=f"{platform}:{thread}" if thread else None,
            parent_id=f"{platform}:{parent}" if parent else None,
            engagement=Engagement(raw.fetched_at, **counts),
        )

    def _take(self, done: int) -> list[Path]:
        """Number what came since the last time; gives all that was taken, in order."""
        taken = self._folder / TAKEN
        taken.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "lock"):
            number = max([done, _last(taken / NUMBER), *(int(p.stem) for p in _messages(taken))])
            for path in sorted(_messages(self._folder), key=lambda one: one.stat().st_mtime_ns):
                # Never one that was given before, even where the file that says so is lost.
                number = max(number + 1, time.time_ns() // 1000)
                (taken / NUMBER).write_text(str(number), "ascii")
                path.rename(taken / f"{number:020}.json")
            return sorted(_messages(taken))

    def _items(self, path: Path, now: datetime) -> list[RawItem]:
        """The posts of a message; one that was damaged on disk is an item that says so."""
        try:
            text = path.read_text("utf-8", errors="backslashreplace")
        except OSError as error:  # it may well be readable the next time
            raise Retriable(
                f"webhook {self._folder.name}: {path.name}: {error.strerror}"
            ) from error
        try:
            message = storable(json.loads(text))
            at, posts = message["received_at"], message["posts"]
        except (ValueError, TypeError, LookupError):
            at, posts = now.isoformat(), [{"damaged": storable(text)}]
        return [
            RawItem(
                {"post": post, "received_at": at},
                now,
                f"webhook {self._folder.name}, message {int(path.stem)}, post {place}",
            )
            for place, post in enumerate(posts, start=1)
        ]


def _messages(place: Path) -> list[Path]:
    return [path for path in place.glob("*.json") if path.is_file()]


def _last(path: Path) -> int:
    text = path.read_text("ascii").strip() if path.is_file() else ""
    return int(text) if text.isdecimal() else 0


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
