"""The cookbook on real tweets to airlines, as people labelled them: figures against the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from umot.journey import JourneyMap, Touchpoint
from umot.post import Engagement, Label, Moment, Post, RawItem, Sentiment, Span, Status
from warehouse import Connection, Warehouse, load, search
from warehouse.cookbook import queries

OWN, ZONE, MODEL = "United", ZoneInfo("America/Chicago"), "people"
REASONS = {
    "Flight Booking Problems": ("booking", "definitive"),
    "Customer Service Issue": ("service", "peak"),
    "Late Flight": ("late", "peak"),
    "Bad Flight": ("flight", "peak"),
    "Lost Luggage": ("luggage", "end"),
    "Damaged Luggage": ("luggage", "end"),
    "Cancelled Flight": ("cancelled", "end"),
}
PLACES = sorted(set(REASONS.values()))
MAP = JourneyMap(
    "airline", tuple(Touchpoint(key, stage, "app", key, key, ()) for key, stage in PLACES)
)
SCORES = {"negative": -0.9, "neutral": 0.0, "positive": 0.9}


@pytest.fixture(scope="module")
def tweets(shared_data: Path) -> list[dict[str, Any]]:
    """Tweets of one week; `airline`, `label`, `negativereason` and `posted_at` as published."""
    file = shared_data / "journey" / "us_airline_tweets_en_validation.parquet"
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return [row for row in rows if row["airline"] in (OWN, "Delta", "Southwest")]


@pytest.fixture(scope="module")
def db(tweets: list[dict[str, Any]], tmp_path_factory: Any) -> Iterator[Connection]:
    """A published warehouse of these tweets; the reason of a complaint is its touchpoint."""
    warehouse = Warehouse(tmp_path_factory.mktemp("airline"))
    with warehouse.transaction("test") as db:
        load.activate(db, MODEL, MAP)
        for brand in {row["airline"] for row in tweets}:
            load.save_brand(db, brand, str(ZONE), "en")
            role = "own" if brand == OWN else "competitor"
            posts, read, moments = [], [], []
            for place, row in enumerate(tweets):
                if row["airline"] == brand:
                    post, sentiment, moment = reading(place, row)
                    posts.append((RawItem({}, row["posted_at"]), post))
                    read.append(sentiment)
                    moments.append(moment)
            now = max(row["posted_at"] for row in tweets)
            load.store_batch(db, load.Origin("tweets", brand, role, b"key"), posts, (), None, now)
            load.store_readings(db, read, moments, now)
    warehouse.publish()
    with warehouse.read() as opened:
        yield opened


def reading(place: int, row: dict[str, Any]) -> tuple[Post, Sentiment, Moment]:
    """A tweet, and how people read it."""
    post = Post("twitter", str(place), row["text"], posted_at=row["posted_at"], language="en",
                engagement=Engagement(row["posted_at"], shares=row["reach"]))  # fmt: skip
    score = SCORES[row["label"]]
    common = (post.post_id, post.content_hash, MODEL)
    chances = ((1 - score) / 2, 0.0, (1 + score) / 2)
    touchpoint, stage = REASONS.get(row["negativereason"], ("none", "none"))
    moment = Moment(
        *common, MAP.version, 0, Span("body", 0, len(post.body)), Label(row["label"]), score,
        stage, touchpoint, 0.9, is_peak=True, is_end=True,
    )  # fmt: skip
    return post, Sentiment(*common, Status.SCORED, "en", Label(row["label"]), *chances), moment


def rows(db: Connection, name: str) -> list[dict[str, Any]]:
    answer = db.execute(queries()[name].sql)
    columns = [one[0] for one in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


@pytest.mark.parametrize("name", sorted(queries()))
def test_each_question_can_be_asked(db: Connection, name: str) -> None:
    if "search_posts" in queries()[name].sql and search.extension() is None:
        pytest.skip("duckdb-extension-fts is not installed")
    rows(db, name)


def test_brands_compare_as_their_labels_do(db: Connection, tweets: list[dict[str, Any]]) -> None:
    found = {row["brand"]: row for row in rows(db, "us-against-competitors")}
    for brand in (OWN, "Delta", "Southwest"):
        labels = Counter(row["label"] for row in tweets if row["airline"] == brand)
        net = 100 * (labels["positive"] - labels["negative"]) / labels.total()
        assert found[brand]["posts"] == labels.total()
        assert found[brand]["net_sentiment"] == pytest.approx(net, abs=0.51)
        assert found[brand]["share"] == pytest.approx(100 * labels.total() / len(tweets), abs=0.06)


def test_contact_moments_and_hours_are_those_of_the_tweets(
    db: Connection, tweets: list[dict[str, Any]]
) -> None:
    own = [row for row in tweets if row["airline"] == OWN]
    reasons = Counter(
        REASONS[row["negativereason"]][0] for row in own if row["negativereason"] in REASONS
    )
    found = {row["touchpoint"]: row["quantity"] for row in rows(db, "sum-of-contact-moments")}
    assert found == {key: count for key, count in reasons.items() if count >= 5}
    hours = Counter(row["posted_at"].astimezone(ZONE).hour for row in own)
    busy = {row["hour"]: row["posts"] for row in rows(db, "busiest-hours")}
    assert busy == {hour: count for hour, count in hours.items() if count >= 5}


def test_words_of_this_weeks_complaints_are_an_airlines(db: Connection) -> None:
    words = {row["word"] for row in rows(db, "new-words-in-complaints")}
    assert words & {"hours", "delayed", "luggage", "bags", "cancelled", "late", "gate", "lost"}
