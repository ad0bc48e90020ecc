"""All rules, and what they give at a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from umot.alerts import (
    failing_source,
    heading_viral,
    negative_share,
    rating_bomb,
    stage_dip,
    stale_source,
    viral_negative,
    volume_spike,
)
from umot.config import Settings
from umot.post import Alert
from warehouse import Connection
from warehouse.alerts import Look

RULES: Mapping[str, Callable[[Look, Settings], list[Alert]]] = {
    "viral_negative": viral_negative.due,
    "heading_viral": heading_viral.due,
    "volume_spike": volume_spike.due,
    "negative_share": negative_share.due,
    "stage_dip": stage_dip.due,
    "rating_bomb": rating_bomb.due,
    "stale_source": stale_source.due,
    "failing_source": failing_source.due,
}
REACH = ("viral_negative", "heading_viral")  # they read how often a post was liked and shared
SOURCES = ("stale_source", "failing_source")  # they read visits only


def due(db: Connection, settings: Settings, now: datetime) -> list[Alert]:
    """The alerts that the enabled rules give at `now`, known ones included."""
    enabled = [name for name in RULES if getattr(settings.alerts, name).enabled]
    return fired(Look(db, now), settings, enabled)


def fired(look: Look, settings: Settings, names: Collection[str]) -> list[Alert]:
    """What the named rules give. A post that goes viral is not also told to be heading there."""
    if set(names) - set(SOURCES):
        look.gather(reach=bool(set(names) & set(REACH)))
    found = [alert for name in RULES if name in names for alert in RULES[name](look, settings)]
    viral = {(one.brand, one.subject) for one in found if one.kind == "viral_negative"}
    return [
        one for one in found if one.kind != "heading_viral" or (one.brand, one.subject) not in viral
    ]
