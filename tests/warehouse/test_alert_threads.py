"""What has come of the threads that alerts are about."""

from __future__ import annotations

from typing import Any

from tests.warehouse.conftest import BRAND
from umot.post import Alert, Role
from warehouse import alert_list, alert_states, alert_threads

SHOP = {"author": "shop", "author_role": Role.BRAND}
BROKEN = (-0.8, "ride", "Het scherm is na twee dagen kapot.")
DULL = (-0.8, "ride", "Wat een lelijke kleur.")


def test_answered_resolved_and_worse_are_told(stories: Any) -> None:
    for name in ("open", "heard", "well", "worse", "dull", "alone"):
        said = DULL if name in ("dull", "alone") else BROKEN
        stories.tell(name, "2026-11-20 10:00", said, author=name)
    for name in ("heard", "well", "dull"):
        answer = {"thread": name, "parent": name, **SHOP}
        stories.tell(f"{name}-shop", "2026-11-20 11:00", **answer)
    own = {"thread": "well", "author": "well"}
    stories.tell("well-2", "2026-11-20 12:00", (0.9, "ride", "Netjes opgelost!"), **own)
    own = {"thread": "worse", "author": "worse"}
    stories.tell("worse-2", "2026-11-20 12:00", (-0.95, "ride", "Nu is alles kapot."), **own)
    names = ["open", "heard", "well", "worse", "dull", "alone"]
    at = stories.ask("SELECT max(posted_at) FROM posts")[0][0]
    fired = [
        Alert(name, "viral_negative", BRAND, f"forum:{name}", f"forum:{name}", "low", "why", at)
        for name in names
    ]
    fired.append(Alert("series", "volume_spike", BRAND, "posts", None, "low", "why", at))
    alert_states.follow(stories.db, fired, now=at)
    listed = alert_list.listed(stories.db, now=at)
    assert len(listed) == 7
    assert alert_threads.threads(stories.db, listed) == {
        "open": "open",
        "heard": "answered",
        "well": "resolved",
        "worse": "escalated",
        "dull": "answered",
    }
    assert alert_threads.threads(stories.db, []) == {}
