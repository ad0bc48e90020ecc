"""A stream of cascades put into a warehouse as passes every half hour would have seen it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from samples.cascades import AGES, Stream, Times, Whole
from umot.post import Label, Post, RawItem, Role, Sentiment, Status
from warehouse import Connection, load

HOUR = 3600.0
PASS = HOUR / 2


def passes(seconds: Times) -> Times:
    """The first pass at or after each time."""
    return np.ceil(seconds / PASS) * PASS


def seen(made: Stream) -> tuple[Times, Whole]:
    """When each post was observed, and what it had then: [n, observations] each."""
    when = passes(made.posted[:, None] + AGES[None, :])
    return when, made.counts(when)


def at(made: Stream, seconds: Times) -> pa.Array:
    """Seconds of the stream as times."""
    start = np.datetime64(made.start.replace(tzinfo=None), "us")
    found = start + (seconds * 1e6).astype("timedelta64[us]")
    return pa.array(found, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def filled(db: Connection, made: Stream) -> None:
    """Store a stream: posts, how they read, and an observation wherever a count had changed."""
    load.save_brand(db, "Brand", "Europe/Amsterdam", "en")
    db.execute("UPDATE active SET model = 'm', map_version = 'v'")
    posts = [
        Post(
            "stream",
            str(number),
            "text",
            posted_at=made.start + timedelta(seconds=float(seconds)),
            author_role=Role.CUSTOMER,
        )
        for number, seconds in enumerate(made.posted)
    ]
    for place, one in enumerate(made.places):
        own = [posts[number] for number in np.flatnonzero(made.place == place)]
        items = [(RawItem({}, made.start), post) for post in own]
        origin = load.Origin(one.name, "Brand", "own", b"k" * 32)
        load.store_batch(db, origin, items, (), None, made.start)
    readings = [read(post, bad) for post, bad in zip(posts, made.negative.tolist(), strict=True)]
    load.store_readings(db, readings, [], made.start)
    observe(db, made, posts)


def read(post: Post, negative: bool) -> Sentiment:
    """How a post reads, as its stream says."""
    label, values = (
        (Label.NEGATIVE, (0.9, 0.05, 0.05)) if negative else (Label.NEUTRAL, (0.1, 0.8, 0.1))
    )
    return Sentiment(post.post_id, post.content_hash, "m", Status.SCORED, "nl", label, *values)


def observe(db: Connection, made: Stream, posts: list[Post]) -> None:
    """Store the observations, and when each post was collected: at its first pass."""
    when, counts = seen(made)
    changed = np.ones_like(counts, bool)
    changed[:, 1:] = counts[:, 1:] != counts[:, :-1]
    order = np.argsort(when[changed], kind="stable")
    ids = np.array([post.post_id for post in posts])
    rows: Any = np.broadcast_to(np.arange(len(ids))[:, None], counts.shape)[changed][order]
    table = {
        "post_id": ids[rows],
        "observed_at": at(made, when[changed][order]),
        "likes": counts[changed][order],
    }
    db.register("watched", pa.table(table))
    db.register(
        "first_seen", pa.table({"post_id": ids, "collected_at": at(made, passes(made.posted))})
    )
    db.execute(
        "INSERT INTO engagement BY NAME SELECT w.post_id, w.observed_at, w.likes, p.number "
        "FROM watched AS w JOIN posts AS p ON p.post_id = w.post_id ORDER BY w.observed_at"
    )
    db.execute(
        "UPDATE posts SET collected_at = f.collected_at FROM first_seen AS f "
        "WHERE f.post_id = posts.post_id"
    )
    db.unregister("watched")
    db.unregister("first_seen")
