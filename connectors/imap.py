"""IMAP: complaints and survey mails in a mailbox of the company."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors._imap_box import Box, Login
from connectors._keys import several
from connectors._mail import Mail, read
from umot.errors import Fatal, Skippable
from umot.post import Batch, Kind, Post, RawItem, Role

PASSWORD, TOKEN = "UMOT_IMAP_PASSWORD", "UMOT_IMAP_TOKEN"
AT_ONCE = 50


class Imap:
    """Mails in a mailbox of the company: complaints, answers to surveys.

    `user` is who signs in at `host`; the password is in UMOT_IMAP_PASSWORD, or an OAuth token in
    UMOT_IMAP_TOKEN. Mails stay unread and where they are. Attachments and what is quoted of
    earlier mails are left out. Writers at `company_domains` are the company. `security` is ssl,
    starttls, or none for a server on this machine. The first run goes `history_days` back.
    `timeout` is seconds of silence.
    """

    about_brand = True  # who writes to the company writes about it

    def __init__(
        self,
        host: str,
        user: str,
        mailbox: str = "INBOX",
        port: int = 993,
        security: str = "ssl",
        platform: str = "mail",
        company_domains: Sequence[str] = (),
        history_days: float = 90.0,
        timeout: float = 30.0,
    ) -> None:
        if security not in ("ssl", "starttls", "none"):
            raise Fatal(f"security {security!r} is not one of ssl, starttls, none")
        if security == "none" and host not in ("localhost", "127.0.0.1", "::1"):
            raise Fatal(f"without encryption the password for {host} could be read on the way")
        self._host, self._port, self._security = host, port, security
        self._user, self._mailbox, self._platform = user, mailbox, platform
        self._domains = {name.casefold().lstrip("@") for name in several(company_domains)}
        self._history, self._timeout = timedelta(days=history_days), timeout

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the mails that came since, in the order they came, the cursor moving with them."""
        password, token = (os.environ.get(name, "").strip() for name in (PASSWORD, TOKEN))
        if not (password or token):
            raise Fatal(f"IMAP needs the environment variable {PASSWORD} or {TOKEN}")
        known = cursor or {}
        login = Login(
            self._user, password, token, f"check `user` and {TOKEN if token else PASSWORD}"
        )
        with Box(self._host, self._port, self._security, self._timeout, login) as box:
            validity = box.open(self._mailbox)
            # Another validity: the server has numbered the mailbox anew.
            last = int(known.get("last", 0)) if known.get("validity") == validity else 0
            numbers = box.since(last, None if last else now - self._history)
            if not numbers:
                yield Batch((), {"validity": validity, "last": last})
            for at in range(0, len(numbers), AT_ONCE):
                some = numbers[at : at + AT_ONCE]
                items = []
                for number, content in box.fetch(some):
                    where = f"{self._host} {self._mailbox} {number}"
                    items.append(RawItem(_payload(content), now, where))
                yield Batch(tuple(items), {"validity": validity, "last": some[-1]})

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the mail: its subject and what its writer said in it."""
        if why := raw.payload.get("unread"):
            raise Skippable(f"{raw.place}: {why}")
        mail = Mail.of(raw.payload["mail"])
        if mail.posted_at is None:
            raise Skippable(f"{raw.place}: no readable date")
        domain = mail.sender.rpartition("@")[2]
        ours = any(domain == one or domain.endswith(f".{one}") for one in self._domains)
        role = Role.BRAND if ours else Role.CUSTOMER if mail.sender else Role.UNKNOWN
        yield Post(
            platform=self._platform,
            native_id=mail.id,
            kind=Kind.COMMENT if mail.parent else Kind.POST,
            title=mail.subject or None,
            body=mail.body,
            author=mail.sender or None,
            author_role=Role.UNKNOWN if mail.automatic and not ours else role,
            posted_at=mail.posted_at,
            thread_id=f"{self._platform}:{mail.thread or mail.id}",
            parent_id=f"{self._platform}:{mail.parent}" if mail.parent else None,
        )


def _payload(content: bytes) -> dict[str, Any]:
    """Make what is stored of a mail; of one that cannot be read why, for `parse` to tell."""
    try:
        return {"mail": read(content).as_json()}
    except Skippable as error:  # raised here it would stop the mailbox, again at each visit
        return {"unread": str(error)}
