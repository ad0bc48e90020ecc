"""The monitor flow on a real warehouse, a real server on loopback and a model by entry point."""

from __future__ import annotations

import io
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.sorting import FlowRunSort

from flows.monitor import (
    ARTIFACT,
    SourcesFailed,
    as_utc,
    configured_reader,
    monitor,
    run_monitor,
)
from flows.patience import delays
from umot import forgetting
from umot.errors import Fatal, UnknownName
from umot.forgetting.job import asked
from umot.pipeline import Monitor

from .conftest import NOW, Answer, Platform, posts

if TYPE_CHECKING:
    from models.reader import Reader

pytestmark = pytest.mark.usefixtures("prefect")
Sources = Callable[..., None]


def stored(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the published copy."""
    with duckdb.connect(str(home / "warehouse" / "published.duckdb"), read_only=True) as db:
        return db.execute(sql).fetchall()


def latest_run() -> Any:
    """The flow run that was made last."""
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)[0]


def task_states() -> dict[str, str]:
    """State by name of the tasks of the latest run."""
    run_filter = FlowRunFilter(id=FlowRunFilterId(any_=[latest_run().id]))
    with get_client(sync_client=True) as client:
        runs = client.read_task_runs(flow_run_filter=run_filter)
    return {run.name.rsplit("-", 1)[0]: str(run.state_name) for run in runs}


def artifact() -> str:
    """The page that the latest run left."""
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(limit=200)
    run = latest_run().id
    (page,) = [one.data for one in found if one.flow_run_id == run and one.key == ARTIFACT]
    return str(page)


def test_one_failing_source_stops_no_other_and_is_named(
    home: Path, sources: Sources, platform: Platform, terminal: Callable[[], str]
) -> None:
    sources(
        good=[Answer(posts=posts("a"))],
        gone=[Answer(404)],
        flaky=[Answer(500), Answer(503), Answer(posts=posts("b"))],
    )

    report = run_monitor(home, now=NOW)

    assert [visit.source for visit in report.visits] == ["good", "gone", "flaky"]
    assert [visit.counts.new for visit in report.visits] == [2, 0, 2]
    assert report.failures == [f"gone: {platform.url}/gone answered 404"]
    assert report.classified.scored == 4
    assert report.published
    assert stored(home, "SELECT count(*) FROM posts") == [(4,)]
    assert stored(home, "SELECT count(*) FROM sentiments WHERE status = 'scored'") == [(4,)]
    # Only what may work later is tried again.
    assert platform.asked.count("/flaky") == 3
    assert platform.asked.count("/gone") == 1
    # The run shows it all, and fails when everything else is done.
    state = latest_run().state
    assert state.is_failed()
    assert state.message.startswith("1 of 3 sources failed: gone: http")
    assert task_states() == {
        "collect good": "Completed",
        "collect gone": "Failed",
        "collect flaky": "Completed",
        "classify": "Completed",
        "alert": "Completed",
        "deliver": "Completed",
        "publish": "Completed",
        "forget": "Completed",
    }
    page = artifact()
    assert "| good | 2 | 2 | 0 | 0 | 0 |" in page
    assert "| gone | 0 | 0 | 0 | 0 | 0 | **failed**: http" in page
    assert "Read 4 posts" in page
    assert "Published." in page
    # Prefect's own lines stay with the run, and its files in its folder.
    said = terminal()
    assert said.count("it will be tried again") == 2
    assert "in 0 s (attempt 2 of 3)" in said
    assert "in 0 s (attempt 3 of 3)" in said
    assert len(said.splitlines()) == 2
    names = {path.name for path in home.iterdir()}
    assert names == {"umot.toml", "warehouse", "author.key", "prefect"}
    assert [path.name for path in (home / "prefect").iterdir()] == ["turn.lock"]


def test_what_was_erased_is_gone_again_before_a_pass_reads_it(
    home: Path, sources: Sources, tmp_path: Path
) -> None:
    sources(good=[Answer(posts=posts("a"))])
    run_monitor(home, now=NOW)
    warehouse = home / "warehouse" / "umot.duckdb"
    before = shutil.copy(warehouse, tmp_path / "before.duckdb")
    (erased, _) = stored(home, "SELECT post_id FROM posts ORDER BY 1")
    made = Monitor.open(home)
    with forgetting.alone(home, wait=0):
        forgetting.carry_out(made, asked(made, NOW, post=erased[0]), NOW)
    shutil.copy(before, warehouse)
    seen: list[list[tuple[str]]] = []

    def reader(watch: Monitor) -> Reader:
        with watch.warehouse.write("test") as db:
            seen.append(db.execute("SELECT post_id FROM posts").fetchall())
        return configured_reader(watch)

    run_monitor(home, now=NOW, reader=reader)
    assert len(seen) == 1
    assert len(seen[0]) == 1
    assert erased not in seen[0]


@pytest.fixture
def terminal() -> Iterator[Callable[[], str]]:
    """What a person would have seen by now, with logs set up as the command line does."""
    seen = io.StringIO()
    handler = logging.StreamHandler(seen)
    handler.setFormatter(logging.Formatter("umot: %(message)s"))
    logging.getLogger().addHandler(handler)
    yield seen.getvalue
    logging.getLogger().removeHandler(handler)


def test_a_good_pass_completes_and_a_second_adds_nothing(home: Path, sources: Sources) -> None:
    from models.reader import make

    sources(good=[Answer(posts=[*posts("a"), {"body": "no id"}])])
    steps: list[tuple[str, int, int | None]] = []
    made: list[str] = []

    def reader(watch: Monitor) -> Reader:
        made.append(watch.settings.model.name)
        return make(watch.settings.model, watch.journey, fallback="nl")

    first = run_monitor(home, [], NOW, lambda *step: steps.append(step), reader)
    again = run_monitor(home, ["good"], NOW)

    assert first.visits[0].counts.rejected == 1
    assert (first.visits[0].counts.new, again.visits[0].counts.new) == (2, 0)
    assert (first.classified.scored, again.classified.scored) == (2, 0)
    assert stored(home, "SELECT count(*) FROM posts") == [(2,)]
    assert latest_run().state.is_completed()
    assert latest_run().state.message == "1 source: 0 new posts, 0 new alerts"
    # What the caller brought was used, by the run it was brought to.
    assert made == ["test-words"]
    assert ("good", 3, None) in steps
    assert ("read", 2, 2) in steps


def test_waiting_as_long_as_a_source_asks_but_not_for_ever(
    home: Path, sources: Sources, platform: Platform
) -> None:
    sources(
        busy=[Answer(429, headers={"Retry-After": "1"}), Answer(posts=posts("a"))],
        closed=[Answer(429, headers={"Retry-After": "3600"})],
        down=[Answer(500)],
    )

    started = time.monotonic()
    report = run_monitor(home, now=NOW)

    assert time.monotonic() - started >= 1
    assert report.visits[0].counts.new == 2
    assert platform.asked.count("/closed") == 1  # an hour is too long: the next run asks again
    assert platform.asked.count("/down") == 3
    assert [line.split(":")[0] for line in report.failures] == ["closed", "down"]

    platform.says("down", Answer(posts=posts("late")))
    assert run_monitor(home, ["down"], NOW).visits[0].counts.new == 2


def test_called_as_a_flow_it_raises_with_the_report(home: Path, sources: Sources) -> None:
    sources(gone=[Answer(404)])

    with pytest.raises(SourcesFailed, match="1 of 1 source failed: gone") as caught:
        monitor(str(home), now=NOW)

    assert len(caught.value.report.visits) == 1


def test_what_stops_the_whole_pass_is_raised(home: Path, sources: Sources) -> None:
    sources(good=[Answer(posts=posts("a"))])
    with pytest.raises(UnknownName, match="valid: good"):
        run_monitor(home, ["goood"], NOW)
    (home / "umot.toml").write_text("[brand", "utf-8")
    with pytest.raises(Fatal, match=r"umot\.toml"):
        run_monitor(home, now=NOW)


def test_a_moment_without_a_time_zone_is_utc() -> None:
    assert as_utc(NOW.replace(tzinfo=None)) == NOW
    assert as_utc(NOW.astimezone(ZoneInfo("Europe/Amsterdam"))) == NOW
    assert as_utc(None).tzinfo is UTC


def test_delays_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UMOT_RETRY_DELAYS", raising=False)
    assert delays() == [15, 60]
    monkeypatch.setenv("UMOT_RETRY_DELAYS", "0.5, 2")
    assert delays() == [0.5, 2]
    monkeypatch.setenv("UMOT_RETRY_DELAYS", "soon")
    with pytest.raises(Fatal, match="UMOT_RETRY_DELAYS='soon' is not a list of seconds"):
        delays()
