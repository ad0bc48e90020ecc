"""The life of an alert, hour by hour, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from umot.errors import Fatal
from umot.post import Alert
from warehouse import alert_list, alert_states, load, outbox
from warehouse.alert_states import Life
from warehouse.outbox import Message

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
LIFE = Life(calm=timedelta(hours=6), cooldown=timedelta(hours=12))


class Day:
    """One alert in a real warehouse; hours count from noon."""

    def __init__(self, stories: Any) -> None:
        self.db = stories.db
        self.post = stories.tell("a", "2026-03-10 11:00", (-0.2, "site"), (-0.9, "delivery"))
        self.alert = Alert("abc1", "viral_negative", "Vlotte Fiets", self.post, self.post,
                           "low", "Twintig erbij.", START)  # fmt: skip

    def fires(self, hour: float, severity: str = "low") -> list[str]:
        """What people hear when the rule fires then."""
        alert = replace(self.alert, severity=severity, raised_at=at(hour))
        return [
            change.event
            for change in alert_states.follow(self.db, [alert], now=at(hour), life=LIFE)
        ]

    def passes(self, hour: float) -> None:
        """A pass in which no rule fires."""
        assert alert_states.follow(self.db, [], now=at(hour), life=LIFE) == []

    def now(self, hour: float) -> alert_list.Listed:
        (found,) = alert_list.listed(self.db, now=at(hour), closed=True)
        return found

    def history(self) -> list[tuple[Any, ...]]:
        rows = self.db.execute(
            "SELECT event, severity, state, changed_at, who, note FROM alert_history "
            "WHERE alert_id = 'abc1' ORDER BY sequence"
        ).fetchall()
        return [(event, severity, state, hours(moment), who, note)
                for event, severity, state, moment, who, note in rows]  # fmt: skip


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def hours(moment: datetime) -> float:
    return (moment - START).total_seconds() / 3600


@pytest.fixture
def day(stories: Any) -> Day:
    return Day(stories)


def test_it_escalates_instead_of_repeating_and_never_sinks(day: Day) -> None:
    assert day.fires(0) == ["raised"]
    assert day.fires(1) == []
    assert day.fires(2, "medium") == ["escalated"]
    assert day.fires(3, "low") == []
    assert day.fires(4, "high") == ["escalated"]
    assert day.fires(5, "high") == []
    assert (day.now(5).severity, day.now(5).raised_at) == ("high", at(0))
    assert day.history() == [
        ("raised", "low", "open", 0, None, None),
        ("escalated", "medium", "open", 2, None, None),
        ("escalated", "high", "open", 4, None, None),
    ]


def test_it_knows_the_stage_of_its_post(day: Day) -> None:
    day.fires(0)
    assert day.now(0).stage == "end"  # the delivery was its strongest moment


def test_when_calm_it_closes_itself_and_comes_back_after_the_cooldown_only(day: Day) -> None:
    day.fires(0, "high")
    day.passes(5.9)
    assert day.now(6).state == "open"
    day.passes(6)
    assert day.now(6).state == "closed"
    assert day.fires(10) == []
    assert day.fires(17.9) == []
    assert day.now(17.9).state == "closed"
    assert day.fires(18, "medium") == ["reopened"]
    assert (day.now(18).state, day.now(18).severity) == ("open", "medium")
    assert day.now(18).closed_at is None
    assert [row[0] for row in day.history()] == ["raised", "calmed", "reopened"]


def test_who_takes_up_a_snoozed_alert_is_not_told_of_it_again(day: Day) -> None:
    day.fires(0)
    alert_states.snooze(day.db, "abc1", until=at(5), by="sanne", note=None, now=at(1))
    alert_states.acknowledge(day.db, "abc1", by="sanne", note=None, now=at(2))
    assert (day.now(2).state, day.now(2).snoozed_until) == ("acknowledged", None)
    assert day.fires(6) == []


def test_it_stays_open_while_its_source_cannot_be_read(day: Day) -> None:
    day.fires(0)
    load.start_run(day.db, "r1", "forum", at(5))
    load.finish_run(day.db, "r1", at(5), load.Counts(), None, "retriable", "answered 503")
    day.passes(7)
    assert day.now(7).state == "open"
    load.start_run(day.db, "r2", "forum", at(8))
    load.finish_run(day.db, "r2", at(8), load.Counts(), None, None, None)
    day.passes(8)
    assert day.now(8).state == "closed"


def test_low_ratings_stay_open_while_their_source_cannot_be_read(day: Day) -> None:
    ratings = replace(
        day.alert, alert_id="rate", kind="rating_bomb", subject="ratings:store", post_id=None
    )
    alert_states.follow(day.db, [ratings], now=at(0), life=LIFE)
    for hour, error, state in ((7, "answered 503", "open"), (9, None, "closed")):
        kind = "retriable" if error else None
        load.start_run(day.db, f"r{hour}", "store", at(hour))
        load.finish_run(day.db, f"r{hour}", at(hour), load.Counts(), None, kind, error)
        day.passes(hour)
        assert day.now(hour).state == state


def test_acknowledged_by_whom_and_why_and_told_of_again_only_when_graver(day: Day) -> None:
    day.fires(0)
    alert_states.acknowledge(day.db, "abc1", by="sanne", note="Ik bel hem.", now=at(1))
    found = day.now(1)
    assert (found.state, found.acknowledged_by, found.note) == (
        "acknowledged", "sanne", "Ik bel hem.",
    )  # fmt: skip
    assert found.acknowledged_at == at(1)
    assert day.fires(2) == []
    assert day.fires(3, "high") == ["escalated"]
    assert day.now(3).state == "acknowledged"
    assert day.history()[1] == ("acknowledged", "low", "acknowledged", 1, "sanne", "Ik bel hem.")


def test_a_snooze_keeps_it_quiet_until_then(day: Day) -> None:
    day.fires(0)
    alert_states.snooze(day.db, "abc1", until=at(4), by="sanne", note=None, now=at(1))
    assert day.now(1).state == "snoozed"
    assert day.fires(3, "high") == []  # noted, but nobody is told
    assert day.now(3).severity == "high"
    assert day.fires(4) == ["woken"]
    assert (day.now(4).state, day.now(4).snoozed_until) == ("open", None)
    assert [row[0] for row in day.history()] == ["raised", "snoozed", "escalated", "woken"]
    with pytest.raises(Fatal, match="past"):
        alert_states.snooze(day.db, "abc1", until=at(3), by="sanne", note=None, now=at(4))


def test_closed_by_somebody_it_comes_back_if_it_still_fires_after_the_cooldown(day: Day) -> None:
    day.fires(0)
    alert_states.close(day.db, "abc1", by="sanne", note="opgelost", now=at(1))
    with pytest.raises(Fatal, match="closed already"):
        alert_states.acknowledge(day.db, "abc1", by="sanne", note=None, now=at(2))
    assert day.fires(12.9, "high") == []
    assert day.fires(13) == ["reopened"]
    assert day.now(13).note is None
    assert day.history()[1] == ("closed", "low", "closed", 1, "sanne", "opgelost")


def test_an_alert_is_found_by_id_beginning_or_subject(day: Day) -> None:
    day.fires(0)
    other = replace(day.alert, alert_id="abd2", kind="heading_viral")
    alert_states.follow(day.db, [other], now=at(0), life=LIFE)
    assert alert_list.find(day.db, "abc") == "abc1"
    with pytest.raises(Fatal, match="abc1, abd2"):
        alert_list.find(day.db, day.post)
    alert_states.close(day.db, "abd2", by="x", note=None, now=at(1))
    assert alert_list.find(day.db, day.post) == "abc1"
    for wanted in ("zzz", ""):
        with pytest.raises(Fatal, match="no alert"):
            alert_list.find(day.db, wanted)


def message(key: str, recipient: str = "team", **other: Any) -> Message:
    values = {"severity": "medium", "language": "nl", "title": "t", "text": "x", **other}
    return Message("alert", key, recipient, **values)


def outbox_states(day: Day) -> dict[str, str]:
    return dict(day.db.execute("SELECT key, state FROM outbox").fetchall())


def test_a_message_is_claimed_once_and_again_only_when_its_lease_is_over(day: Day) -> None:
    assert outbox.put(day.db, message("1"), START)
    assert not outbox.put(day.db, message("1"), START)
    outbox.put(day.db, message("2", severity="high"), at(0.1))

    def claim(moment: datetime, *severities: str) -> Message | None:
        wanted = severities or ("low", "medium", "high")
        return outbox.claim(day.db, now=moment, severities=wanted)

    first = claim(at(0.1))
    assert first is not None
    assert (first.key, first.attempts) == ("2", 1)  # the gravest first
    assert claim(at(0.1), "low") is None
    second = claim(at(0.1))
    assert second is not None
    assert claim(at(0.1)) is None
    late = claim(at(0.1) + outbox.LEASE)
    assert late is not None
    assert (late.key, late.attempts) == ("2", 2)
    # Who comes back after losing the lease does no harm.
    assert not outbox.failed(day.db, first, "too late", at(1), 10)
    assert claim(at(0.2) + outbox.LEASE, "high") is None
    outbox.sent(day.db, late, at(1))
    assert outbox_states(day) == {"1": "waiting", "2": "sent"}


def test_pauses_grow_and_end(day: Day) -> None:
    pauses = [outbox.pause(attempt) for attempt in range(1, 12)]
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == outbox.pause(1000) == timedelta(hours=6)
    outbox.put(day.db, message("1"), START)
    moment = START
    for attempt in (1, 2, 3):
        claimed = outbox.claim(day.db, now=moment, severities=["medium"])
        assert claimed is not None
        assert outbox.failed(day.db, claimed, "down", moment, 3) is (attempt == 3)
        assert outbox.claim(day.db, now=moment, severities=["medium"]) is None
        moment += outbox.pause(attempt)
    assert outbox_states(day) == {"1": "given_up"}
    (held,) = outbox.undelivered(day.db)
    assert (held.recipient, held.state, held.error) == ("team", "given_up", "down")


@pytest.mark.parametrize("act", ["acknowledge", "close", "snooze"])
def test_what_waits_is_dropped_once_somebody_is_at_it(day: Day, act: str) -> None:
    day.fires(0)
    about = {"alert_id": "abc1", "post_id": day.post}
    outbox.put(day.db, message("abc1/1", **about), START)
    outbox.put(day.db, message("abc1/1", "other", **about), START)
    outbox.put(day.db, message("abc1/2", **about), START)  # takes the place of the first
    assert outbox_states(day)["abc1/2"] == "waiting"
    more = {"until": at(9)} if act == "snooze" else {}
    getattr(alert_states, act)(day.db, "abc1", by="x", note=None, now=at(1), **more)
    states = day.db.execute(
        "SELECT key, recipient, state, error FROM outbox ORDER BY ALL"
    ).fetchall()
    assert [row[:3] for row in states] == [
        ("abc1/1", "other", "dropped"),
        ("abc1/1", "team", "dropped"),
        ("abc1/2", "team", "dropped"),
    ]
    assert states[1][3] == "newer news"
