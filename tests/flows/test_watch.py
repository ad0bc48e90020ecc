"""The watch flow: a pass that works, beside one that is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from flows.watch import watch
from tests.flows.conftest import NOW, Answer, Platform
from tests.flows.conftest import posts as written
from umot.pipeline import Monitor, attempt, silent
from umot.pipeline.watching import Watched
from warehouse import Warehouse


def posts(prefix: str, count: int) -> list[dict[str, Any]]:
    """Posts that were liked once, of a fixed time."""
    return [one | {"likes": 1, "at": NOW.isoformat()} for one in written(prefix, count)]


@pytest.mark.usefixtures("prefect")
def test_a_pass_looks_again_and_one_refusal_stops_nothing(
    home: Path, platform: Platform, sources: Callable[..., None]
) -> None:
    sources(good=[Answer(posts=posts("a", 1))], bad=[Answer(posts=posts("b", 1))])
    monitor = Monitor.open(home)
    for source in monitor.sources():
        attempt(monitor, source, now=NOW, progress=silent)
    seen = [{"id": "a0", "likes": 40}]
    # The first look is refused for a moment, the other for good.
    platform.says("good", Answer(503), Answer(posts=seen))
    platform.says("bad", Answer(404))
    state: State[Watched] = watch(str(home), None, NOW + timedelta(hours=1), return_state=True)
    assert state.is_failed()
    assert state.message == "1 of 2 sources failed: bad: " + f"{platform.url}/bad answered 404"
    with Warehouse(home).read() as db:
        found = db.execute("SELECT post_id, likes FROM engagement ORDER BY observed_at, 1")
        assert found.fetchall() == [("test:a0", 1), ("test:b0", 1), ("test:a0", 40)]


@pytest.mark.usefixtures("prefect")
def test_a_pass_that_works_says_what_it_looked_at(
    home: Path, platform: Platform, sources: Callable[..., None]
) -> None:
    sources(good=[Answer(posts=posts("a", 2))])
    monitor = Monitor.open(home)
    attempt(monitor, *monitor.sources(), now=NOW, progress=silent)
    platform.says("good", Answer(posts=[{"id": "a0", "likes": 40}]))
    state: State[Watched] = watch(str(home), ["good"], NOW + timedelta(hours=1), return_state=True)
    assert state.is_completed()
    assert state.message == "2 posts looked at again, 0 new alerts"
    (look,) = state.result().looks
    assert (look.asked, look.counts.observed, look.left) == (2, 1, 0)
