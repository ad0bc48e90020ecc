"""Other tools post to the console; the connector takes it from there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from umot import webhook
from umot.console.app import make_app
from umot.console.state import Access, Console
from umot.pipeline import Monitor, collect

SECRET = "geheim van de webhook"
CONFIG = '[brand]\nname="Klaver"\nquery="klaver"\n[[sources]]\nname="t"\nconnector="webhook"\nsource="tickets"\n'


def test_a_signed_message_becomes_a_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.VARIABLE, SECRET)
    (tmp_path / "umot.toml").write_text(CONFIG, "utf-8")
    now = datetime.now(UTC)
    body = json.dumps([{"id": 1, "body": "Belt niet terug"}, {"id": 2, "body": "Prima"}]).encode()
    signed = {webhook.HEADER: webhook.sign(SECRET, body, now)}
    # The console asks for a password; who signs what it sends needs none.
    app = make_app(Console(tmp_path, Access(password="een heel lang wachtwoord")))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        taken = client.post("/webhooks/tickets", content=body, headers=signed)
        assert (taken.status_code, taken.json()) == (202, {"taken": 2})
        assert client.post("/webhooks/tickets", content=body).status_code == 401
        assert (
            client.post("/webhooks/tickets", content=body + b" ", headers=signed).status_code == 401
        )
        assert client.post("/webhooks/tickets", content=b"x" * 1_100_000).status_code == 413
        assert client.post("/webhooks/..%2Fx", content=body, headers=signed).status_code == 404
        away = {**signed, "host": "elders.example"}
        assert client.post("/webhooks/tickets", content=body, headers=away).status_code == 421
        monkeypatch.delenv(webhook.VARIABLE)
        assert client.post("/webhooks/tickets", content=body, headers=signed).status_code == 503
        assert client.get("/webhooks/tickets").status_code == 405
    monitor = Monitor.open(tmp_path)
    visit = collect(monitor, monitor.sources()[0], now=now)
    assert (visit.counts.seen, visit.counts.new) == (2, 2), "all of it is about the brand"
    assert collect(monitor, monitor.sources()[0], now=now).counts.seen == 0
    assert list((tmp_path / "spool").rglob("*.json")) == []
