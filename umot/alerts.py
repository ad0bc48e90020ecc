"""Alerts: which rules fire now, and the sentence that says why."""

from __future__ import annotations

import hashlib
from datetime import datetime

from umot.config import Settings
from umot.post import Alert
from warehouse import Connection
from warehouse import alerts as rules

VIRAL = "viral_negative"
REASONS = {
    "nl": "{growth} reacties erbij in {hours:g} uur, {ratio:.0f} keer zoveel als gewoonlijk in "
    "{source} ({usual:g}); in totaal {total}.",
    "en": "{growth} more reactions in {hours:g} hours, {ratio:.0f} times the usual in {source} "
    "({usual:g}); {total} in all.",
}


def due(db: Connection, settings: Settings, now: datetime) -> list[Alert]:
    """The alerts that the rules give at `now`, known ones included."""
    rule = settings.alerts
    found = rules.rising(
        db, now=now, hours=rule.viral_hours, floor=rule.viral_floor, ratio=rule.viral_ratio
    )
    return [viral(post, settings, now) for post in found]


def viral(post: rules.Rising, settings: Settings, now: datetime) -> Alert:
    """The alert for a negative post that goes viral; high from 5 times the floor on."""
    rule = settings.alerts
    reasons = {
        language: template.format(
            growth=post.growth,
            hours=rule.viral_hours,
            ratio=post.growth / post.usual_growth,
            source=post.source,
            usual=post.usual_growth,
            total=post.total,
        )
        for language, template in REASONS.items()
    }
    return Alert(
        alert_id=alert_id(VIRAL, post.brand, post.post_id),
        kind=VIRAL,
        brand=post.brand,
        subject=post.post_id,
        post_id=post.post_id,
        severity="high" if post.growth >= 5 * rule.viral_floor else "medium",
        reason=reasons[settings.brand.language],
        raised_at=now,
        reasons=reasons,
    )


def alert_id(kind: str, brand: str, subject: str) -> str:
    """16 hexadecimal digits: one alert per rule, brand and subject, however often it fires."""
    return hashlib.blake2b(f"{kind}\0{brand}\0{subject}".encode(), digest_size=8).hexdigest()
