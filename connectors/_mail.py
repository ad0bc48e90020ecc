"""What is kept of a mail: who said what, without attachments, quotations and signatures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from connectors._text import html_to_text, storable
from umot.errors import Skippable

ANSWERING = re.compile(r"^\s*((re|fw|fwd|aw|wg|antw|doorst|tr|sv)\s*:\s*)+", re.IGNORECASE)
# What stands above a quotation: "Op 3 mei 2026 om 10:00 schreef Klaver <…>:"
ABOVE = re.compile(
    r"^\s*(op|on|am|le)\b.{4,200}\b(schreef|wrote|schrieb|a écrit)\b.{0,120}:\s*$"
    r"|^-{2,}\s*(oorspronkelijk bericht|original message|ursprüngliche nachricht|message d'origine)"
    r"|^(van|from|von|de)\s?:\s.+(@|\[mailto)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"^--\s*$")
IDS = re.compile(r"<[^<>\s]+>")
# What the library lets escape when a mail is odd enough: such a mail is at fault, not the mailbox.
STUMBLES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail; ids are hashes, since what stands there may name people."""

    id: str
    subject: str
    body: str
    sender: str
    posted_at: datetime | None
    thread: str | None
    parent: str | None
    automatic: bool

    def as_json(self) -> dict[str, Any]:
        """What is stored of it."""
        at = self.posted_at.isoformat() if self.posted_at else None
        return {**asdict(self), "posted_at": at}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Mail:
        """The mail that was stored."""
        at = stored["posted_at"]
        return cls(**{**stored, "posted_at": datetime.fromisoformat(at) if at else None})


def read(content: bytes) -> Mail:
    """Read a mail, whole or cut off. Raises `Skippable` for one that cannot be made out."""
    try:
        return _read(content)
    except STUMBLES as error:
        raise Skippable(f"no readable mail ({type(error).__name__})") from error


def _read(content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    references = IDS.findall(_header(message, "References"))
    parent = (IDS.findall(_header(message, "In-Reply-To")) or references[-1:] or [None])[0]
    own = (IDS.findall(_header(message, "Message-ID")) or [""])[0]
    automatic = _header(message, "Auto-Submitted").strip().lower() not in ("", "no")
    root = (references or [parent])[0]
    return Mail(
        id=_hash(own.encode() if own else content),
        subject=storable(" ".join(ANSWERING.sub("", _header(message, "Subject")).split())),
        body=storable(own_words(_text(message))),
        sender=parseaddr(_header(message, "From"))[1].strip().casefold(),
        posted_at=_date(_header(message, "Date")),
        thread=_hash(root.encode()) if root else None,
        parent=_hash(parent.encode()) if parent else None,
        automatic=automatic,
    )


def own_words(text: str) -> str:
    """A text up to its signature or what it answers to, without quoted lines."""
    kept: list[str] = []
    for line in text.splitlines():
        if SIGNATURE.match(line) or (ABOVE.match(line) and any(one.strip() for one in kept)):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _text(message: EmailMessage) -> str:
    """The words: the plain text, else the HTML; parts that are attached are not looked at."""
    for kind in ("plain", "html"):
        try:
            part = message.get_body(preferencelist=(kind,))
        except (AttributeError, KeyError, ValueError):
            part = None
        if part is None or part.is_attachment():
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        try:
            text = data.decode(part.get_content_charset() or "utf-8", "replace")
        except (LookupError, ValueError):  # a character set that nobody knows, or none of text
            text = data.decode("utf-8", "replace")
        text = html_to_text(text) if kind == "html" else text
        if text.strip():
            return text.replace("\r\n", "\n")
    return ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except STUMBLES:  # the rest of the mail may well be readable
        return ""


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except STUMBLES:
        return None


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
