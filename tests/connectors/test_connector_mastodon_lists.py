"""How Mastodon's lists are read again and again: pages, the overlap, deletions, limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.mastodon import TOKEN as VARIABLE
from tests.connectors.fake_mastodon import TOKEN, FakeMastodon, mastodon, snowflake, status
from umot.errors import Fatal, Retriable
from umot.testing import BASE, NOW, LocalServer, Reply, items, run, until_error

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAKE = FakeMastodon


def test_history_and_overlap_say_how_far_back(fake: FakeMastodon, server: LocalServer) -> None:
    fake.statuses = [status(NOW - n * DAY, f"dag {n}") for n in range(60)]
    first = run(mastodon(server, hashtags="x", history_days=9.5, overlap_hours=36))
    assert len(first.posts) == 10
    second = run(mastodon(server, hashtags="x", overlap_hours=36), first.cursor)
    assert [post.body for post in second.posts] == ["dag 0", "dag 1"]
    # After months without a run nothing in between is left out.
    cursor = json.loads(json.dumps(first.cursor))
    next(iter(cursor["queries"].values()))["since"] = (NOW - 50 * DAY).timestamp()
    assert len(run(mastodon(server, hashtags="x"), cursor).posts) == 53


def test_a_reading_that_was_stopped_goes_on_where_it_was(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.serve(items(500))
    first = mastodon(server, hashtags="x", overlap_hours=1).fetch(None, now=NOW)
    cursor = [next(first).cursor for _ in range(9)][-1]
    fake.statuses.insert(0, status(BASE + HOUR / 2, "nieuw"))
    server.asked.clear()
    got = run(mastodon(server, hashtags="x", overlap_hours=1), json.loads(json.dumps(cursor)))
    bodies = [post.body for post in got.posts]
    assert set(bodies) == {"nieuw"} | {f"Bericht {n}" for n in [*range(61), *range(360, 500)]}
    asked = [ask.query.get("max_id") for ask in server.asked]
    assert asked[0] == snowflake(BASE - timedelta(minutes=359))
    assert asked.count(None) == 1, "from the newest only after the rest was read"


def test_a_time_to_come_hides_nothing(fake: FakeMastodon, server: LocalServer) -> None:
    fake.statuses = [status(NOW + 90 * DAY, "ooit")]
    first = run(mastodon(server, hashtags="x"))
    fake.statuses.append(status(NOW - timedelta(minutes=1), "nu"))
    assert "nu" in {post.body for post in run(mastodon(server, hashtags="x"), first.cursor).posts}


@pytest.mark.parametrize("year", ["0000", "10000", "-0044"])
def test_a_year_beyond_the_calendar_stops_nobody(
    fake: FakeMastodon, server: LocalServer, year: str
) -> None:
    odd = status(BASE - HOUR, "wanneer?") | {"created_at": f"{year}-01-01T04:59:59.000Z"}
    fake.statuses = [status(BASE, "eerst"), odd, status(BASE - 2 * HOUR, "laatst")]
    assert [post.body for post in run(mastodon(server, hashtags="x")).posts] == ["eerst", "laatst"]


def test_a_post_that_lost_its_hashtag_comes_as_it_is_now(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE), status(BASE - HOUR, "oude tekst")]
    first = run(mastodon(server, hashtags="x"))
    edited = status(BASE - HOUR, "geen merk meer", edited_at="2026-11-20T10:30:00.000Z")
    fake.statuses[1] = edited | {"reblog": None}
    hidden = fake.statuses[:1]
    server.fault = lambda ask: (
        Reply(200, json.dumps(hidden if "max_id" not in ask.query else []).encode())
        if "/tag/" in ask.path
        else None
    )
    second = run(mastodon(server, hashtags="x"), first.cursor)
    assert [post.body for post in second.posts] == ["Bericht", "geen merk meer"]
    assert not any(post.deleted_at for post in second.posts)


def test_a_deletion_is_seen_though_newer_posts_moved_the_overlap_on(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE - DAY), status(BASE - 2 * DAY, "straks weg")]
    first = run(mastodon(server, hashtags="x", overlap_hours=30))
    fake.statuses = [status(BASE + HOUR / 2, "nieuw"), status(BASE - DAY)]
    # A failure in between must not lose what was still to be looked up.
    server.fault = lambda ask: Reply(503) if "/statuses/" in ask.path else None
    connector = mastodon(server, hashtags="x", overlap_hours=30)
    batches, error = until_error(connector, first.cursor)
    assert isinstance(error, Retriable)
    server.fault = None
    second = run(mastodon(server, hashtags="x", overlap_hours=30), batches[-1].cursor)
    gone = [post.native_id for post in second.posts if post.deleted_at]
    assert gone == [f"fiets.example/{snowflake(BASE - 2 * DAY)}"]
    third = run(mastodon(server, hashtags="x", overlap_hours=30), second.cursor)
    assert not any(post.deleted_at for post in third.posts), "told once"


def test_a_server_that_hides_single_posts_says_that_deletions_are_not_seen(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE), status(BASE - HOUR)]
    first = run(mastodon(server, hashtags="x"))
    fake.statuses.pop()
    server.fault = lambda ask: Reply(401) if "/statuses/" in ask.path else None
    second = run(mastodon(server, hashtags="x"), first.cursor)
    assert [post.deleted_at for post in second.posts] == [None]
    assert "deletions cannot be seen" in second.batches[-1].truncated
    server.fault = None
    third = run(mastodon(server, hashtags="x"), second.cursor)
    assert [bool(post.deleted_at) for post in third.posts] == [False, True]


def test_the_rate_limit_is_kept_to(fake: FakeMastodon, server: LocalServer) -> None:
    fake.serve(items(100))
    left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "300"}

    def used_up(ask) -> Reply:
        reset = {"X-RateLimit-Reset": (datetime.now(UTC) + timedelta(minutes=4)).isoformat()}
        return Reply(200, fake.answer(ask).body, left | reset)

    server.fault = used_up
    batches, error = until_error(mastodon(server, hashtags="x"))
    assert [len(batch.items) for batch in batches] == [40]
    assert isinstance(error, Retriable)
    assert error.retry_after == pytest.approx(240, abs=3)
    assert len(server.asked) == 1, "the next request would only have been refused"
    server.fault = None
    assert len(run(mastodon(server, hashtags="x"), batches[-1].cursor).posts) >= 60


def test_one_refused_query_does_not_stop_the_others(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.statuses = [status(BASE)]
    server.fault = lambda ask: Reply(404) if ask.path.endswith("/weg") else None
    batches, error = until_error(mastodon(server, hashtags=["weg", "x"]))
    assert sum(len(batch.items) for batch in batches) == 1
    assert isinstance(error, Fatal)
    assert "/tag/weg" in str(error)
    assert "no such hashtag" in str(error)


def test_a_search_ends_where_the_server_ends_it(
    fake: FakeMastodon, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    monkeypatch.setattr("connectors._mastodon_read.DEEPEST", 100)
    fake.serve(items(200))
    got = run(mastodon(server, search="fiets"))
    assert len(got.posts) == 120
    assert "only the newest 100 of search fiets" in got.batches[-1].truncated
    assert [ask.query.get("offset") for ask in server.asked] == [None, "40", "80"]


def test_a_server_that_does_not_turn_the_page_is_told_of(
    fake: FakeMastodon, server: LocalServer
) -> None:
    fake.serve(items(3))
    server.answer = lambda _ask: Reply(200, json.dumps(fake.statuses).encode())
    _, error = until_error(mastodon(server, hashtags="x"))
    assert "same page" in str(error)
