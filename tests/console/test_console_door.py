"""Who may come in, and what no other site can do."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from umot.console.sessions import TRIES, Limiter, Sessions, key
from umot.console.state import Access
from umot.errors import Fatal

PASSWORD, TOKEN = "correct horse battery", "token-of-a-program"
ANYWHERE = Access(PASSWORD, TOKEN, ())
Guarded = Callable[[Access], TestClient]
OPENAPI = "/api/openapi.json"


def test_beyond_this_machine_it_needs_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fatal, match="set UMOT_CONSOLE_PASSWORD"):
        Access.of("0.0.0.0")
    assert Access.of("127.0.0.1").open
    monkeypatch.setenv("UMOT_CONSOLE_PASSWORD", "short")
    with pytest.raises(Fatal, match="too short"):
        Access.of("127.0.0.1")
    monkeypatch.setenv("UMOT_CONSOLE_PASSWORD", PASSWORD)
    assert Access.of("0.0.0.0").hosts == ()
    monkeypatch.setenv("UMOT_CONSOLE_HOSTS", "umot.example")
    assert "umot.example" in Access.of("0.0.0.0").hosts
    assert PASSWORD not in repr(Access.of("0.0.0.0"))


def paths(client: TestClient) -> list[tuple[str, str]]:
    """Every path and method of the console, as its routers have them."""
    from umot.console import api, forms, pages

    return [
        (route.path.replace("{code}", "nl").replace("{alert_id}", "alert0"), method)
        for module in (pages, forms, api)
        for route in module.router.routes
        for method in route.methods
    ]


def test_nothing_is_readable_without_signing_in(guarded: Guarded) -> None:
    client = guarded(ANYWHERE)
    for path, method in [*paths(client), (OPENAPI, "GET"), ("/nowhere", "GET")]:
        if path == "/sign-in":
            continue
        found = client.request(method, path)
        if path.startswith("/api"):
            assert found.status_code == 401, path
        else:
            assert found.status_code == 303, path
            assert found.headers["location"].startswith("/sign-in")
        assert "Vlotte" not in found.text


def test_every_write_needs_its_token(visitor: Any) -> None:
    visitor.client.get("/posts")
    for path, method in paths(visitor.client):
        if method == "POST" and path != "/sign-in":
            assert visitor.client.post(path, data={"csrf": "wrong"}).status_code == 403, path
            assert visitor.client.post(path, json={}).status_code == 403, path


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_form_is_refused(visitor: Any, headers: dict[str, str]) -> None:
    fields = {"csrf": visitor.csrf(), "sql": "SELECT 1"}
    assert visitor.client.post("/sql", data=fields).status_code == 200
    assert visitor.client.post("/sql", data=fields, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "x@127.0.0.1", "[::1", ""]
)
def test_another_name_for_this_machine_is_refused(visitor: Any, host: str) -> None:
    found = visitor.client.get("/posts", headers={"Host": host})
    assert found.status_code == 421
    assert "Vlotte" not in found.text


def test_signing_in_and_out(guarded: Guarded) -> None:
    client = guarded(ANYWHERE)
    assert client.get("/posts").headers["location"] == "/sign-in?to=/posts"
    wrong = client.post("/sign-in", data={"password": "no", "to": "/posts"})
    assert wrong.status_code == 401
    right = client.post("/sign-in", data={"password": PASSWORD, "name": "Ada", "to": "/posts"})
    assert right.headers["location"] == "/posts"
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/posts").status_code == 200
    taken = client.cookies["umot_session"]
    assert client.post("/sign-out", data={"csrf": "x"}).status_code == 403
    csrf = client.get("/api/session").json()
    assert csrf["name"] == "Ada"
    client.post("/sign-out", data={"csrf": csrf["csrf"]})
    client.cookies.set("umot_session", taken)  # whoever copied it
    assert client.get("/posts").status_code == 303


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "\n/x"]
)
def test_signing_in_leads_to_this_console_only(guarded: Guarded, to: str) -> None:
    found = guarded(ANYWHERE).post("/sign-in", data={"password": PASSWORD, "to": to})
    assert found.headers["location"] == "/"


def test_guessing_is_slowed_down_and_the_log_holds_no_secret(
    guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    client = guarded(ANYWHERE)
    for _ in range(TRIES):
        assert client.post("/sign-in", data={"password": "guess-me"}).status_code == 401
    late = client.post("/sign-in", data={"password": PASSWORD})
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 901
    bearer = client.get("/api/sources", headers={"Authorization": f"Bearer {TOKEN}"})
    assert bearer.status_code == 401
    assert "guess-me" not in caplog.text
    assert PASSWORD not in caplog.text


def test_guesses_from_many_places_count_together() -> None:
    now = [0.0]
    limiter = Limiter(clock=lambda: now[0])
    for number in range(100):
        limiter.failed(f"10.0.0.{number}")
    assert limiter.wait("10.9.9.9") > 0
    now[0] = 1_000.0
    assert limiter.wait("10.9.9.9") == 0


def test_a_program_comes_in_by_its_token(guarded: Guarded) -> None:
    client = guarded(ANYWHERE)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/sources", headers=headers).status_code == 200
    assert client.post("/api/sql", json={"sql": "SELECT 1"}, headers=headers).status_code == 200
    assert client.get("/api/sources", headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_cookie_is_good_for_its_time_key_and_password(tmp_path: Path) -> None:
    sessions = Sessions(key(tmp_path), PASSWORD)
    session, cookie = sessions.start("Ada", 1_000.0)
    assert sessions.read(cookie, 1_010.0) == session
    assert sessions.read(cookie, 1_000.0 + 13 * 3600) is None
    assert sessions.read(cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), 1_010.0) is None
    assert Sessions(key(tmp_path), "another password").read(cookie, 1_010.0) is None
    assert sessions.read("é.é", 1_010.0) is None
    assert stat.S_IMODE((tmp_path / "console.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["/posts", "/api/posts", "/nowhere", "/static/console.css"])
def test_every_answer_carries_the_policy(visitor: Any, path: str) -> None:
    headers = visitor.client.get(path).headers
    assert "script-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


def test_a_body_that_is_too_long_is_not_read(visitor: Any) -> None:
    long = {"csrf": visitor.csrf(), "sql": "x" * 500_000}
    assert visitor.client.post("/sql", data=long).status_code == 413


def test_a_style_sheet_cannot_be_written_to(visitor: Any) -> None:
    assert visitor.client.post("/static/console.css", data={"csrf": "x"}).status_code == 405
