"""Speaking to a channel through apprise. Its address is a secret: it is never shown or stored."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote
from uuid import uuid4

import apprise
from apprise import NotifyBase, NotifyFormat, NotifyType
from apprise.plugins.email import NotifyEmail

from umot.config import Recipient, Settings
from umot.errors import Fatal, UnknownName
from umot.notify import mail, words

# Their words may hold addresses; what failed is said by us, with those taken out.
logging.getLogger("apprise").propagate = False

# Who speaks, in the headers and footers that some channels show; no pictures from the network.
US = apprise.AppriseAsset(
    app_id="umot", app_desc="umot alerts", image_url_mask="", image_url_logo=""
)
CONNECT, ANSWER = 10.0, 30.0  # seconds at least; an address may ask for more (cto=, rto=)
# Show what they are sent as Markdown, also where apprise thinks of plain text.
MARKDOWN = frozenset({"discord", "mmost", "mmosts", "rocket", "rockets", "zulip"})
# Hand on what they are sent to a program or a mailbox, where @name calls nobody.
LITERAL = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
KINDS = {"low": NotifyType.INFO, "medium": NotifyType.WARNING, "high": NotifyType.FAILURE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message to a channel; `error` None says that it was taken."""

    channel: str
    error: str | None = None


class Speaker:
    """One channel, ready to be spoken to. Raises `Fatal` where its address is missing or wrong."""

    def __init__(self, channel: Recipient, environment: Mapping[str, str] | None = None) -> None:
        self.name = channel.name
        values = os.environ if environment is None else environment
        self._url = values.get(channel.url_variable, "").strip()
        if not self._url:
            raise Fatal(f"channel {self.name!r}: the variable {channel.url_variable} is not set")
        with apprise.LogCapture(level=logging.ERROR):  # type: ignore[no-untyped-call]
            made = apprise.Apprise.instantiate(self._url, asset=US)
        if not isinstance(made, NotifyBase):
            raise Fatal(
                f"channel {self.name!r}: {channel.url_variable} holds no address that apprise "
                "understands, such as mailtos://user:password@example.org?to=team@example.org"
            )
        self._schema = self._url.split(":", 1)[0].lower()
        if self._schema in MARKDOWN and "format=" not in self._url:
            made.notify_format = NotifyFormat.MARKDOWN
        made.socket_connect_timeout = max(made.socket_connect_timeout, CONNECT)
        made.socket_read_timeout = max(made.socket_read_timeout, ANSWER)
        self._plugin = made

    @property
    def defang(self) -> bool:
        """Whether @name in a text could call somebody there."""
        return self._schema not in LITERAL

    @property
    def takes_mail(self) -> bool:
        """Whether it is a mail server, which can be given a whole mail."""
        return self._schema in mail.SCHEMES

    def post(self, ready: str, message_id: str) -> str | None:
        """Send a mail as it stands; None when it was taken, else why not, in a line."""
        if not isinstance(self._plugin, NotifyEmail):
            raise TypeError(f"channel {self.name!r} is no mailbox")
        error = mail.send(self._plugin, ready, message_id)
        return redacted(error, self._url) if error else None

    def say(
        self, title: str, page: str, severity: str = "low", *, message_id: str | None = None
    ) -> str | None:
        """Send a message (`page` is HTML); None when it was taken, else why not, in a line.

        `message_id` is the same at every attempt.
        """
        if self.takes_mail:
            return self.post(mail.written(title, page), message_id or uuid4().hex)
        speaker = apprise.Apprise(asset=US)
        speaker.add(self._plugin)
        # Where a channel has no titles it becomes part of the page.
        shown = title if self._plugin.title_maxlen > 0 else escape(title)
        with apprise.LogCapture(  # type: ignore[no-untyped-call]
            level=logging.WARNING, fmt="%(message)s"
        ) as said:
            taken = speaker.notify(
                body=page,
                title=shown,
                notify_type=KINDS[severity],
                body_format=NotifyFormat.HTML,
            )
            lines = said.getvalue().splitlines()
        if taken:
            return None
        return redacted(lines[-1] if lines else "it was not taken", self._url)


def redacted(text: str, url: str) -> str:
    """Text in one line without any part of an address but its kind."""
    rest = url.partition("://")[2]
    parts = {part for form in (rest, unquote(rest)) for part in re.split(r"[/:@?&=+,;\s]+", form)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) > 3:
            text = text.replace(part, "…")
    return words.one_line(text)[:300]


def try_out(
    settings: Settings, names: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Iterator[Outcome]:
    """Send every channel (or those named) a message marked as a test; what came of each.

    Raises `UnknownName` for a channel that there is not.
    """
    known = {channel.name: channel for channel in settings.alerts.channels}
    for name in names:
        if name not in known:
            raise UnknownName("channel", name, known)
    for channel in (known[name] for name in names or known):
        language = channel.language or settings.brand.language
        title = words.TEST_TITLE[language].format(words.one_line(settings.brand.name))
        text = words.TEST[language].format(channel.name)
        try:
            error = Speaker(channel, environment).say(title, words.page(language, text))
        except Fatal as problem:
            error = str(problem)
        yield Outcome(channel.name, error)
