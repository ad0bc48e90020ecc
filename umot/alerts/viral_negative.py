"""A negative post gains reactions much faster than its source's posts of the same age did."""

from __future__ import annotations

from datetime import timedelta

from umot.alerts.made import about, made, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look

NAME = "viral_negative"
# What is usual where a source's own posts do not tell: 4 reactions, give or take 2.7 times.
PRIOR = {"weight": 20, "prior_middle": 1.6, "prior_spread": 1.0, "least_spread": 0.5}
REASONS = {
    "nl": "{growth} interacties erbij in {hours} uur (samen {total}), {ratio} keer zoveel als een "
    "gewoon bericht in {source} op die leeftijd ({usual}; vergeleken berichten: "
    "{mates}). Het was toen {age} uur oud.{stage}",
    "en": "{growth} more reactions in {hours} hours ({total} in all), {ratio} times as many as a "
    "usual post in {source} at that age ({usual}; posts compared: {mates}). It was {age} "
    "h old then.{stage}",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """One alert for each such post."""
    rule = settings.alerts.viral_negative
    start = look.now - timedelta(hours=rule.hours)
    rows = look.ask(f"rule_{NAME}", window_start=start, **rule.model_dump(), **PRIOR)
    stages = look.peak_stages([row["post_id"] for row in rows])
    return [
        made(
            look,
            settings,
            NAME,
            brand=row["brand"],
            subject=row["post_id"],
            post_id=row["post_id"],
            strength=row["growth"] / row["needed"],
            reasons=said(
                REASONS,
                **row,
                hours=rule.hours,
                ratio=row["growth"] / row["usual"],
                stage=about(stages.get(row["post_id"])),
            ),
        )
        for row in rows
    ]
