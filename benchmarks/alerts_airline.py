"""What the rules on volume, tone and stages make of eight days of tweets to six airlines.

    alerts_airline.py [FOLDER] [--kept HOME]

FOLDER holds the labelled texts (default ../shared/data/journey). The tweets are stored with the
times at which they were posted and read by the bundled model on the journey map for travel; then
the rules run every two hours as of that moment, over windows of 6 hours. Each airline is a brand,
in New York's days. HOME keeps the read tweets for a next time. Writes the part "airline" of
results/alerts.json.

Nobody observed these tweets twice, so the rules on reach have nothing to go by and stay off.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
from machine import described, recorded

from models.bundled import Bundled
from models.reader import Reader, Unread
from umot import journey
from umot.alert_settings import RULES
from umot.alerts.replay import entry, replay
from umot.config import Alerts, Brand, Settings
from umot.post import Post, RawItem, Role
from warehouse import Warehouse, load

HERE = Path(__file__).parent
ZONE = "America/New_York"
WINDOW = 6.0  # hours
ASKED = ("volume_spike", "negative_share", "stage_dip")
STEP = timedelta(hours=2)


def tweets(folder: Path) -> list[dict[str, Any]]:
    """All that have a time, in the order in which they were posted."""
    found = [
        row
        for file in sorted(folder.glob("us_airline_tweets_en_*.parquet"))
        for row in parquet.read_table(file).to_pylist()
        if row["posted_at"] is not None
    ]
    return sorted(found, key=lambda row: (row["posted_at"], row["text"]))


def fill(warehouse: Warehouse, airline: str, rows: list[dict[str, Any]]) -> None:
    """Store an airline's tweets, read and traced."""
    mapped = journey.default("travel")
    reader = Reader(Bundled(threads=1), mapped, ("en",), fallback="en")
    posts = [
        Post(
            "twitter",
            str(number),
            row["text"],
            posted_at=row["posted_at"],
            language="en",
            author_role=Role.CUSTOMER,
        )
        for number, row in enumerate(rows)
    ]
    now = rows[-1]["posted_at"] + timedelta(days=1)
    origin = load.Origin("twitter", airline, "own", b"k" * 32)
    with warehouse.transaction("benchmark") as db:
        load.save_brand(db, airline, ZONE, "en")
        load.activate(db, reader.model, mapped)
        items = [(RawItem({}, now), post) for post in posts]
        load.store_batch(db, origin, items, (), None, now)
    unread = [Unread(one.post_id, one.content_hash, None, one.body, None, "en") for one in posts]
    for start in range(0, len(unread), 256):
        sentiments, moments = reader.read_posts(unread[start : start + 256])
        with warehouse.transaction("benchmark") as db:
            load.store_readings(db, sentiments, moments, now)


def settings() -> Settings:
    """The default rules over windows of 6 hours; a stage takes a day, for its moments are few."""
    rules: dict[str, dict[str, float]] = {name: {"enabled": name in ASKED} for name in RULES}
    rules["volume_spike"]["hours"] = WINDOW
    rules["negative_share"]["hours"] = WINDOW
    return Settings(
        brand=Brand(name="airlines", time_zone=ZONE, language="en"),
        alerts=Alerts.model_validate(rules),
    )


def lasted(one: Any) -> float:
    """Hours from its first firing to its last."""
    return float((one.last_fired - one.raised_at).total_seconds() / 3600)


def fired(
    home: Path, airline: str, rows: list[dict[str, Any]], start: datetime, end: datetime
) -> dict[str, list[dict[str, Any]]]:
    """What fired for an airline, by rule; its tweets are read first where they were not."""
    warehouse = Warehouse(home / airline.replace(" ", "-"))
    if not (warehouse.folder / "read").exists():
        fill(warehouse, airline, rows)
        (warehouse.folder / "read").touch()
    found = {}
    with warehouse.write("benchmark") as db:
        for rule in ASKED:
            told = replay(db, settings(), rule, start, end, step=STEP, live=True)
            found[rule] = [{**entry(one), "hours": round(lasted(one), 1)} for one in told.alerts]
    return found


def main() -> None:
    """Read what was not read, replay, and write what fired."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = HERE.parents[1] / "shared" / "data" / "journey"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--kept", type=Path, default=None)
    given = parser.parse_args()
    rows = tweets(given.folder)
    home = given.kept or Path(tempfile.mkdtemp(prefix="umot-airline-"))
    first, last = rows[0]["posted_at"], rows[-1]["posted_at"]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=3)
    airlines = sorted({row["airline"] for row in rows})
    own = [[row for row in rows if row["airline"] == name] for name in airlines]
    with ProcessPoolExecutor(len(airlines)) as pool:
        found = pool.map(fired, repeat(home), airlines, own, repeat(start), repeat(last + STEP))
        result: dict[str, Any] = {
            "machine": described(),
            "tweets": {name: len(some) for name, some in zip(airlines, own, strict=True)},
            "from": first.isoformat(),
            "to": last.isoformat(),
            "asked_from": start.isoformat(),
            "reach_rules": "off: no tweet was observed more than once",
            "fired": dict(zip(airlines, found, strict=True)),
        }
    for airline, rules in result["fired"].items():
        for rule, told in rules.items():
            for one in told:
                print(airline, rule, one["raised_at"], one["severity"], one["hours"], one["reason"])
    recorded("alerts", "airline", result)


if __name__ == "__main__":
    main()
