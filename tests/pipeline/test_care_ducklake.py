"""The care of data in a DuckLake: parsed again as in a file, looked at and mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.pipeline.conftest import NOTES, NOW, Brand, dump, rows, write
from umot import doctor, pipeline
from umot.pipeline import Monitor
from umot.pipeline.reprocessing import parse_again

pytestmark = pytest.mark.slow


@pytest.fixture
def monitor(lake: str, brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """The notes as edition 1 stores them, read; the parser is of edition 2 by now."""
    from models.reader import make

    monkeypatch.setenv("UMOT_WAREHOUSE", lake)
    write(tmp_path / "notes.json", NOTES)
    collected = brand()
    pipeline.collect(collected, collected.sources()[0], now=NOW)
    reader = make(collected.settings.model, collected.journey)
    assert pipeline.classify(collected, reader, now=NOW).scored == 4
    return brand(edition=2)


def wrong(monitor: Monitor) -> list[str]:
    return [check.finding for check in doctor.warehouse(monitor) if check.state == "error"]


def test_parsed_again_as_in_a_file(monitor: Monitor) -> None:
    (done,) = parse_again(monitor, now=NOW + timedelta(days=1))
    assert done.error is None
    assert (done.counts.seen, done.counts.changed, done.counts.new) == (4, 1, 2)
    assert (done.counts.rejected, done.recovered) == (1, 1)
    before = dump(monitor)
    (again,) = parse_again(monitor, now=NOW + timedelta(days=1))
    assert (again.counts.changed, again.counts.new, again.recovered) == (0, 0, 0)
    assert dump(monitor) == before
    assert wrong(monitor) == []


def test_faults_are_found_and_mended(monitor: Monitor) -> None:
    assert wrong(monitor) == []
    before = dump(monitor)
    with monitor.warehouse.transaction("test") as db:
        db.execute("INSERT INTO posts SELECT * FROM posts WHERE post_id = 'notes:a'")
        db.execute(
            "INSERT INTO sentiments SELECT * REPLACE ('notes:gone' AS post_id) FROM sentiments "
            "WHERE post_id = 'notes:b'"
        )
        db.execute("UPDATE sentiments SET number = number + 1000 WHERE post_id = 'notes:e'")
    found = wrong(monitor)
    assert "posts: 1 with the key (post_id) of another row" in found
    assert "sentiments: 1 without their post" in found
    assert "sentiments: 1 with another number than their post" in found
    told = doctor.mend(monitor.home)
    assert "of the DuckLake has the rows of before" in told[0]
    assert len(told) >= 4
    assert wrong(monitor) == []
    assert dump(monitor) == before
    assert rows(monitor, "SELECT count(*) FROM posts") == [(4,)]
