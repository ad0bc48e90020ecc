"""Which channel hears of which change of an alert; what is to be sent goes into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from umot.config import Channel, Settings
from umot.notify import words
from umot.post import Alert
from warehouse import Connection, outbox
from warehouse.alert_states import Change
from warehouse.outbox import Message


def queue(db: Connection, settings: Settings, changes: Sequence[Change], now: datetime) -> int:
    """Write the messages about these changes, in the caller's transaction; returns how many."""
    messages = [
        message(change, channel, settings)
        for change in changes
        for channel in settings.alerts.channels
        if hears(channel, change.alert)
    ]
    return sum(outbox.put(db, one, now) for one in messages)


def hears(channel: Channel, alert: Alert) -> bool:
    """Whether a channel wants alerts like this one; one of no stage only where all are wanted."""
    return (
        alert.severity in channel.severities
        and (not channel.brands or alert.brand in channel.brands)
        and (not channel.stages or alert.stage in channel.stages)
    )


def message(change: Change, channel: Channel, settings: Settings) -> Message:
    """A change of an alert in the channel's language."""
    alert = change.alert
    language = channel.language or settings.brand.language
    reason = alert.reasons.get(language, alert.reason)
    return Message(
        kind="alert",
        key=f"{alert.alert_id}/{change.sequence}",
        recipient=channel.name,
        severity=alert.severity,
        language=language,
        title=words.title(language, alert.severity, alert.brand, alert.kind, change.event),
        text=words.text(language, reason, alert.stage),
        alert_id=alert.alert_id,
        post_id=alert.post_id,
    )
