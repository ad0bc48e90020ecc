"""The webhook: signed messages onto the disk, and from there into posts; nothing is lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.webhook import Webhook
from umot import webhook
from umot.errors import Fatal, Skippable
from umot.post import Kind, RawItem, Role
from umot.testing import DATA, LIVE, NOW, Item, Stage, name, run

SECRET = "geheim van de webhook"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.VARIABLE, SECRET)


def send(home: Path, *posts: dict[str, Any]) -> Path:
    body = json.dumps(list(posts)).encode()
    return webhook.receive(home, "tickets", body, webhook.sign(SECRET, body, NOW), NOW).path


def reading(home: Path, **settings: Any) -> Webhook:
    return Webhook(**({"source": "tickets", "home": home} | settings))


# A queue gives once what the others give again and again: its own test of a stopped run is below.
QUEUE = [check for check in (*DATA, *LIVE) if "stopped" not in name(check)]


@pytest.mark.parametrize("check", QUEUE, ids=name)
def test_webhook_conforms(check: Any, tmp_path: Path) -> None:
    def serve(items: Sequence[Item]) -> None:
        shutil.rmtree(tmp_path / "spool", ignore_errors=True)
        posts = [
            {"id": item.number, "body": item.text, "posted_at": item.at.isoformat()}
            | {"likes": item.likes, "deleted": item.deleted}
            for item in items
        ]
        for at in range(0, len(posts), 250):
            send(tmp_path, *posts[at : at + 250])

    check(Stage(lambda: reading(tmp_path), serve))


def test_a_post_with_all_it_may_have(tmp_path: Path) -> None:
    send(
        tmp_path,
        {
            "id": "T-1", "title": "Klacht", "body": "<p>Belt <b>niet</b>", "author": "Klaver",
            "posted_at": "2026-11-20T09:00:00+01:00", "kind": "review", "rating": 2, "likes": "3",
            "url": "https://t.example/1", "platform": "zendesk", "thread_id": "T-0",
            "language": "nl-NL",
        },
        {"text": "zonder iets"},
    )  # fmt: skip
    full, bare = run(reading(tmp_path, html=True, company_accounts="klaver")).posts
    assert (full.post_id, full.kind, full.rating) == ("zendesk:T-1", Kind.REVIEW, 2)
    assert (full.title, full.body, full.language) == ("Klacht", "Belt niet", "nl")
    assert (full.author_role, full.thread_id) == (Role.BRAND, "zendesk:T-0")
    assert full.posted_at == NOW - timedelta(hours=3)
    assert (full.engagement.likes, full.engagement.views) == (3, None)
    assert (bare.platform, bare.body, bare.posted_at) == ("webhook", "zonder iets", NOW)
    again = send(tmp_path, {"text": "zonder iets"})
    assert run(reading(tmp_path), {"taken": 0}).posts[-1].post_id == bare.post_id, again


@pytest.mark.parametrize(
    ("post", "named"),
    [({}, "neither"), ({"body": "x", "rating": 9}, "rating"), ({"body": "x", "kind": "y"}, "'y'"),
     ({"body": "x", "posted_at": "gisteren"}, "date"), ({"body": ["x"]}, "no text")],
)  # fmt: skip
def test_what_is_no_post_is_skipped(tmp_path: Path, post: dict[str, Any], named: str) -> None:
    raw = RawItem({"post": post, "received_at": NOW.isoformat()}, NOW, "message 1")
    with pytest.raises(Skippable, match=named):
        list(reading(tmp_path).parse(raw))


def test_messages_go_only_once_they_are_stored(tmp_path: Path) -> None:
    send(tmp_path, {"body": "een"})
    first = run(reading(tmp_path))
    assert len(list((tmp_path / "spool").rglob("*.json"))) == 1, "the cursor may not be stored yet"
    send(tmp_path, {"body": "twee"})
    assert [post.body for post in run(reading(tmp_path), first.cursor).posts] == ["twee"]
    assert len(list((tmp_path / "spool").rglob("*.json"))) == 1
    # Somebody who only looks has no cursor; what he took is still there for the next run.
    send(tmp_path, {"body": "drie"})
    looked = [post.body for post in run(reading(tmp_path)).posts]
    assert looked == ["twee", "drie"]
    cursor = run(reading(tmp_path), first.cursor).cursor
    assert run(reading(tmp_path), cursor).posts == []
    assert list((tmp_path / "spool").rglob("*.json")) == []
    # Also where everything but the cursor is lost, nothing new is taken for something old.
    shutil.rmtree(tmp_path / "spool")
    send(tmp_path, {"body": "vier"})
    run(reading(tmp_path))
    assert [post.body for post in run(reading(tmp_path), cursor).posts] == ["vier"]


def test_a_stopped_run_is_made_up_for(tmp_path: Path) -> None:
    for start in range(0, 1500, 250):
        send(tmp_path, *({"id": n, "body": "x"} for n in range(start, start + 250)))
    batch = next(reading(tmp_path).fetch(None, now=NOW))
    first = {raw.payload["post"]["id"] for raw in batch.items}
    rest = {int(post.native_id) for post in run(reading(tmp_path), batch.cursor).posts}
    assert (first | rest, first & rest) == (set(range(1500)), set())


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"header": ""}, 401),
        ({"header": "t=1,v1=00"}, 401),
        ({"header": webhook.sign("ander geheim", b'{"body": "x"}', NOW)}, 401),
        ({"header": webhook.sign(SECRET, b'{"body": "y"}', NOW)}, 401),
        ({"now": NOW + timedelta(minutes=6)}, 401),
        ({"now": NOW - timedelta(minutes=6)}, 401),
        ({"body": b"geen json"}, 400),
        ({"body": b'{"posts": [1]}'}, 400),
        ({"body": b"NaN"}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b"x" * 1_100_000}, 413),
        ({"body": json.dumps([{}] * 1001).encode()}, 413),
    ],
)
def test_a_message_that_is_not_right_is_refused(
    tmp_path: Path, change: dict[str, Any], status: int
) -> None:
    body = change.get("body", b'{"body": "x"}')
    header = change.get("header", webhook.sign(SECRET, body, NOW))
    with pytest.raises(webhook.Refused) as error:
        webhook.receive(tmp_path, "tickets", body, header, change.get("now", NOW))
    assert error.value.status == status
    assert SECRET not in str(error.value)
    assert not (tmp_path / "spool").exists()


def test_names_that_lead_elsewhere_and_a_missing_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ("../x", "", "a/b", ".", "x" * 65):
        with pytest.raises(Fatal, match="no name"):
            webhook.receive(tmp_path, wrong, b"{}", "", NOW)
    monkeypatch.delenv(webhook.VARIABLE)
    with pytest.raises(Fatal, match=webhook.VARIABLE):
        webhook.receive(tmp_path, "tickets", b"{}", "", NOW)


DRIVER = """
import sys, json
from datetime import UTC, datetime
from pathlib import Path
from umot import webhook
for number in range(100_000):
    body = json.dumps({"id": number, "body": f"bericht {number}"}).encode()
    now = datetime.now(UTC)
    webhook.receive(Path(sys.argv[1]), "tickets", body, webhook.sign(sys.argv[2], body, now), now)
    print(number, flush=True)
"""


def test_what_was_thanked_for_survives_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DRIVER, str(tmp_path), SECRET]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    thanked = []
    for line in child.stdout:
        thanked.append(int(line))
        if len(thanked) == 50:
            child.send_signal(signal.SIGKILL)
            break
    thanked += map(int, child.stdout.read().split())
    child.wait()
    bodies = {post.native_id for post in run(reading(tmp_path)).posts}
    assert set(map(str, thanked)) <= bodies


def test_a_message_that_was_damaged_on_disk_is_told_of(tmp_path: Path) -> None:
    send(tmp_path, {"body": "heel"})
    send(tmp_path, {"body": "kapot"}).write_bytes(b'{"posts": [\xff')
    connector = reading(tmp_path)
    (batch,) = connector.fetch(None, now=NOW)
    whole, damaged = batch.items
    assert [post.body for post in connector.parse(whole)] == ["heel"]
    with pytest.raises(Skippable, match="damaged"):
        list(connector.parse(damaged))
    assert "posts" in damaged.payload["post"]["damaged"], "what is left of it is kept"
