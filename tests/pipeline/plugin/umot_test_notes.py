"""A connector whose parser comes in editions, and a model that looks at signs: for tests only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from umot.errors import Skippable
from umot.plugins import Readings
from umot.post import Batch, Engagement, Kind, Post, RawItem


class Notes:
    """Notes in a JSON file.

    Edition 1 takes texts as they come. Edition 2 takes the mark-up out, counts likes, finds the
    notes within a note, takes an item without an id by its place, and refuses advertisements.
    Edition 3 calls every note otherwise.
    """

    def __init__(self, path: str, edition: int = 1) -> None:
        self.path = Path(path)
        self.edition = edition

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """All of the file, three items at a time."""
        del cursor
        found = json.loads(self.path.read_text("utf-8"))
        for start in range(0, len(found), 3):
            items = [
                RawItem(note, now, f"note {start + place}")
                for place, note in enumerate(found[start : start + 3])
            ]
            yield Batch(tuple(items), {"seen": start + len(items)})

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """The note, and in edition 2 those within it."""
        yield self.note(raw.payload, raw)
        if self.edition == 2:
            for within in raw.payload.get("within", ()):
                yield self.note(within, raw)

    def note(self, note: Mapping[str, Any], raw: RawItem) -> Post:
        """One note as a post."""
        native = note.get("id") or (self.edition == 2 and raw.place)
        if not native:
            raise Skippable("it has no id")
        if self.edition == 2 and note.get("advert"):
            raise Skippable("it is an advertisement")
        text = str(note["text"])
        return Post(
            platform="notes",
            native_id=f"new-{native}" if self.edition == 3 else str(native),
            body=re.sub(r"<[^>]+>", "", text) if self.edition == 2 else text,
            kind=Kind.POST,
            author=note.get("by"),
            language="nl",
            posted_at=datetime.fromisoformat(note["at"]) if "at" in note else raw.fetched_at,
            engagement=Engagement(raw.fetched_at, likes=note.get("likes"))
            if self.edition == 2
            else None,
        )


class Signs:
    """Takes a text with an exclamation mark for positive, one with a question mark for negative."""

    name = "test-signs-1"
    languages = frozenset({"nl", "en"})

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Readings:
        """Probabilities from the signs; its vectors are the probabilities."""
        pieces = [text[a:b] for text, ranges in zip(texts, spans, strict=True) for a, b in ranges]
        of_spans = np.array([shares(one) for one in pieces], np.float32).reshape(-1, 3)
        of_texts = np.array([shares(one) for one in texts], np.float32).reshape(-1, 3)
        return Readings(of_texts, of_spans, of_spans, "test-signs")


def shares(text: str) -> tuple[float, float, float]:
    """Negative, neutral, positive."""
    total = 0.5 + text.count("?") + text.count("!")
    return text.count("?") / total, 0.5 / total, text.count("!") / total
