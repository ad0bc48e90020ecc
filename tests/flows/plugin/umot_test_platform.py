"""A platform and a model for the tests, installed as any other plug-in: by entry point.

The platform answers ``GET url`` with a JSON list of posts; the model counts words.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import numpy as np

from umot.errors import Fatal, Retriable, Skippable
from umot.plugins import Readings
from umot.post import Batch, Engagement, Kind, Post, RawItem

GOOD = frozenset({"fijn", "snel", "goed", "great"})
BAD = frozenset({"slecht", "traag", "kapot", "awful"})


class Platform:
    """Posts of a tiny platform that speaks JSON."""

    def __init__(self, url: str, token_variable: str = "") -> None:
        self.url = url
        self.token_variable = token_variable

    observed_at_once = 100
    observed_requests = 10

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """All posts in one page; `cursor` is not needed for that."""
        del cursor
        items = tuple(RawItem(item, now, f"item {at}") for at, item in enumerate(self._get()))
        yield Batch(items, cursor={"seen": len(items)})

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Counts of all posts in one answer."""
        fresh = {one["id"]: one for one in self._get()}
        yield Batch(
            tuple(
                RawItem({**one.payload, **fresh[one.payload["id"]]}, now, one.place)
                for one in known
                if one.payload["id"] in fresh
            )
        )

    def _get(self) -> list[dict[str, Any]]:
        try:
            answer = httpx.get(self.url, timeout=60, headers=self._headers(), trust_env=False)
        except httpx.TransportError as error:
            raise Retriable(f"{self.url}: {error!r}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            asked = answer.headers.get("Retry-After")
            wait = float(asked) if asked else None
            raise Retriable(f"{self.url} answered {answer.status_code}", retry_after=wait)
        if answer.status_code != 200:
            raise Fatal(f"{self.url} answered {answer.status_code}")
        found: list[dict[str, Any]] = answer.json()
        return found

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """One post an item."""
        if "id" not in raw.payload:
            raise Skippable("it has no id")
        yield Post(
            platform="test",
            native_id=str(raw.payload["id"]),
            body=str(raw.payload["body"]),
            kind=Kind.REVIEW,
            author="someone",
            language="nl",
            posted_at=datetime.fromisoformat(raw.payload.get("at") or raw.fetched_at.isoformat()),
            engagement=Engagement(raw.fetched_at, likes=raw.payload.get("likes")),
        )

    def _headers(self) -> dict[str, str]:
        """The token from the environment, as real connectors read theirs."""
        token = os.environ.get(self.token_variable, "") if self.token_variable else ""
        return {"Authorization": token} if token else {}


class Words:
    """Counts good and bad words; its vectors are the counts."""

    name = "test-words-1"
    languages = frozenset({"nl", "en"})

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Readings:
        """Probabilities from the counts; as slowly as UMOT_TEST_READING says, in seconds."""
        time.sleep(float(os.environ.get("UMOT_TEST_READING", "0")))
        pieces = [
            text[start:stop]
            for text, ranges in zip(texts, spans, strict=True)
            for start, stop in ranges
        ]
        vectors = np.array([(*count(piece), 1) for piece in pieces], np.float32)
        return Readings(
            np.array([probabilities(text) for text in texts], np.float32).reshape(-1, 3),
            np.array([probabilities(piece) for piece in pieces], np.float32).reshape(-1, 3),
            vectors.reshape(-1, 3),
            "test-words",
        )


def count(text: str) -> tuple[int, int]:
    """How many bad and good words."""
    words = text.lower().replace(".", " ").split()
    return sum(word in BAD for word in words), sum(word in GOOD for word in words)


def probabilities(text: str) -> tuple[float, float, float]:
    """Negative, neutral, positive."""
    bad, good = count(text)
    total = 1 + bad + good
    return bad / total, 1 / total, good / total
