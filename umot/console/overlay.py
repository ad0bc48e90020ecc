"""What was just written here, shown until a copy of the warehouse is published that has it.

The published copy that was there when something was written cannot have it; the next one does,
for whoever publishes has the writer's lock, as we had. What counts is the copy that is open, not
the file that lies there: who reads the old copy while a new one is put in its place still needs
what the old one lacks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.alert_list import Listed
from warehouse.console_copy import Copy, Mark
from warehouse.corrections import Correction, Place, in_force

SCORES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


@dataclass(frozen=True, slots=True)
class Altered:
    """An alert as it is after what was done here, with its history."""

    alert: Listed
    history: list[dict[str, Any]]


class Overlay:
    """Corrections and alerts that the published copy does not show yet."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._turn = threading.Lock()
        self._corrections: list[tuple[Mark | None, Correction]] = []
        self._alerts: dict[str, tuple[Mark | None, Altered]] = {}

    def corrected(self, rows: Iterable[Correction], mark: Mark | None) -> None:
        """Keep corrections that were written while the copy `mark` was published."""
        with self._turn:
            self._corrections += [(mark, row) for row in rows]

    def altered(self, changed: Altered, mark: Mark | None) -> None:
        """Keep an alert that was changed while the copy `mark` was published."""
        with self._turn:
            self._alerts[changed.alert.alert_id] = (mark, changed)

    def corrections(self, post_id: str) -> list[Correction]:
        """What was put right in a post since, the latest first."""
        opened = self._copy.opened
        with self._turn:
            self._corrections = [one for one in self._corrections if lacks(opened, one[0])]
            found = [row for _, row in self._corrections if row.post_id == post_id]
        return found[::-1]

    def alerts(self) -> dict[str, Altered]:
        """Alerts that were changed since."""
        opened = self._copy.opened
        with self._turn:
            self._alerts = {key: one for key, one in self._alerts.items() if lacks(opened, one[0])}
            return {key: altered for key, (_, altered) in self._alerts.items()}

    def mend(self, post: dict[str, Any], moments: Sequence[dict[str, Any]]) -> None:
        """Put these corrections into a post and its moments as they were read from the copy.

        A correction that was taken back shows what the model read only with the next copy: the
        present one may not have it any more.
        """
        found = [
            row for row in self.corrections(post["post_id"])
            if row.content_hash == post["content_hash"]
        ]  # fmt: skip
        for label in in_force(found, Place()).values():
            post |= {"label": label, "score": SCORES[label], "status": "scored"}
        for moment in moments:
            for what, new in in_force(found, place_of(moment)).items():
                put(moment, what, new)


def lacks(opened: Mark | None, mark: Mark | None) -> bool:
    """Whether the open copy cannot have what was written while the copy `mark` was published."""
    return opened is None or mark is None or opened == mark or opened[1] < mark[1]


def place_of(moment: dict[str, Any]) -> Place:
    """Where a moment stands."""
    return Place(moment["field"], moment["start"], moment["stop"])


def put(moment: dict[str, Any], what: str, new: str) -> None:
    """Change one moment as a correction says."""
    moment[what] = new
    if what == "label":
        moment["score"] = SCORES[new]
    else:
        moment["stage_confidence"] = 1.0
    if what == "touchpoint":
        moment["name_nl"] = moment["name_en"] = None  # looked up on the map
