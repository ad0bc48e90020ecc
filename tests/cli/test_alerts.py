"""`umot alerts` as its users meet it."""

from __future__ import annotations

import getpass
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Umot
from tests.umot.receivers import Webhook, webhook
from umot import config, doctor, notify
from umot.pipeline import Monitor
from umot.post import Alert
from warehouse import Warehouse, alert_states, outbox

# Recent, so that what is said about hours from now on holds whenever the test is run.
RAISED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
CONFIG = """
[brand]
name = "Vlotwiel"
[[alerts.channels]]
name = "team"
url_variable = "UMOT_TEAM_URL"
[[alerts.channels]]
name = "boss"
url_variable = "UMOT_BOSS_URL"
severities = ["high"]
"""


@pytest.fixture(scope="module")
def alerted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one open alert that waits to be sent; made once."""
    home = tmp_path_factory.mktemp("alerted")
    (home / "umot.toml").write_text(CONFIG, "utf-8")
    warehouse = Warehouse(home)
    alert = Alert("0011aabb", "viral_negative", "Vlotwiel", "reddit:t3_x", "reddit:t3_x", "medium",
                  "900 reacties\u202e erbij.", RAISED)  # fmt: skip
    with warehouse.transaction("test") as db:
        changes = alert_states.follow(db, [alert], now=RAISED)
        notify.queue(db, config.load(home), changes, RAISED)
    warehouse.publish()
    return home


@pytest.fixture
def umot(umot: Umot, alerted: Path, home: Path) -> Umot:
    """Runs a command in this process, in such a folder."""
    shutil.copytree(alerted, home)
    return umot


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A webhook on loopback, known as UMOT_TEAM_URL."""
    with webhook() as running:
        monkeypatch.setenv("UMOT_TEAM_URL", f"json://{running.address}/")
        yield running


def test_the_list_for_people_and_for_programs(umot: Umot) -> None:
    line = (
        f"{RAISED:%Y-%m-%d %H:%M}Z\tmedium\tviral_negative\tVlotwiel\treddit:t3_x\topen\t"
        "900 reacties\\x202e erbij.\n"
    )
    assert umot("alerts").out == line
    assert umot("alerts", "list", "--all").out == line
    (shown,) = json.loads(umot("alerts", "list", "--format", "json").out)
    assert json.loads(umot("alerts", "--format", "json").out) == [shown]
    assert (shown["alert_id"], shown["state"], shown["note"]) == ("0011aabb", "open", None)
    assert datetime.fromisoformat(shown["raised_at"]) == RAISED
    (delivery,) = shown["deliveries"]  # the boss wants high ones only
    assert (delivery["recipient"], delivery["state"]) == ("team", "waiting")
    assert umot("alerts", "list", "--format", "xml").code == 2


def test_taking_up_putting_off_and_closing(umot: Umot) -> None:
    ran = umot("alerts", "snooze", "reddit:t3_x", "--until", "2020-01-01")
    assert (ran.code, ran.out) == (1, "")
    assert "past" in ran.err
    assert umot("alerts", "snooze", "0011", "--hours", "2").code == 0
    assert umot("alerts").out.split("\t")[5] == "snoozed"
    assert umot("alerts", "snooze", "0011", "--until", "morgen").code == 2
    assert umot("alerts", "ack", "0011", "--note", "Gebeld.").code == 0
    ran = umot("alerts")
    assert ran.out == ""
    assert "no open alerts" in ran.err
    assert umot("alerts", "close", "0011", "--by", "sanne").code == 0
    (shown,) = json.loads(umot("alerts", "--all", "--format", "json").out)
    assert (shown["state"], shown["note"]) == ("closed", "Gebeld.")
    assert shown["acknowledged_by"] == getpass.getuser()
    assert shown["deliveries"][0]["state"] == "dropped"
    ran = umot("alerts", "ack", "0011")
    assert (ran.code, "closed already" in ran.err) == (1, True)
    assert umot("alerts", "ack", "nothing").code == 1


def test_trying_the_channels(umot: Umot, hook: Webhook) -> None:
    ran = umot("alerts", "test")
    assert ran.code == 1
    assert ran.out.splitlines()[0] == "team\tsent\t"
    assert ran.out.splitlines()[1].startswith(
        "boss\tfailed\tchannel 'boss': the variable UMOT_BOSS"
    )
    assert hook.taken[0]["title"].startswith("[TEST] Vlotwiel")
    assert umot("alerts", "test", "team").code == 0
    ran = umot("alerts", "test", "tema")
    assert "unknown channel 'tema'; valid: boss, team" in ran.err


def test_what_was_given_up_is_seen(umot: Umot, home: Path) -> None:
    with Warehouse(home).transaction("test") as db:
        message = outbox.claim(db, now=RAISED, severities=["medium"])
        assert message is not None
        outbox.failed(db, message, "error=500", RAISED, 1)
    Warehouse(home).publish()
    assert "1 to 'team' given up: error=500" in umot("alerts").err
    check = doctor.deliveries(Monitor.open(home))
    assert (check.state, check.finding) == ("warning", "1 to 'team' given up: error=500")
    (boss,) = [one for one in config.load(home).alerts.channels if one.name == "boss"]
    check = doctor.guarded("channel boss", lambda: doctor.speaks(boss))
    assert check.state == "error"
