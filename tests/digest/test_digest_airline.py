"""A real bad day: 22 February 2015, when storms cancelled flights and phones were not answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from umot.cli.main import app
from umot.digest import Digest, build, render
from umot.pipeline import Monitor

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT.parent / "shared" / "data" / "journey").glob("us_airline_tweets_en_*.parquet"))
SINCE, UNTIL = datetime(2015, 2, 19, 5, tzinfo=UTC), datetime(2015, 2, 23, 5, tzinfo=UTC)
BRAND = '[brand]\nname = "US airlines"\ntime_zone = "America/New_York"\nlanguage = "en"\n'


def rows_of_four_days(folder: Path) -> Path:
    """The day itself and the three before it, on New York's clocks."""
    tables = [parquet.read_table(path, columns=["text", "posted_at"]) for path in FILES]
    table = pa.concat_tables(tables, promote_options="permissive")
    at = table.column("posted_at")
    within = pc.and_(pc.greater_equal(at, pa.scalar(SINCE)), pc.less(at, pa.scalar(UNTIL)))
    path = folder / "airlines.parquet"
    parquet.write_table(table.filter(within), path)
    return path


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """The digest of the day, after an import and a reading as users do them."""
    if not FILES:
        pytest.skip("needs ../shared/data/journey/us_airline_tweets_en_*.parquet")
    home = tmp_path_factory.mktemp("airline")
    (home / "umot.toml").write_text(BRAND, "utf-8")
    file = rows_of_four_days(home)
    columns = "body=text,posted_at=posted_at"
    run = ["--home", str(home)]
    for command in (
        ["import", str(file), "--platform", "twitter", "--language", "en", "--map", columns],
        ["classify"],
    ):
        done = CliRunner().invoke(app, [*run, *command])
        assert done.exit_code == 0, done.output
    with Monitor.open(home).warehouse.read() as db:
        return build(db, "US airlines", date(2015, 2, 22), language="en")


@pytest.mark.slow
def test_the_digest_tells_what_happened(digest: Digest) -> None:
    assert digest.posts.total > 1_900
    assert digest.posts.negative_share is not None
    assert digest.posts.negative_share > 0.7
    found = digest.themes
    assert found is not None
    leading = {theme.words for theme in found.complaints}
    beside = {word for theme in found.complaints for word in (theme.words, *theme.also)}
    assert {"cancelled", "hold"} <= leading  # what happened, and what people then went through
    assert {"delayed", "delay", "late"} & leading
    assert {"rebook", "reschedule", "rebooked", "waiting"} & beside
    assert "weather" in beside | set(found.more_complaints)  # why
    assert found.new is not None
    assert "dfw" in {theme.words for theme in found.new}  # where: Dallas lay under ice
    places = [place for stage in digest.stages for place in stage.touchpoints]
    places.sort(key=lambda place: -place.tally.negative)
    assert {"Delay on the way", "Customer service on the phone"} <= {p.name for p in places[:4]}
    assert "‘cancelled’" in digest.headline
    assert "worse than the day before" in digest.headline
    assert "cancelled" in render(digest, "md")
