"""Channels: what each hears of, and that strangers' words and addresses do no harm there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from umot.config import Channel
from umot.notify import words
from umot.notify.channels import Speaker, redacted
from umot.notify.routing import hears
from umot.post import Alert

from .receivers import HOSTILE, Webhook, mailbox

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_in_a_chat_nobody_is_called_and_no_markup_works(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UMOT_CHAT", f"mmost://{hook.address}/{'t' * 24}")
    speaker = Speaker(Channel(name="chat", url_variable="UMOT_CHAT"))
    assert speaker.defang
    page = words.page("en", "It grows.", quoted=HOSTILE, defang=speaker.defang)
    assert speaker.say("Title", page) is None
    text = str(hook.taken[0]["text"])
    assert "@everyone" not in text
    assert "@\u200beveryone" in text
    assert "[klik](http://evil.example)" not in text
    assert "*vet*" not in text.replace("\\*", "")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"severities": ["high"]}, False),
        ({"severities": ["medium"], "brands": ["Vlotwiel"]}, True),
        ({"brands": ["Ander"]}, False),
        ({"stages": ["end", "peak"]}, True),
        ({"stages": ["zero"]}, False),
    ],
)
def test_a_channel_hears_of_what_it_wants(wanted: dict[str, Any], expected: bool) -> None:
    alert = Alert("a", "k", "Vlotwiel", "s", None, "medium", "r", NOW, stage="end")
    assert hears(Channel(name="x", url_variable="UMOT_X", **wanted), alert) is expected


def test_no_part_of_an_address_is_shown() -> None:
    url = "mailtos://jan:h%40mm3r!@smtp.example.org:587?to=team@example.org"
    said = redacted("Login jan / h@mm3r! at smtp.example.org failed\nfor team", url)
    assert said == "Login jan / h@… at … failed for …"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "http://[", "", None, "//x"])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert words.web_address(url) is None
    assert words.web_address('https://x.nl/a"b c') == "https://x.nl/a%22b%20c"
    assert words.web_address("https://x.nl/@everyone/1") == "https://x.nl/%40everyone/1"
    assert words.web_address("https://bank.example@evil.example/") is None


def test_a_mail_that_one_of_two_receivers_is_refused_is_not_sent_to_the_other_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mailbox() as box:
        box.refused = "b@example.org"
        address = f"mailto://{box.address}?from=umot@example.org&to=a@example.org,b@example.org"
        monkeypatch.setenv("UMOT_MAIL", address)
        speaker = Speaker(Channel(name="mail", url_variable="UMOT_MAIL"))
        page = words.page("nl", "Het groeit.", quoted="<b>Nooit weer</b>", defang=speaker.defang)
        assert speaker.say("[hoog] Merk", page, message_id="abc") is None
    (mail,) = box.mails
    assert mail["Subject"] == "[hoog] Merk"
    assert mail["Message-ID"] == "<umot.abc@example.org>"
    plain, rich = (part.get_content() for part in mail.iter_parts())
    assert "Het groeit." in plain
    assert "<b>Nooit weer</b>" in plain
    assert "&lt;b&gt;Nooit weer&lt;/b&gt;" in rich


def test_a_password_that_smtp_cannot_carry_is_a_failure_like_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mailbox() as box:
        box.signs_in = True
        address = f"mailto://jan:caf%C3%A9@{box.address}?from=umot@example.org&to=a@example.org"
        monkeypatch.setenv("UMOT_MAIL", address)
        error = Speaker(Channel(name="mail", url_variable="UMOT_MAIL")).say("x", "<p>x</p>")
    assert error == "the user name or password holds signs that mail servers cannot be told"
    assert box.mails == []
