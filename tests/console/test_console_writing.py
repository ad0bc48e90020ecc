"""What people do in the console is stored, shown at once, and stays."""

from __future__ import annotations

import re
from typing import Any

import pytest

POST = "forum:own-003"  # positive at helpdesk


def moment(found: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """One moment of a post as the API shows it."""
    return dict(found["post"]["moments"][number])


def put_right(writer: Any, **wish: Any) -> Any:
    """Put the first moment of the post right, by the API."""
    found = writer.client.get("/api/post", params={"id": POST}).json()["post"]
    first = found["moments"][0]
    body = {
        "post_id": POST,
        "content_hash": found["content_hash"],
        **{name: first[name] for name in ("field", "start", "stop")},
        **wish,
    }
    headers = {"X-CSRF-Token": writer.csrf()}
    return writer.client.post("/api/corrections", json=body, headers=headers)


def test_a_correction_shows_at_once_and_in_the_views_after_publishing(writer: Any) -> None:
    given = put_right(writer, label="negative", stage="end", touchpoint="delivery", note="mis")
    assert [row["what"] for row in given.json()["corrections"]] == ["label", "stage", "touchpoint"]
    for published in (False, True):
        if published:
            writer.console.publisher.now()
        found = writer.client.get("/api/post", params={"id": POST}).json()
        first = moment(found)
        assert (first["label"], first["stage"], first["touchpoint"]) == (
            "negative", "end", "delivery",
        )  # fmt: skip
        assert first["touchpoint_name"] == "Bezorging"
        assert (first["score"], first["stage_confidence"], first["corrected"]) == (-1, 1, True)
        assert [row["note"] for row in found["corrections"]] == ["mis"] * 3
        assert found["corrections"][0]["by"]
    with writer.console.copy.read() as db:
        sums = "SELECT stage, touchpoint, label FROM moments WHERE post_id = $1 AND position = 0"
        assert db.execute(sums, [POST]).fetchall() == [("end", "delivery", "negative")]
        touched = "SELECT sum(moments) FROM touchpoint_sentiment WHERE touchpoint = 'delivery'"
        assert db.execute(touched).fetchall() == [(13 + 1 + 1,)]  # the rival has one


def test_a_correction_survives_another_model_and_ends_with_an_edit(writer: Any, told: Any) -> None:
    put_right(writer, label="negative", stage="end", touchpoint="delivery")
    told.read_again(writer.console.warehouse, POST, "test-2")  # it cuts the text elsewhere
    writer.console.publisher.now()
    ask = "SELECT stage, label FROM moments WHERE post_id = $1 ORDER BY position"
    with writer.console.copy.read() as db:
        assert db.execute(ask, [POST]).fetchall() == [("end", "negative"), ("peak", "negative")]
    with writer.console.warehouse.transaction("test") as db:
        db.execute("UPDATE posts SET content_hash = 'edited' WHERE post_id = $1", [POST])
        for table in ("sentiments", "moment_readings"):
            db.execute(f"UPDATE {table} SET content_hash = 'edited' WHERE post_id = $1", [POST])
        assert db.execute(ask, [POST]).fetchall() == [("peak", "positive"), ("peak", "negative")]


def test_the_tone_of_a_whole_post_and_taking_it_back(writer: Any) -> None:
    page = writer.client.get("/api/post", params={"id": POST}).json()["post"]
    before = page["label"]
    assert before == "neutral"
    fields = {"id": POST, "hash": page["content_hash"]}
    assert "status" in writer.send("/post", **fields, label="positive").text
    assert writer.client.get("/api/post", params={"id": POST}).json()["post"]["label"] == "positive"
    writer.console.publisher.now()
    with writer.console.copy.read() as db:
        ask = "SELECT label, score FROM mentions WHERE post_id = $1"
        assert db.execute(ask, [POST]).fetchall() == [("positive", 1.0)]
    writer.send("/post", **fields, withdraw="1")
    writer.console.publisher.now()
    found = writer.client.get("/api/post", params={"id": POST}).json()
    assert found["post"]["label"] == before
    assert [row["new"] for row in found["corrections"]] == [None, "positive"]


def test_a_moment_taken_back_is_no_longer_put_right(writer: Any) -> None:
    before = moment(writer.client.get("/api/post", params={"id": POST}).json())
    put_right(writer, label="negative")
    put_right(writer, label="neutral")
    taken = put_right(writer, withdraw=True).json()["corrections"]
    assert [(row["what"], row["new"]) for row in taken] == [("label", None)]
    for published in (False, True):
        if published:
            writer.console.publisher.now()
        assert moment(writer.client.get("/api/post", params={"id": POST}).json()) == before
    assert put_right(writer, withdraw=True).json() == {"corrections": []}  # nothing is left to take


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"stage": "end", "touchpoint": "ride"}, "unknown touchpoint"),
        ({"content_hash": "old", "label": "negative"}, "has changed"),
        ({"start": 1, "stop": 3, "label": "negative"}, "nothing here"),
        ({"post_id": "forum:none", "label": "negative"}, "no post"),
    ],
)
def test_what_cannot_be_put_right_is_refused(writer: Any, wish: dict[str, Any], told: str) -> None:
    given = put_right(writer, **wish)
    assert given.status_code == 400
    assert told in given.json()["error"]


def test_what_stands_there_already_adds_nothing(writer: Any) -> None:
    same = put_right(writer, label="positive", stage="peak", touchpoint="helpdesk")
    assert same.json() == {"corrections": []}


def test_alerts_are_taken_up_put_off_and_closed(writer: Any) -> None:
    def listed(state: str) -> list[str]:
        found = writer.client.get("/api/alerts", params={"state": state}).json()["alerts"]
        return [one["alert_id"] for one in found]

    assert listed("open") == ["alert0", "alert1", "alert2"]
    for wish in (
        {"id": "alert0", "action": "acknowledge", "note": "ik bel"},
        {"id": "alert1", "action": "snooze", "hours": "4"},
        {"id": "alert2", "action": "close"},
    ):
        assert writer.send("/alerts", state="open", **wish).status_code == 200
    for published in (False, True):  # at once, and from the next copy
        if published:
            writer.console.publisher.now()
        assert listed("open") == []
        assert listed("acknowledged") == ["alert0"]
        assert listed("snoozed") == ["alert1"]
        assert listed("closed") == ["alert2"]
        page = writer.client.get("/alerts").text  # what the overview counts
        assert re.findall(r'name="id" value="(\w+)"', page) == ["alert1"]
        assert '<span class="tone">uitgesteld<' in page
        assert listed("all") == ["alert0", "alert1", "alert2"]
        first = writer.client.get("/api/alerts", params={"state": "all"}).json()["alerts"][0]
        assert first["note"] == "ik bel"
        assert [one["event"] for one in first["history"]] == ["raised", "acknowledged"]
    again = writer.send("/alerts", id="alert2", action="close", state="closed")
    assert again.status_code == 400
    assert "closed already" in again.text


def test_an_alert_shows_what_came_of_its_post(writer: Any) -> None:
    from tests.console.conftest import BRAND, NOW
    from umot.post import Post, RawItem, Role
    from warehouse import load

    answer = Post(
        "forum", "answer", "Wij bellen u.", language="nl", author="shop", author_role=Role.BRAND,
        posted_at=NOW, thread_id="forum:own-000", parent_id="forum:own-000",
    )  # fmt: skip
    with writer.console.warehouse.transaction("test") as db:
        origin = load.Origin("forum", BRAND, "own", b"key")
        load.store_batch(db, origin, [(RawItem({}, NOW), answer)], (), None, NOW)
        db.execute(
            """UPDATE alerts SET reasons = '{"en": "120 more."}' WHERE subject LIKE '%000'"""
        )
    writer.console.publisher.now()
    found = writer.client.get("/api/alerts").json()["alerts"]
    assert {one["alert_id"]: one["thread"] for one in found}["alert0"] == "answered"
    assert "beantwoord door het bedrijf" in writer.client.get("/alerts").text
    writer.client.cookies.set("umot_language", "en", domain="127.0.0.1")
    page = writer.client.get("/alerts").text
    assert "answered by the company" in page
    assert "120 more." in page  # why, in the reader's language


def test_a_busy_warehouse_is_said_and_nothing_is_lost(
    writer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from umot.console import writing
    from warehouse import Warehouse

    monkeypatch.setattr(writing, "TURN", 0.1)
    with Warehouse(writer.console.home).alone("umot run"):
        given = put_right(writer, label="negative")
    assert given.status_code == 503
    assert "umot run" in given.json()["error"]
    assert put_right(writer, label="negative").status_code == 200


def test_what_was_written_is_published_in_the_background(writer: Any) -> None:
    writer.console.publisher.delay = 0
    mark = writer.console.copy.mark
    put_right(writer, label="negative")
    assert writer.console.publisher.done.wait(600)  # as long as it takes: the machine may be busy
    assert writer.console.copy.mark != mark
    assert moment(writer.client.get("/api/post", params={"id": POST}).json())["corrected"]


def test_forgetting_a_post_forgets_what_was_put_right(writer: Any) -> None:
    from warehouse import authors, forget
    from warehouse.tombstones import Gate

    put_right(writer, label="negative")
    home = writer.console.home
    with writer.console.warehouse.transaction("test") as db:
        gate = Gate(home, authors.key(home), None)
        forget.erase(db, forget.Wanted(posts=[POST]), gate)
        assert db.execute("SELECT count(*) FROM corrections").fetchall() == [(0,)]


def test_who_reads_the_old_copy_still_sees_what_was_written(writer: Any) -> None:
    """A page that is being made while a copy is published shows either, never less than both."""
    put_right(writer, label="negative")
    with writer.console.copy.read() as db:
        writer.console.publisher.now()  # the old copy stays open as long as it is read
        assert db.execute("SELECT count(*) FROM corrections").fetchall() == [(0,)]
        assert [row.new for row in writer.console.overlay.corrections(POST)] == ["negative"]
    assert moment(writer.client.get("/api/post", params={"id": POST}).json())["corrected"]
    assert writer.console.overlay.corrections(POST) == []
