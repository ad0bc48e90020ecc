"""Alerts on their way to people: real receivers on loopback, spoken to through apprise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from umot import notify, pipeline
from umot.config import Alerts, Brand, Channel, Settings
from umot.journey import JourneyMap
from umot.notify.channels import try_out
from umot.notify.deliver import Deliveries, allowed
from umot.post import Alert, Engagement, Kind, Label, Post, RawItem, Sentiment, Status
from warehouse import Warehouse, alert_states, load, outbox
from warehouse.alert_states import Change

from .receivers import HOSTILE, Mailbox, Webhook

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


HOOK = Channel(name="hook", url_variable="UMOT_HOOK", language="en")
MAIL = Channel(name="mail", url_variable="UMOT_MAIL")


class Desk:
    """A monitor with channels, and a clock that is moved by hand."""

    def __init__(self, home: Path) -> None:
        self.now = NOW
        self.monitor = pipeline.Monitor(home, Settings(), JourneyMap("m", ()), Warehouse(home))
        self.settle()

    def settle(self, *channels: Channel, **rules: Any) -> None:
        settings = Settings(brand=Brand(name="Vlotwiel"), alerts=Alerts(channels=channels, **rules))
        self.monitor = replace(self.monitor, settings=settings)

    def store(self, *posts: Post) -> None:
        origin = load.Origin("reddit", "Vlotwiel", "own", b"key")
        with self.monitor.warehouse.transaction("test") as db:
            pairs = [(RawItem({}, self.now), post) for post in posts]
            load.store_batch(db, origin, pairs, (), None, self.now)

    def fires(self, name: str = "a", severity: str = "medium", **other: Any) -> None:
        """A rule fires for a post."""
        values = {"reasons": {"nl": f"Hij groeit: {name}.", "en": f"It grows: {name}."}, **other}
        alert = Alert(f"id-{name}", "viral_negative", "Vlotwiel", f"reddit:{name}",
                      f"reddit:{name}", severity, f"Hij groeit: {name}.", self.now, **values)  # fmt: skip
        with self.monitor.warehouse.transaction("test") as db:
            changes = alert_states.follow(db, [alert], now=self.now)
            notify.queue(db, self.monitor.settings, changes, self.now)

    def sends(self, **later: float) -> Deliveries:
        """A round of sending, so much later."""
        self.now += timedelta(**later)
        return pipeline.deliver(self.monitor, clock=lambda: self.now)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.monitor.warehouse.write("test") as db:
            return db.execute(statement).fetchall()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that knows the brand and the model; made once."""
    home = tmp_path_factory.mktemp("empty")
    with Warehouse(home).transaction("test") as db:
        load.save_brand(db, "Vlotwiel", "Europe/Amsterdam", "nl")
        db.execute("UPDATE active SET model = 'm', map_version = 'v'")
    return home


@pytest.fixture
def desk(empty: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(empty, tmp_path / "home")))


def test_the_growing_bad_sample_thread_is_told_of_once_and_the_good_one_never(
    desk: Desk, hook: Webhook
) -> None:
    desk.settle(HOOK)
    sample = (ROOT / "samples" / "data" / "reddit_viral.toml").read_text("utf-8")
    bad, good = tomllib.loads(sample)["thread"]
    assert (bad["gold"]["label"], good["gold"]["label"]) == ("negative", "positive")
    usual = [Post("reddit", f"u{n}", f"Bericht {n}", Kind.POST, posted_at=NOW,
                  engagement=Engagement(NOW, likes=n % 4)) for n in range(12)]  # fmt: skip
    desk.store(*usual)
    readings = []
    told = []
    for step in range(4):
        seen = []
        for thread in (bad, good):
            hours, score, comments, shares, views = thread["growth"][step]
            desk.now = NOW + timedelta(hours=hours)
            post = Post("reddit", thread["id"], thread["body"], Kind.POST, title=thread["title"],
                        url=f"https://reddit.example/{thread['id']}", posted_at=NOW,
                        engagement=Engagement(desk.now, score, comments, shares, views))  # fmt: skip
            seen.append(post)
            label = Label(thread["gold"]["label"])
            values = (0.9, 0.05, 0.05) if label is Label.NEGATIVE else (0.05, 0.05, 0.9)
            readings.append(
                Sentiment(post.post_id, post.content_hash, "m", Status.SCORED, "nl", label, *values)
            )
        desk.store(*seen)
        with desk.monitor.warehouse.transaction("test") as db:
            load.store_readings(db, readings, [], desk.now)
        told += [
            (step, one.post_id, one.severity)
            for one in pipeline.raise_alerts(desk.monitor, now=desk.now)
        ]
        desk.sends()
    assert told == [(2, f"reddit:{bad['id']}", "high")]
    (first,) = hook.taken
    assert first["title"] == "[HIGH] Vlotwiel: a negative post is going viral"
    assert "more reactions in 24 hours" in first["message"]
    assert bad["title"] in first["message"]
    assert f"The post: https://reddit.example/{bad['id']}" in first["message"]
    assert f"umot alerts ack {desk.ask('SELECT alert_id FROM alerts')[0][0]}" in first["message"]
    assert desk.sends(hours=1) == Deliveries()


def test_without_channels_nothing_is_written_to_the_outbox(desk: Desk) -> None:
    desk.fires()
    assert desk.ask("SELECT count(*) FROM outbox") == [(0,)]
    assert desk.sends() == Deliveries()


def test_a_mail_in_dutch_and_a_webhook_in_english_with_hostile_text_harmless(
    desk: Desk, hook: Webhook, box: Mailbox
) -> None:
    desk.settle(HOOK, MAIL)
    desk.store(Post("reddit", "a", HOSTILE * 9, Kind.POST, title="Titel\r\nBcc: x@y.z",
                    url="https://x.nl/<b>"))  # fmt: skip
    desk.fires(severity="high", stage="end")
    assert desk.sends().sent == 2
    (mail,) = box.mails
    assert mail["subject"] == "[HOOG] Vlotwiel: een negatief bericht gaat viraal"
    assert mail["bcc"] is None
    page = mail.get_body(("html",)).get_content()
    assert "Hij groeit: a." in page
    assert "Moment in de klantreis: eindmoment." in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert 'href="https://x.nl/%3Cb%3E"' in page
    (told,) = hook.taken
    assert "It grows: a." in told["message"]
    assert "Moment of the journey: end moment." in told["message"]
    assert "@everyone <script>alert(1)</script>" in told["message"]  # JSON: the text as it is
    assert " …" in told["message"]
    ((delivered,),) = desk.ask("SELECT delivered_at FROM alerts")
    assert delivered == NOW


def test_a_receiver_that_fails_twice_gets_the_message_once(desk: Desk, hook: Webhook) -> None:
    desk.settle(HOOK)
    desk.fires()
    hook.statuses = [500, 500]
    (line,) = desk.sends().failures
    assert "error=500" in line
    assert "tried again" in line
    assert desk.sends(minutes=4) == Deliveries()  # not before its pause is over
    assert desk.sends(minutes=2).failures
    assert desk.sends(minutes=9) == Deliveries()
    assert desk.sends(minutes=2) == Deliveries(sent=1)
    assert desk.sends(days=1) == Deliveries()
    assert len(hook.taken) == 1
    assert len(hook.asked) == 3
    assert desk.ask("SELECT state, attempts, error FROM outbox") == [("sent", 3, None)]


def test_given_up_after_the_limit_and_no_secret_is_kept(
    desk: Desk, hook: Webhook, box: Mailbox
) -> None:
    gone = Channel(name="gone", url_variable="UMOT_GONE_URL")
    # One mail only: apprise lets seconds pass between two.
    some = MAIL.model_copy(update={"severities": ("medium",)})
    desk.settle(HOOK, some, gone, attempts=1)
    desk.fires("a")
    desk.fires("b", "low")
    hook.statuses = [500] * 9
    first = desk.sends()
    assert first.sent == 1  # the mail, for one channel's failure stops no other
    assert len(hook.asked) == 1  # and a channel that fails is left alone for this round
    assert [line for line in first.failures if "UMOT_GONE_URL is not set" in line]
    assert all("given up" in line for line in desk.sends().failures)
    states = desk.ask("SELECT recipient, state, count(*) FROM outbox GROUP BY ALL ORDER BY ALL")
    assert states == [("gone", "given_up", 2), ("hook", "given_up", 2), ("mail", "sent", 1)]
    everything = str(desk.ask("SELECT * FROM outbox") + desk.ask("SELECT * FROM alert_history"))
    for secret in (hook.address, "s3cr3t-path", "team@x.nl", box.address):
        assert secret not in everything


def test_quiet_hours_on_the_clocks_of_the_brand(desk: Desk, hook: Webhook) -> None:
    desk.settle(HOOK, quiet_hours="22:00-07:00")
    desk.now = datetime(2026, 3, 10, 21, 30, tzinfo=UTC)  # 22:30 in Amsterdam
    desk.fires("a", "medium")
    desk.fires("b", "high")
    assert desk.sends().sent == 1
    assert hook.taken[0]["title"].startswith("[HIGH]")
    assert desk.sends(hours=8, minutes=20).sent == 0  # 06:50
    assert desk.sends(minutes=10).sent == 1
    every = Settings(alerts=Alerts(quiet_hours="09:00-17:00", quiet_except_high=False))
    assert allowed(every, NOW) == ()  # 13:00
    assert allowed(every, NOW + timedelta(hours=4)) == ("low", "medium", "high")


def test_a_process_killed_between_writing_and_sending_loses_nothing(
    desk: Desk, hook: Webhook
) -> None:
    second = Channel(name="second", url_variable="UMOT_HOOK")
    desk.settle(HOOK, second)
    code = f"""
        import os, sys
        from pathlib import Path
        sys.path.insert(0, {str(ROOT)!r})
        from datetime import datetime
        from umot.config import Alerts, Brand, Channel, Settings
        from umot.notify import queue
        from umot.post import Alert
        from warehouse import Warehouse, alert_states, outbox
        now = datetime.fromisoformat({NOW.isoformat()!r})
        channels = [Channel(name=name, url_variable="UMOT_HOOK") for name in ("hook", "second")]
        settings = Settings(brand=Brand(name="Vlotwiel"), alerts=Alerts(channels=channels))
        warehouse = Warehouse(Path({str(desk.monitor.home)!r}))
        with warehouse.transaction("child") as db:
            alert = Alert("a1", "viral_negative", "Vlotwiel", "reddit:a", "reddit:a", "high", "Nu.", now)
            queue(db, settings, alert_states.follow(db, [alert], now=now), now)
        with warehouse.transaction("child") as db:
            assert outbox.claim(db, now=now, severities=["high"]).recipient == sys.argv[1]
        os._exit(9)
    """
    names = sorted(
        ("hook", "second"),
        key=lambda name: outbox.Message("alert", "a1/1", name, "high", "nl", "", "").message_id,
    )
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), names[0]], check=False, env=os.environ
    )
    assert ran.returncode == 9
    assert hook.taken == []
    # The one nobody had begun with goes at once, the other when its lease is over.
    assert desk.sends(minutes=1).sent == 1
    assert desk.ask(f"SELECT state FROM outbox WHERE recipient = '{names[0]}'") == [("waiting",)]
    assert desk.sends(minutes=5).sent == 0
    assert desk.sends(minutes=5).sent == 1
    assert desk.sends(days=1).sent == 0
    assert len(hook.taken) == 2


def test_an_alert_that_is_not_stored_is_not_sent_either(desk: Desk) -> None:
    desk.settle(HOOK)
    alert = Alert("a1", "viral_negative", "Vlotwiel", "s", None, "low", "r", NOW)

    def both() -> None:
        with desk.monitor.warehouse.transaction("test") as db:
            notify.queue(db, desk.monitor.settings, [Change(alert, "raised", 1)], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        both()
    assert desk.ask("SELECT count(*) FROM outbox") == [(0,)]


def test_a_test_message_goes_everywhere_and_says_what_came_of_it(
    desk: Desk, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_WRONG", "nonsense://secret-host/token")
    wrong = Channel(name="wrong", url_variable="UMOT_WRONG")
    desk.settle(HOOK, wrong)
    good, bad = try_out(desk.monitor.settings)
    assert (good.channel, good.error) == ("hook", None)
    assert hook.taken[0]["title"] == "[TEST] Vlotwiel: a test message from umot"
    assert bad.error is not None
    assert "UMOT_WRONG holds no address" in bad.error
    assert "secret-host" not in bad.error


def test_a_warehouse_that_cannot_be_opened_does_not_break_the_pass(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.monitor.warehouse.path
    path.unlink()
    path.write_bytes(b"no database")
    (line,) = desk.sends().failures
    assert line.startswith("alerts not delivered: ")
