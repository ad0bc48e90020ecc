"""A warehouse of any size, made by SQL from real texts: the same one every time.

Posts come at a fixed number a day, so more posts are a longer history and not busier days: that
is what a warehouse grows by, and it keeps passes and digests at all sizes comparable.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from umot import journey
from warehouse import Connection, Warehouse, load

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data" / "sentiment"
ENDS = datetime(2026, 11, 20, 12, tzinfo=UTC)  # when the last post is written
A_DAY = 10_000  # posts
LONGEST = 2_000  # characters of a text
CHUNK = 1_000_000  # posts filled at once
BRANDS = ("Vlotte Fiets", "Andere Fiets")
MODEL = "bench-1"
STEPS = ("posts", "brands", "raw", "engagement", "sentiments", "moments")


@cache
def sql(name: str) -> str:
    """The text of a file in warehouse_sql."""
    return (HERE / "warehouse_sql" / f"{name}.sql").read_text("utf-8")


@cache
def texts(folder: Path = DATA) -> pa.Table:
    """Texts of reviews and posts with their language (the end of each file's name), numbered."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*_test.parquet")):
        language = path.name.removesuffix("_test.parquet").rsplit("_", 1)[-1]
        found += [
            (text, language)
            for text in parquet.read_table(path)["text"].to_pylist()
            if text and len(text) <= LONGEST
        ]
    if not found:
        raise SystemExit(f"no texts in {folder}")
    return pa.table(
        {
            "number": pa.array(range(len(found)), pa.uint64()),
            "text": [text for text, _ in found],
            "language": [language if len(language) == 2 else None for _, language in found],
        }
    )


def began(size: int) -> datetime:
    """When the first of so many posts is written."""
    return ENDS - timedelta(days=size / A_DAY)


def ready(db: Connection) -> None:
    """Note the brands, and the model and map that the views follow."""
    for brand in BRANDS:
        load.save_brand(db, brand, "Europe/Amsterdam", "nl")
    load.activate(db, MODEL, journey.default())


def rows(db: Connection, size: int, first: int, last: int) -> None:
    """Insert the posts `first` to `last` of a warehouse of `size`, and all that is theirs."""
    db.register("texts", texts())
    between = {"first": first, "last": last}
    for step in STEPS:
        values: dict[str, Any] = dict(between)
        if step == "posts":
            values |= {"begins": began(size), "a_day": A_DAY, "texts": texts().num_rows}
        elif step == "moments":
            values |= {"touchpoints": len(journey.default().touchpoints)}
        db.execute(sql(f"fill_{step}"), values)
    db.unregister("texts")


def fill(home: Path, size: int, memory: str = "4GB") -> None:
    """Make a warehouse of `size` posts that all have been read."""
    with Warehouse(home).write("benchmark") as db:
        db.execute(f"SET memory_limit = '{memory}'")
        ready(db)
        for first in range(1, size + 1, CHUNK):
            rows(db, size, first, min(first + CHUNK - 1, size))
        load.touch(db)
        languages = sorted({one for one in texts()["language"].to_pylist() if one})
        key = (MODEL, journey.default().version, " ".join(languages))
        db.execute("INSERT INTO private.unread_by VALUES ($1, $2, $3)", list(key))
