"""The words of a message, in Dutch or English, as HTML that hostile text cannot break out of.

apprise makes Markdown, Slack's own markup or plain text of the HTML where a channel wants that,
and escapes for it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlsplit

from umot.journey_rules import STAGE_NAMES

LONGEST = 280  # characters quoted of a post

KINDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "viral_negative": "een negatief bericht gaat viraal",
        "heading_viral": "een negatief bericht dreigt viraal te gaan",
        "volume_spike": "opvallend veel berichten",
        "negative_share": "opvallend veel negatieve berichten",
        "stage_dip": "een moment in de klantreis zakt weg",
        "rating_bomb": "een golf lage beoordelingen",
        "stale_source": "een bron geeft niets nieuws meer",
        "failing_source": "een bron is niet te lezen",
    },
    "en": {
        "viral_negative": "a negative post is going viral",
        "heading_viral": "a negative post may be going viral",
        "volume_spike": "unusually many posts",
        "negative_share": "unusually many negative posts",
        "stage_dip": "a moment of the journey is sinking",
        "rating_bomb": "a burst of low ratings",
        "stale_source": "a source has stopped giving anything new",
        "failing_source": "a source cannot be read",
    },
}
SEVERITIES: Mapping[str, Mapping[str, str]] = {
    "nl": {"low": "LAAG", "medium": "MIDDEL", "high": "HOOG"},
    "en": {"low": "LOW", "medium": "MEDIUM", "high": "HIGH"},
}
EVENTS: Mapping[str, Mapping[str, str]] = {
    "nl": {"escalated": " (ernstiger)", "reopened": " (opnieuw)", "woken": " (na uitstel)"},
    "en": {"escalated": " (graver)", "reopened": " (again)", "woken": " (after a snooze)"},
}
STAGE = {"nl": "Moment in de klantreis: {}.", "en": "Moment of the journey: {}."}
LINK = {"nl": "Het bericht", "en": "The post"}
TAKE_UP = {"nl": "Oppakken: umot alerts ack {}", "en": "Take it up: umot alerts ack {}"}
TEST_TITLE = {
    "nl": "[TEST] {}: proefbericht van umot",
    "en": "[TEST] {}: a test message from umot",
}
TEST = {
    "nl": "Dit is een proef van kanaal {}: er is niets aan de hand. Waarschuwingen komen hier aan.",
    "en": "This is a test of channel {}: nothing is the matter. Alerts will arrive here.",
}


def title(language: str, severity: str, brand: str, kind: str, event: str) -> str:
    """One line: how grave, whom it is about and what is going on; no word of a post."""
    what = KINDS[language].get(kind, kind.replace("_", " "))
    line = f"[{SEVERITIES[language][severity]}] {brand}: {what}{EVENTS[language].get(event, '')}"
    return one_line(line)


def text(language: str, reason: str, stage: str | None) -> str:
    """The reason, and the stage it is about where there is one."""
    if not stage:
        return one_line(reason)
    return f"{one_line(reason)}\n{STAGE[language].format(STAGE_NAMES[language].get(stage, stage))}"


def page(
    language: str,
    text: str,
    *,
    alert_id: str | None = None,
    quoted: str = "",
    url: str | None = None,
    defang: bool = True,
) -> str:
    """A message as HTML. `quoted` and `url` are a stranger's; `defang` keeps names unmentioned."""
    lines = [escape(line) for line in text.splitlines() if line]
    if quoted := shortened(quoted):
        safe = quoted.replace("@", "@\u200b") if defang else quoted
        lines.append(f"<i>“{escape(safe)}”</i>")
    if link := web_address(url):
        # As its own words too, for where links are shown as plain text.
        shown = escape(link)
        lines.append(f'{LINK[language]}: <a href="{shown}">{shown}</a>')
    if alert_id:
        lines.append(escape(TAKE_UP[language].format(alert_id)))
    return "".join(f"<p>{line}</p>" for line in lines)


def lines(text: str, *, defang: bool = True) -> str:
    """Plain lines as HTML; one that is a web address becomes a link."""
    parts = []
    for line in filter(None, map(one_line, text.splitlines())):
        if line == web_address(line):
            parts.append(f'<a href="{escape(line)}">{escape(line)}</a>')
        else:
            parts.append(escape(line.replace("@", "@\u200b") if defang else line))
    return "".join(f"<p>{part}</p>" for part in parts)


def one_line(text: str) -> str:
    """Without line breaks, control characters and what turns the direction of writing."""
    kept = "".join(
        character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
    return " ".join(kept.split())


def shortened(text: str) -> str:
    """The beginning of a post, in one line, cut between words."""
    line = one_line(text)
    if len(line) <= LONGEST:
        return line
    return line[:LONGEST].rsplit(" ", 1)[0].rstrip() + " …"


def web_address(url: str | None) -> str | None:
    """A web address whose signs mean nothing in any markup; None for anything else.

    An @ is written %40: chats call whoever is named behind it. Where it hides the host there is no
    link.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # a stranger's: no link is shown then
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return quote(url, safe=":/?#!$&+,;=%~-._")
