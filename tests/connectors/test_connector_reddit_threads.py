"""Threads on Reddit: folds, depth, and what is not as it should be."""

from __future__ import annotations

import json

import pytest

from tests.connectors.fake_reddit import FakeReddit, by_id, comment, reddit, submission
from umot.errors import Fatal
from umot.testing import BASE, LocalServer, Reply, run, until_error

AT = BASE.timestamp()
FAKE = FakeReddit


def test_long_threads_are_unfolded_within_the_cap(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=350)]
    fake.comments = {"t3_a": [comment(f"t1_{n}", "t3_a", AT) for n in range(350)]}
    fake.shown = 20
    whole = run(reddit(server))
    assert len(by_id(whole.posts)) == len(whole.posts) == 351
    assert whole.batches[-1].truncated is None
    part = run(reddit(server, expansions=2))
    assert len(part.posts) == 221
    assert part.batches[-1].truncated == "130 comments of t3_a not unfolded"


@pytest.mark.parametrize("said", [{"json": {"errors": [["X"]]}}, [], {"json": None}])
def test_a_fold_that_does_not_open_is_told_of(fake: FakeReddit, server: LocalServer, said) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=2)]
    fake.comments = {"t3_a": [comment(f"t1_{n}", "t3_a", AT) for n in range(2)]}
    fake.shown = 1
    body = json.dumps(said).encode()
    server.fault = lambda ask: Reply(200, body) if "morechildren" in ask.path else None
    batches, error = until_error(reddit(server))
    assert sum(len(batch.items) for batch in batches) == 2
    assert isinstance(error, Fatal)
    assert "morechildren" in str(error)


def test_a_thread_of_another_shape_is_told_of(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=2)]
    server.fault = lambda ask: Reply(200, b"[]") if "/comments/" in ask.path else None
    batches, error = until_error(reddit(server))
    assert [len(batch.items) for batch in batches] == [1]
    assert "comments/a/" in str(error)


def test_threads_deeper_than_reddit_shows_are_followed(
    fake: FakeReddit, server: LocalServer
) -> None:
    deeper = {"kind": "more", "data": {"name": "t1__", "id": "_", "count": 0, "children": []}}
    deeper["data"]["parent_id"] = "t1_c"
    answers = {"kind": "Listing", "data": {"children": [deeper]}}
    fake.posts = [submission("t3_a", AT, num_comments=3)]
    top = comment("t1_c", "t3_a", AT, replies=answers)
    below = [comment("t1_c", "t3_a", AT), comment("t1_d", "t3_a", AT, parent_id="t1_c")]
    fake.comments = {"t3_a": [top], "t3_a/t1_c": below}
    assert sorted(by_id(run(reddit(server)).posts)) == ["t1_c", "t1_d", "t3_a"]


def test_a_thread_that_is_gone_stops_nothing(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT, num_comments=1), submission("t3_b", AT - 1)]
    server.fault = lambda ask: Reply(404) if ask.path.startswith("/comments/a") else None
    got = run(reddit(server))
    assert by_id(got.posts).keys() == {"t3_a", "t3_b"}
    assert "comments of t3_a cannot be read" in (got.batches[-1].truncated or "")
