"""Emptying the outbox: claim a message, send it, mark it; what fails is tried again later.

Alerts and digests go this one way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from umot.config import Settings
from umot.errors import Fatal
from umot.notify import words
from warehouse import Connection, Warehouse, digests, outbox
from warehouse.outbox import Message, Words

if TYPE_CHECKING:
    from umot.notify.channels import Speaker

COMMAND = "umot (sending)"
Send = Callable[["Speaker"], str | None]  # None when it was taken, else why not


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What came of a round: how many were taken, and a line for each channel that failed."""

    sent: int = 0
    failures: tuple[str, ...] = ()


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def deliver(
    warehouse: Warehouse,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    environment: Mapping[str, str] | None = None,
) -> Deliveries:
    """Send what is due. A channel that fails is left alone for the rest of the round.

    Raises `Retriable` only where the warehouse stays busy; what was not sent stays then.
    """
    speakers: dict[tuple[str, str], Speaker] = {}
    failed: dict[str, str] = {}
    sent = 0
    while True:
        severities = allowed(settings, clock())
        with warehouse.transaction(COMMAND) as db:
            message = outbox.claim(db, now=clock(), severities=severities, skipped=failed)
            if message is None:
                break
            send = sender(db, message)
        error = attempt(message, send, settings, speakers, environment)
        with warehouse.transaction(COMMAND) as db:
            if error is None:
                outbox.sent(db, message, clock())
                sent += 1
                continue
            over = outbox.failed(db, message, error, clock(), settings.alerts.attempts)
        end = f"given up (attempt {message.attempts})" if over else "it will be tried again"
        what = f"{message.kind} to {message.recipient!r}"
        failed[message.recipient] = f"{what} not delivered: {error}; {end}"
    return Deliveries(sent, tuple(failed.values()))


def sender(db: Connection, message: Message) -> Send:
    """How to send a message, with what it needs of the warehouse looked up."""
    if message.kind != digests.KIND:
        return partial(say_alert, message, outbox.words(db, message))
    return partial(send_digest, message, digests.mail(db, message.key, message.language))


def attempt(
    message: Message,
    send: Send,
    settings: Settings,
    speakers: dict[tuple[str, str], Speaker],
    environment: Mapping[str, str] | None,
) -> str | None:
    """Send one message; None when it was taken, else why not."""
    from umot.notify.channels import Speaker  # apprise takes long to import: not at every command

    name = message.recipient
    of_digest = message.kind == digests.KIND
    channels = settings.digest.channels if of_digest else settings.alerts.channels
    key = (message.kind, name)
    try:
        if key not in speakers:
            known = {channel.name: channel for channel in channels}
            if name not in known:
                return f"there is no channel {name!r} in umot.toml any more"
            speakers[key] = Speaker(known[name], environment)
    except Fatal as error:
        return str(error)
    return send(speakers[key])


def say_alert(message: Message, shown: Words | None, speaker: Speaker) -> str | None:
    """An alert with the words of its post."""
    quoted = ". ".join(filter(None, (shown.title, shown.body))) if shown else ""
    page = words.page(
        message.language,
        message.text,
        alert_id=message.alert_id,
        quoted=quoted,
        url=shown.url if shown else None,
        defang=speaker.defang,
    )
    return speaker.say(message.title, page, message.severity, message_id=message.message_id)


def send_digest(message: Message, mail: str | None, speaker: Speaker) -> str | None:
    """A digest: the whole mail to a mailbox, a few lines to a chat."""
    if not speaker.takes_mail:
        page = words.lines(message.text, defang=speaker.defang)
        return speaker.say(message.title, page, message.severity)
    if mail is None:
        return "its mail has to be made again (umot digest --send does)"
    return speaker.post(mail, message.message_id)


def allowed(settings: Settings, now: datetime) -> tuple[str, ...]:
    """The severities that may be sent at this moment."""
    rules = settings.alerts
    if rules.quiet_hours and quiet(rules.quiet_hours, settings.brand.time_zone, now):
        return ("high",) if rules.quiet_except_high else ()
    return ("low", "medium", "high")


def quiet(hours: str, time_zone: str, now: datetime) -> bool:
    """Whether it is quiet on the clocks of a zone; ``22:00-07:00`` goes on past midnight."""
    start, stop = (time.fromisoformat(part) for part in hours.split("-"))
    local = now.astimezone(ZoneInfo(time_zone)).time()
    if start <= stop:
        return start <= local < stop
    return local >= start or local < stop
