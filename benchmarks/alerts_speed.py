"""How long one evaluation of all rules takes on a million posts with ten observations each.

    alerts_speed.py [--posts N] [--days N] [--home HOME]

The posts are spread over `--days` (365), each seen ten times in its first three days, with one
reading and, every other one, a moment; the rows are made in SQL. The rules look at what was posted
in the last four weeks and observed up to now. Reports the least and the median of five evaluations,
wall and CPU seconds. Writes the part "speed" of results/alerts.json.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from machine import described, recorded

from umot import alerts
from umot.config import Settings, Source
from warehouse import Connection, Warehouse, load
from warehouse.alerts import Look

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
ROUNDS = 5
AT_MOST = 2.0
POSTS = """
INSERT INTO posts BY NAME
SELECT
    'made:' || i AS post_id, 'made' AS platform, 'post' AS kind, 'w' || (i % 50000) AS author,
    'customer' AS author_role, 'some words that a customer wrote, number ' || i AS body,
    'en' AS language, CASE WHEN i % 4 = 0 THEN 1 + i % 5 END AS rating,
    to_timestamp($first + i * $step) AS posted_at, to_timestamp($first + i * $step) AS collected_at,
    'made:' || i AS thread_id, 'h' AS content_hash, i AS number
FROM range($posts) AS r(i)
"""
BRANDS = """
INSERT INTO post_brands BY NAME
SELECT
    post_id, 'Brand' AS brand, 'own' AS role, 's' || (number % 5) AS source,
    'source' AS matched_by, number
FROM posts
"""
READINGS = """
INSERT INTO sentiments BY NAME
SELECT post_id, 'm' AS model, 'h' AS content_hash, 'scored' AS status, number,
    CASE number % 3 WHEN 0 THEN 'negative' WHEN 1 THEN 'neutral' ELSE 'positive' END AS label,
    0.3 AS negative, 0.3 AS neutral, 0.4 AS positive, (number % 3 - 1) * 0.8 AS score,
    posted_at AS classified_at
FROM posts
"""
MOMENTS = """
INSERT INTO moment_readings BY NAME
SELECT post_id, 'm' AS model, 'v' AS map_version, 'h' AS content_hash, 0 AS position, number,
    'body' AS field, 0 AS start, 4 AS stop, 'neutral' AS label, (number % 3 - 1) * 0.5 AS score,
    CASE number % 4 WHEN 0 THEN 'zero' WHEN 1 THEN 'peak' ELSE 'end' END AS stage,
    't' || (number % 12) AS touchpoint, 0.9 AS stage_confidence, TRUE AS is_peak, TRUE AS is_end
FROM posts
WHERE number % 2 = 0
"""
SEEN = """
INSERT INTO engagement BY NAME
SELECT p.post_id, p.number,
    p.posted_at + to_seconds(CAST(3600 * [0.5, 1, 2, 4, 8, 12, 24, 36, 48, 72][k] AS BIGINT))
        AS observed_at,
    CAST((p.number * 7919 % 13) * k / 4 * CASE WHEN p.number % 997 = 0 THEN 60 ELSE 1 END AS BIGINT)
        AS likes
FROM posts AS p
CROSS JOIN range(1, 11) AS r(k)
ORDER BY observed_at
"""


def filled(db: Connection, posts: int, days: int) -> None:
    """Make the posts, evenly over the days, the last of them now."""
    load.save_brand(db, "Brand", "Europe/Amsterdam", "en")
    db.execute("UPDATE active SET model = 'm', map_version = 'v'")
    values = {
        "posts": posts,
        "first": NOW.timestamp() - days * 86_400,
        "step": days * 86_400 / posts,
    }
    db.execute(POSTS, values)
    for statement in (BRANDS, READINGS, MOMENTS, SEEN):
        db.execute(statement)


def timed(db: Connection, settings: Settings) -> dict[str, Any]:
    """Seconds of all rules together, and of gathering what is known, which they share."""
    walls, cpus, gathering, fired = [], [], [], 0
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        Look(db, NOW).gather(reach=True)
        gathering.append(time.perf_counter() - wall)
        wall, cpu = time.perf_counter(), time.process_time()
        fired = len(alerts.due(db, settings, NOW))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "least_seconds": round(min(walls), 3),
        "median_seconds": round(statistics.median(walls), 3),
        "least_cpu_seconds": round(min(cpus), 3),
        "gathering_least_seconds": round(min(gathering), 3),
        "fired": fired,
        "at_most": AT_MOST,
    }


def main() -> None:
    """Fill a warehouse, evaluate all rules some times, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="umot-speed-"))
    warehouse = Warehouse(home)
    sources = tuple(Source(name=f"s{number}", connector="feeds") for number in range(5))
    with warehouse.write("benchmark") as db:
        if not db.execute("SELECT 1 FROM posts LIMIT 1").fetchone():
            filled(db, given.posts, given.days)
        row = db.execute("SELECT count(*) FROM engagement").fetchone()
        found = timed(db, Settings(sources=sources))
    result = {
        "machine": described(),
        "posts": given.posts,
        "days": given.days,
        "observations": row[0] if row else 0,
        **found,
    }
    print(result)
    recorded("alerts", "speed", result)


if __name__ == "__main__":
    main()
