"""A young negative post will probably have gone viral at the age of 24 hours."""

from __future__ import annotations

from statistics import NormalDist

from umot.alerts.made import about, made, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look

NAME = "heading_viral"
PRIOR = {"weight": 20, "prior_middle": 1.6, "prior_spread": 0.8, "least_spread": 0.2}
REASONS = {
    "nl": "Naar verwachting {expected} interacties na 24 uur (4 op 5 kans: {low} tot {high}); "
    "viraal is hier {goal}. Na {age} uur waren het er {total}; een gewoon bericht in {source} "
    "haalt {usual} in een dag (vergeleken berichten: {mates}).{stage}",
    "en": "About {expected} reactions to be expected at 24 hours (4 in 5 chance: {low} to {high}); "
    "viral is {goal} here. At the age of {age} h it had {total}; a usual post in {source} gets "
    "{usual} in a day (posts compared: {mates}).{stage}",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """One alert for each such post."""
    rule = settings.alerts.heading_viral
    sureness = NormalDist().inv_cdf(rule.sureness)
    rows = look.ask(f"rule_{NAME}", **{**rule.model_dump(), **PRIOR, "sureness": sureness})
    stages = look.peak_stages([row["post_id"] for row in rows])
    return [
        made(
            look,
            settings,
            NAME,
            brand=row["brand"],
            subject=row["post_id"],
            post_id=row["post_id"],
            strength=row["expected"] / row["goal"],
            reasons=said(REASONS, **row, stage=about(stages.get(row["post_id"]))),
        )
        for row in rows
    ]
