"""The daily digest as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.states import Scheduled

from flows.digest import ARTIFACT, daily_digest
from flows.digest_files import write_digest, yesterday
from flows.monitor import run_monitor
from umot.errors import Fatal, UmotError
from warehouse import files

from .conftest import NOW, Answer, posts


@pytest.mark.usefixtures("prefect")
def test_the_digest_of_a_day_as_files_and_in_prefect(
    home: Path, sources: Callable[..., None]
) -> None:
    sources(good=[Answer(posts=posts("a"))])
    run_monitor(home, now=NOW)

    paths = [Path(path) for path in daily_digest(str(home), NOW.date(), "en")]

    assert [path.name for path in paths] == [
        "digest-2026-03-04-en.html",
        "digest-2026-03-04-en.md",
        "digest-2026-03-04-en.json",
    ]
    assert {path.parent for path in paths} == {home / "digests"}
    assert json.loads(paths[2].read_text("utf-8"))["brand"] == "Brand"
    with get_client(sync_client=True) as client:
        found = [one for one in client.read_artifacts() if one.key == ARTIFACT]
    assert paths[0].as_uri() in str(found[0].data)
    assert paths[1].read_text("utf-8") in str(found[0].data)

    before = [path.read_bytes() for path in paths]
    again = write_digest(home, NOW.date(), "en")
    assert [path.read_bytes() for path in again] == before
    (dutch,) = write_digest(home, NOW.date(), formats=["md"])  # the brand's own language
    assert dutch.name == "digest-2026-03-04-nl.md"


@pytest.mark.usefixtures("prefect")
def test_a_run_that_a_sleeping_machine_missed_is_of_the_day_it_was_for(
    home: Path, sources: Callable[..., None]
) -> None:
    sources(good=[Answer(posts=posts("a"))])
    run_monitor(home, now=NOW)
    given = {"home": str(home)}
    planned = Scheduled(scheduled_time=datetime(2026, 3, 5, 6, tzinfo=UTC))
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(daily_digest, parameters=given, state=planned)
    (page, *_) = run_flow(daily_digest, flow_run=run, parameters=given)
    assert Path(page).name == "digest-2026-03-04-nl.html"


def test_where_nothing_was_published_it_says_so(home: Path, sources: Callable[..., None]) -> None:
    sources()
    with pytest.raises(Fatal, match="nothing has been published"):
        write_digest(home, NOW.date())


def test_an_unknown_format_leaves_no_files(home: Path, sources: Callable[..., None]) -> None:
    sources()
    with pytest.raises(UmotError):
        write_digest(home, NOW.date(), formats=["md", "doc"])
    assert not (home / "digests").exists()


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (datetime(2026, 3, 4, 6, 0, tzinfo=UTC), "Europe/Amsterdam", date(2026, 3, 3)),
        (datetime(2026, 3, 3, 23, 30, tzinfo=UTC), "Europe/Amsterdam", date(2026, 3, 3)),
        (datetime(2026, 3, 4, 2, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 2)),
    ],
)
def test_yesterday_is_the_brands(now: datetime, zone: str, day: date) -> None:
    assert yesterday(zone, now) == day


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "digest.md"
    for text in ("één\n", "twee\n"):
        files.write(path, text, mode=0o644)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]
