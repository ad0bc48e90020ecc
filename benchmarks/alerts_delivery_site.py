"""For alerts_delivery.py: a Hacker News whose complaints grow, and a web server that is told."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from samples.content import gold
from tests.connectors.fake_hacker_news import FakeHackerNews, story
from umot.alert_settings import ViralNegative
from umot.testing import Ask, Reply

EVERY = 120.0  # seconds between two complaints
RATES = (30.0, 8.0, 15.0)  # points a minute, in turn
FLOOR = ViralNegative().floor
FIRST = 1_000  # the number of the first complaint; ordinary posts have smaller ones
DAY = 86_400.0


@dataclass
class Complaint:
    """One that grows; times are seconds since 1970."""

    number: int
    posted: float
    rate: float
    told: list[float] = field(default_factory=list)  # when the platform told its points

    def points(self, now: float) -> int:
        """What it has by then."""
        return int(max(now - self.posted, 0) / 60 * self.rate)

    @property
    def enough(self) -> float:
        """When it had what the rule wants at least."""
        return self.posted + 60 * FLOOR / self.rate


class Growing(FakeHackerNews):
    """Tells the points of this moment, of complaints that have been posted by now."""

    def __init__(self, began: float, complaints: int) -> None:
        super().__init__()
        texts = [one for one in gold() if one.body and one.author_role == "customer"]
        bad = [one.body for one in texts if one.label == "negative" and len(one.body) > 80]
        self.complaints = [
            Complaint(FIRST + place, began + place * EVERY, RATES[place % len(RATES)])
            for place in range(min(complaints, len(bad)))
        ]
        self._growing = [
            self._post(one.number, one.posted, text, 0)
            for one, text in zip(self.complaints, bad, strict=False)
        ]
        dice = random.Random(1)
        other = [one.body for one in texts if one.body not in bad[: len(self.complaints)]]
        self._ordinary = [
            self._post(place + 1, began - dice.uniform(1, 14) * DAY, text,
                       int(dice.lognormvariate(1.6, 1.0)))
            for place, text in enumerate(other)
        ]  # fmt: skip

    @staticmethod
    def _post(number: int, at: float, text: str, points: int) -> dict[str, Any]:
        title = f"Vlotwiel: {text[:60]}"
        return story(number, at, title=title, story_text=text, points=points, num_comments=0)

    def answer(self, ask: Ask) -> Reply:
        """Answer, and note of which complaints points were told."""
        now = time.time()
        shown = []
        for one, hit in zip(self.complaints, self._growing, strict=True):
            if one.posted <= now:
                shown.append(hit | {"points": one.points(now)})
        self.hits = [*self._ordinary, *shown]
        self.items = {hit["objectID"]: item(hit) for hit in self.hits}
        reply = super().answer(ask)
        found = json.loads(reply.body)
        numbers = [hit["objectID"] for hit in found["hits"]] if "hits" in found else [found["id"]]
        for one in self.complaints:
            if one.number in {int(number) for number in numbers}:
                one.told.append(now)
        return reply


def item(hit: dict[str, Any]) -> dict[str, Any]:
    """A story as the site itself tells it."""
    return {
        "id": int(hit["objectID"]), "type": "story", "by": hit["author"], "title": hit["title"],
        "time": hit["created_at_i"], "text": hit["story_text"], "score": hit["points"],
        "descendants": 0,
    }  # fmt: skip


class Hook:
    """Takes every message; `taken` has when and what."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, str]] = []

    def answer(self, ask: Ask) -> Reply:
        """Note it."""
        self.taken.append((time.time(), ask.body.decode()))
        return Reply(200)
