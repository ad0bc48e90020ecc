"""Raising alerts and sending what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from umot import alerts, notify
from umot.notify.deliver import Deliveries, utc_now
from umot.pipeline.monitor import Monitor, one_line
from umot.post import Alert
from warehouse import alert_states
from warehouse.alert_states import Life

log = logging.getLogger("umot")


def raise_alerts(monitor: Monitor, *, now: datetime) -> list[Alert]:
    """Bring the alerts up to date and write down what is to be sent, all or nothing.

    Returns those that people should hear of: new, graver, back again, or on after a snooze.
    """
    settings = monitor.settings
    life = Life(
        timedelta(hours=settings.alerts.calm_hours), timedelta(hours=settings.alerts.cooldown_hours)
    )
    with monitor.warehouse.transaction("umot alerts") as db:
        due = alerts.due(db, settings, now)
        changes = alert_states.follow(db, due, now=now, life=life)
        notify.queue(db, settings, changes, now)
    return [change.alert for change in changes]


def deliver(monitor: Monitor, *, clock: Callable[[], datetime] = utc_now) -> Deliveries:
    """Send the messages that are due; never raises, for a pass is not to fail by it.

    `clock` is the real one, also where the pass makes a past moment again: it is now that the
    channels are spoken to.
    """
    try:
        return notify.deliver(monitor.warehouse, monitor.settings, clock=clock)
    except Exception as error:  # what was not sent is still in the outbox; the next pass goes on
        log.debug("sending stopped", exc_info=True)
        return Deliveries(failures=(f"alerts not delivered: {one_line(error)}",))
