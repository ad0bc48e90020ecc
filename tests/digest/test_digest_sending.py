"""Digests on their way to people: a real mail server and web server on loopback."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.umot.receivers import Mailbox, Webhook, mailbox, webhook
from umot import notify
from umot.cli.main import app
from umot.config import Alerts, Brand, Recipient, Settings
from umot.config import Digest as Section
from umot.digest import from_json, render, sending
from umot.digest.sending import Sent
from umot.errors import Fatal
from warehouse import Warehouse, digests, forget
from warehouse.forget import Wanted
from warehouse.tombstones import Gate

from .conftest import BRAND, World

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
MAIL = Recipient(name="directie", url_variable="UMOT_MAIL")
HOOK = Recipient(name="team", url_variable="UMOT_HOOK", language="en")
CHANNELS = """
[brand]
name = "Vlotte Fiets"

[[digest.channels]]
name = "directie"
url_variable = "UMOT_MAIL"

[[digest.channels]]
name = "team"
url_variable = "UMOT_HOOK"
language = "en"
"""
LINK = "https://umot.example/?day={day}&language={language}"


class Desk:
    """The saturday of the tests with channels, and a clock that is moved by hand."""

    def __init__(self, home: Path, *channels: Recipient) -> None:
        self.now = NOW
        self.warehouse = Warehouse(home)
        self.world = World(self.warehouse, number=2000)
        self.settings = Settings(
            brand=Brand(name=BRAND),
            digest=Section(channels=channels, link=LINK, examples=3),
            alerts=Alerts(attempts=3),
        )
        self.warehouse.publish()

    def send(self, **other: Any) -> Sent:
        return sending.send(
            self.warehouse, self.settings, BRAND, DAY, clock=lambda: self.now, **other
        )

    def states(self, sent: Sent) -> dict[str, str]:
        return {one.recipient: one.state for one in sent.sendings}


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as running:
        monkeypatch.setenv("UMOT_HOOK", f"json://{running.address}/s3cr3t-path")
        yield running


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as running:
        address = f"mailto://{running.address}/?mode=insecure&from=umot@x.nl&to=baas@x.nl"
        monkeypatch.setenv("UMOT_MAIL", address)
        yield running


@pytest.fixture(scope="session")
def sent_home(saturday_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Saturday, published once."""
    home = tmp_path_factory.mktemp("sent") / "home"
    shutil.copytree(saturday_home, home)
    Warehouse(home).publish()
    return home


@pytest.fixture
def home(sent_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sent_home, tmp_path / "home"))


def test_it_is_sent_once_to_each_in_their_language(home: Path, hook: Webhook, box: Mailbox) -> None:
    desk = Desk(home, MAIL, HOOK)
    first = desk.send()
    again = desk.send()
    assert first.revision == again.revision == 1
    assert desk.states(again) == {"directie": "sent", "team": "sent"}
    (mail,), (chat,) = box.mails, hook.taken

    assert (mail["From"], mail["To"]) == ("umot <umot@x.nl>", "baas@x.nl")
    assert mail["Subject"] == "Vlotte Fiets, zaterdag 21 november: 32 berichten, nettosentiment -21"
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "Waar de klachten over gaan" in plain.get_content()
    page = rich.get_content()
    assert "<script" not in page
    assert "<style" not in page
    assert "https://umot.example/?day=2026-11-21&amp;language=nl" in page
    pictures = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
    for name, part in pictures.items():
        assert part.get_content_type() == "image/png"
        assert f'src="cid:{name.strip("<>")}"' in page
    assert page.count("<img ") == page.count(' alt="') == len(pictures) == 2

    assert chat["title"].startswith("Vlotte Fiets, Saturday, 21 November: 32 posts")
    assert "https://umot.example/?day=2026-11-21&language=en" in chat["message"]
    assert "s3cr3t" not in str(first)


def test_the_command_sends_it_once_and_says_how_it_fares(
    home: Path, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "umot.toml").write_text(CHANNELS, "utf-8")
    command = ["--home", str(home), "digest", "--date", DAY.isoformat(), "--send"]
    monkeypatch.delenv("UMOT_HOOK", raising=False)
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 1, "the chat has no address"
    monkeypatch.setenv("UMOT_HOOK", os.environ["UMOT_MAIL"])
    second = CliRunner().invoke(app, command)
    assert second.exit_code == 0, second.output
    told = [line.split("\t")[:2] for line in second.stdout.splitlines()]
    assert [(name, state.split()[0]) for name, state in told] == [
        ("directie", "sent"),
        ("team", "sent"),
    ]
    assert CliRunner().invoke(app, command).exit_code == 0
    dutch, english = box.mails
    assert dutch["Subject"].startswith("Vlotte Fiets, zaterdag 21 november: 32 berichten")
    assert english["Subject"].startswith("Vlotte Fiets, Saturday, 21 November: 32 posts")
    part = english.get_body(("plain",))
    assert part is not None
    assert "32 posts" in part.get_content()


def test_what_fails_is_shown_and_tried_again(home: Path, hook: Webhook) -> None:
    desk = Desk(home, HOOK)
    hook.statuses = [500]
    first = desk.send()
    assert desk.states(first) == {"team": "waiting"}
    assert first.missing[0].error
    assert "s3cr3t" not in first.missing[0].error
    # A pass tries it when it is due, and not before.
    moments = [NOW + timedelta(minutes=1), NOW + timedelta(minutes=6)]
    rounds = [
        notify.deliver(desk.warehouse, desk.settings, clock=lambda at=one: at) for one in moments
    ]
    assert [one.sent for one in rounds] == [0, 1]
    assert len(hook.taken) == 1


@pytest.mark.slow
def test_who_asks_for_it_need_not_wait_and_a_revision_goes_to_all(
    home: Path, hook: Webhook, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(home, MAIL, HOOK)
    desk.send()
    monkeypatch.delenv("UMOT_HOOK")
    desk.now += timedelta(days=1)
    assert desk.send(refresh=True).revision == 1, "nothing changed, so there is nothing to send"
    desk.world.say("2026-11-21 23:10", "Nog één bericht over de bezorging.", "-", "delivery")
    desk.warehouse.publish()
    sent = desk.send(refresh=True)
    for _ in range(2):
        assert desk.states(sent) == {"directie": "sent", "team": "waiting"}
        sent = desk.send()
    assert sent.revision == 2
    assert desk.states(sent) == {"directie": "sent", "team": "given_up"}
    monkeypatch.setenv("UMOT_HOOK", f"json://{hook.address}/path")
    assert desk.states(desk.send()) == {"directie": "sent", "team": "sent"}
    assert len(hook.taken) == len(box.mails) == 2


@pytest.mark.slow
def test_a_sent_digest_stays_as_it_was_until_it_is_refreshed(home: Path, box: Mailbox) -> None:
    desk = Desk(home, MAIL)
    desk.send()
    (mail,) = box.mails
    desk.world.say("2026-11-21 23:10", "Nog één bericht.", "-", "delivery")
    desk.warehouse.publish()
    with desk.warehouse.read() as db:
        kept = sending.shown(db, desk.settings, BRAND, DAY, "nl")
        other = sending.shown(db, desk.settings, BRAND, DAY, "en")  # not sent in this language
    assert (kept.posts.total, other.posts.total) == (32, 33)
    again = email.message_from_string(render(kept, "eml"), policy=email.policy.default)
    assert again["X-Unsent"] == "1", "it opens as a draft"
    for sort in ("plain", "html"):
        first, second = mail.get_body((sort,)), again.get_body((sort,))
        assert first is not None
        assert second is not None
        assert without_link(first.get_content()) == without_link(second.get_content())

    assert desk.send(refresh=True).revision == 2
    assert mail["Message-ID"] != box.mails[1]["Message-ID"]
    assert "33 berichten" in box.mails[1]["Subject"]
    with desk.warehouse.read() as db:
        assert from_json(digests.kept(db, BRAND, DAY, 1, "nl").payload) == kept  # type: ignore[union-attr]
        assert sending.shown(db, desk.settings, BRAND, DAY, "nl").posts.total == 33


def without_link(text: str) -> list[str]:
    """The lines, but for those about the address of the page."""
    lines = [line.rstrip() for line in text.splitlines()]
    return [
        line for line in lines if line and "umot.example" not in line and "Het hele" not in line
    ]


def test_the_same_digest_is_the_same_mail(home: Path) -> None:
    desk = Desk(home, MAIL)
    with desk.warehouse.read() as db:
        one = sending.fresh(db, desk.settings, BRAND, DAY, "nl")
    assert render(one, "eml") == render(one, "eml")


def test_what_is_erased_goes_from_digests_that_were_sent(home: Path, box: Mailbox) -> None:
    desk = Desk(home, MAIL)
    desk.send()
    with desk.warehouse.transaction("test") as db:
        before = digests.kept(db, BRAND, DAY, 1, "nl")
        assert before is not None
        quoted = from_json(before.payload).negative[0]
        forget.erase(db, Wanted(posts=[quoted.post_id]), Gate(home, b"key"))
        after = digests.kept(db, BRAND, DAY, 1, "nl")
        assert after is not None
        assert quoted.post_id in before.payload
        assert quoted.post_id not in after.payload
        assert from_json(after.payload).posts == from_json(before.payload).posts
        assert digests.mail(db, before.key, "nl") is None
        sending.mend(db, desk.settings)
        made = digests.mail(db, before.key, "nl")
    assert made is not None
    assert quoted.text[:40] not in made.replace("=\r\n", "")


def test_where_there_is_no_channel_it_says_so(home: Path) -> None:
    with pytest.raises(Fatal, match=r"digest\.channels"):
        Desk(home).send()
    with pytest.raises(Fatal, match="'en'"):
        Desk(home, MAIL).send(language="en")
