"""Emptying the outbox: claim a message, send it, mark it; what fails is tried again later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from umot.config import Settings
from umot.errors import Fatal
from umot.notify import words
from warehouse import Warehouse, outbox
from warehouse.outbox import Message, Words

if TYPE_CHECKING:
    from umot.notify.channels import Speaker

COMMAND = "umot alerts (sending)"


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
    speakers: dict[str, Speaker] = {}
    failed: dict[str, str] = {}
    sent = 0
    while severities := allowed(settings, clock()):
        with warehouse.transaction(COMMAND) as db:
            message = outbox.claim(db, now=clock(), severities=severities, skipped=failed)
            shown = outbox.words(db, message) if message else None
        if message is None:
            break
        error = attempt(message, shown, settings, speakers, environment)
        with warehouse.transaction(COMMAND) as db:
            if error is None:
                outbox.sent(db, message, clock())
                sent += 1
                continue
            over = outbox.failed(db, message, error, clock(), settings.alerts.attempts)
        end = f"given up (attempt {message.attempts})" if over else "it will be tried again"
        failed[message.recipient] = f"alert to {message.recipient!r} not delivered: {error}; {end}"
    return Deliveries(sent, tuple(failed.values()))


def attempt(
    message: Message,
    shown: Words | None,
    settings: Settings,
    speakers: dict[str, Speaker],
    environment: Mapping[str, str] | None,
) -> str | None:
    """Send one message; None when it was taken, else why not."""
    from umot.notify.channels import Speaker  # apprise takes long to import: not at every command

    name = message.recipient
    try:
        if name not in speakers:
            known = {channel.name: channel for channel in settings.alerts.channels}
            if name not in known:
                return f"there is no channel {name!r} in umot.toml any more"
            speakers[name] = Speaker(known[name], environment)
    except Fatal as error:
        return str(error)
    speaker = speakers[name]
    quoted = ". ".join(filter(None, (shown.title, shown.body))) if shown else ""
    page = words.page(
        message.language,
        message.text,
        alert_id=message.alert_id,
        quoted=quoted,
        url=shown.url if shown else None,
        defang=speaker.defang,
    )
    return speaker.say(message.title, page, message.severity)


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
