"""Far more of the posts are negative than usual."""

from __future__ import annotations

from umot.alerts.made import about, made, percent, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look

NAME = "negative_share"
REASONS = {
    "nl": "{share} % van de {posts} berichten in {hours} uur is negatief ({negative}); "
    "gewoonlijk is dat {usual} %, over {days} dagen gerekend.{stage}",
    "en": "{share} % of the {posts} posts in {hours} hours are negative ({negative}); usually "
    "that is {usual} %, over {days} days.{stage}",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """At most one alert a brand."""
    rule = settings.alerts.negative_share
    rows = look.ask(f"rule_{NAME}", **rule.model_dump())
    stages = look.busiest_stages(rule.hours) if rows else {}
    return [
        made(
            look,
            settings,
            NAME,
            brand=row["brand"],
            subject="tone",
            strength=row["score"] / rule.times,
            reasons=said(
                REASONS,
                **{**row, "share": percent(row["share"]), "usual": percent(row["usual"])},
                hours=rule.hours,
                stage=about(stages.get(row["brand"])),
            ),
            stage=stages.get(row["brand"]),
        )
        for row in rows
    ]
