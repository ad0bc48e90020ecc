"""The alerts, a page at a time, with what was just done to them here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from umot.console import models
from umot.console.asked import packed, unpacked
from umot.console.overlay import Altered
from umot.console.posts import shapes
from umot.console.state import Console
from warehouse import Connection, alert_list, alert_threads, console_posts, digest_details
from warehouse.alert_list import Listed

WAITING = "waiting"  # open, put off for a while or not: what the overview counts
STATES = ("open", "acknowledged", "snoozed", "closed", "all")


def listed(
    console: Console, state: str, after: str | None, size: int, language: str, now: datetime
) -> models.Alerts:
    """One page of the alerts in a state, or `WAITING`, or "all"; the newest first."""
    key = unpacked(after, datetime, str)
    wanted = None if state in ("all", WAITING) else state
    begin = (key[0], key[1]) if key else None
    with console.copy.read() as db:
        changed = console.overlay.alerts()
        found = alert_list.listed(
            db, now=now, closed=state != WAITING, state=wanted, after=begin, apart=changed,
            size=size + 1,
        )  # fmt: skip
        # Those changed here stand in their places on the page, as they are now.
        own = [one.alert for one in changed.values() if fits(one, state, key)]
        page = sorted([*found, *own], key=order)
        shown = page[:size]
        made = full(console, db, shown, changed, language)
    last = shown[-1] if len(page) > size else None
    return models.Alerts(alerts=made, next=packed(last.raised_at, last.alert_id) if last else None)


def order(alert: Listed) -> tuple[float, str]:
    """The newest first."""
    return -alert.raised_at.timestamp(), alert.alert_id


def fits(one: Altered, state: str, key: tuple[Any, ...] | None) -> bool:
    """Whether an alert belongs in the list, after the place where the page begins."""
    alert = one.alert
    late = key is None or order(alert) > (-key[0].timestamp(), key[1])
    several = {"all": STATES, WAITING: ("open", "snoozed")}
    return late and alert.state in several.get(state, (state,))


def full(
    console: Console,
    db: Connection,
    alerts: list[Listed],
    changed: dict[str, Altered],
    language: str,
) -> list[models.Alert]:
    """Alerts with their history, the post each is about, and what has come of its thread."""
    history = alert_list.history(db, [one.alert_id for one in alerts])
    history |= {key: one.history for key, one in changed.items()}
    ids = list(dict.fromkeys(one.post_id for one in alerts if one.post_id))
    numbers = list(console_posts.numbers(db, ids).values()) if ids else []
    posts = {post.post_id: post for post in shapes(console, db, numbers, None, language)}
    about = tuple(sorted(one.alert_id for one in alerts if one.post_id))
    reasons = digest_details.reasons(db, [one.alert_id for one in alerts], language)
    threads = console.kept(("threads", about), lambda: alert_threads.threads(db, alerts))
    return [
        models.Alert(
            **asdict(one) | {"reason": reasons.get(one.alert_id, one.reason)},
            history=[models.Event(**event) for event in history.get(one.alert_id, [])],
            post=posts.get(one.post_id or ""),
            thread=threads.get(one.alert_id),
        )
        for one in alerts
    ]
