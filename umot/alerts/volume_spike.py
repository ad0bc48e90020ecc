"""Customers write far more posts than at this time on the days before."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from umot.alerts.made import about, made, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look

NAME = "volume_spike"
REASONS = {
    "nl": "{posts} berichten in {hours} uur; op dit uur van de dag zijn het er gewoonlijk "
    "{usual}, en hooguit {most} in de {days} dagen om mee te vergelijken. Negatief: "
    "{negative}.{stage}",
    "en": "{posts} posts in {hours} hours; at this time of day there are usually {usual}, and at "
    "most {most} in the {days} days to compare with. Negative: {negative}.{stage}",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """At most one alert a brand."""
    rule = settings.alerts.volume_spike
    local = look.now.astimezone(ZoneInfo(settings.brand.time_zone))
    rows = look.ask(f"rule_{NAME}", weekday=local.isoweekday(), **rule.model_dump())
    stages = look.busiest_stages(rule.hours) if rows else {}
    return [
        made(
            look,
            settings,
            NAME,
            brand=row["brand"],
            subject="posts",
            strength=row["score"] / rule.times,
            reasons=said(REASONS, **row, hours=rule.hours, stage=about(stages.get(row["brand"]))),
            stage=stages.get(row["brand"]),
        )
        for row in rows
    ]
