"""What goes wrong with Reddit: limits, credentials, closed places, other shapes."""

from __future__ import annotations

import json
import time

import pytest

from tests.connectors.fake_reddit import CLIENT_SECRET, FakeReddit, reddit, submission
from umot.errors import Fatal, Retriable
from umot.testing import BASE, Ask, LocalServer, Reply, run, until_error

AT = BASE.timestamp()
FAKE = FakeReddit


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(403, b"{}"), "subreddits"),
        (Reply(404, b"{}"), "no such subreddit"),
        (Reply(302, headers={"Location": "/subreddits/search?q=dicht"}), "no such subreddit"),
    ],
)
def test_one_closed_subreddit_does_not_stop_the_others(
    fake: FakeReddit, server: LocalServer, reply: Reply, says: str
) -> None:
    fake.posts = [submission("t3_a", AT)]
    server.fault = lambda ask: reply if "/r/dicht/" in ask.path else None
    batches, error = until_error(reddit(server, subreddits=["dicht", "r/Vlotwiel"]))
    assert [len(batch.items) for batch in batches] == [1]
    assert list(batches[-1].cursor["queries"]) == ["r/Vlotwiel/new"]
    assert isinstance(error, Fatal)
    assert "/r/dicht/new" in str(error)
    assert says in str(error)


def test_what_came_before_a_failure_is_handed_over(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission("t3_a", AT), submission("t3_b", AT, num_comments=1)]
    server.fault = lambda ask: Reply(503) if ask.path.startswith("/comments/b") else None
    batches, error = until_error(reddit(server))
    assert isinstance(error, Retriable)
    assert [(len(batch.items), batch.cursor) for batch in batches] == [(2, None)]


def test_the_reset_of_the_rate_limit_tells_how_long_to_wait(server: LocalServer) -> None:
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "100", "x-ratelimit-reset": "42"}
    server.fault = lambda ask: Reply(429, b"", limits) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Retriable)
    assert error.retry_after == 42


def test_the_rate_limit_is_obeyed(fake: FakeReddit, server: LocalServer) -> None:
    fake.posts = [submission(f"t3_{n}", AT - n) for n in range(150)]

    def used_up(ask: Ask) -> Reply | None:
        if "/new" not in ask.path:
            return None
        answer = fake.answer(ask)
        first = "after" not in ask.query
        wait = {"x-ratelimit-remaining": "0", "x-ratelimit-used": "9", "x-ratelimit-reset": "1"}
        return Reply(200, answer.body, {**answer.headers, **wait}) if first else answer

    server.fault = used_up
    started = time.monotonic()
    assert len(run(reddit(server)).posts) == 150
    assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("missing", ["UMOT_REDDIT_CLIENT_ID", "UMOT_REDDIT_CLIENT_SECRET"])
def test_missing_credentials_are_named(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv(missing, " ")
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert missing in str(error)
    assert server.asked == []


def test_wrong_credentials_name_the_variables(fake: FakeReddit, server: LocalServer) -> None:
    fake.secret = "iets anders"
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "UMOT_REDDIT_CLIENT_ID and UMOT_REDDIT_CLIENT_SECRET" in str(error)
    assert CLIENT_SECRET not in str(error)


def test_no_server_and_no_tls(server: LocalServer) -> None:
    _, error = until_error(reddit(server, site_url=server.url.replace("http:", "https:")))
    assert isinstance(error, Fatal)
    assert "no safe connection" in str(error)
    with LocalServer(lambda _ask: Reply()) as gone:
        pass
    _, error = until_error(reddit(gone))
    assert isinstance(error, Retriable)
    assert "cannot be reached" in str(error)


def test_a_token_that_expired_names_the_variables(server: LocalServer) -> None:
    server.fault = lambda ask: Reply(401) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert "UMOT_REDDIT_CLIENT_SECRET" in str(error)


def test_an_error_that_reddit_gives_with_200(server: LocalServer) -> None:
    said = Reply(200, json.dumps({"error": "unsupported_grant_type"}).encode())
    server.fault = lambda ask: said if "token" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "credentials" in str(error)


def test_a_praw_ini_beside_one_changes_nothing(
    fake: FakeReddit, server: LocalServer, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "praw.ini").write_text(
        "[DEFAULT]\noauth_url=http://127.0.0.1:9\nreddit_url=http://127.0.0.1:9\n"
        "client_id=ander\nusername=ander\npassword=ander\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "ander")
    monkeypatch.setenv("praw_password", "ander")
    fake.posts = [submission("t3_a", AT)]
    assert len(run(reddit(server)).posts) == 1
    assert server.asked[0].form["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    "things",
    [
        {"kind": "Listing", "data": {}},
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {}}]}},
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": None}]}},
        {"kind": "Listing", "data": {"children": [7]}},
        {
            "kind": "Listing",
            "data": {"children": [{"kind": "t3", "data": {"name": "t3_a", "created_utc": "nu"}}]},
        },
        {"data": []},
        "tekst",
    ],
)
def test_json_of_another_shape_is_told_of(server: LocalServer, things) -> None:
    body = json.dumps(things).encode()
    server.fault = lambda ask: Reply(200, body) if "/new" in ask.path else None
    _, error = until_error(reddit(server))
    assert isinstance(error, Fatal)
    assert "r/Vlotwiel/new" in str(error)
