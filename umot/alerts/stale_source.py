"""A source is read without trouble and gives nothing new."""

from __future__ import annotations

from umot.alerts.made import made, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look

NAME = "stale_source"
REASONS = {
    "nl": "{source} is gewoon te lezen maar geeft al {hours} uur niets nieuws; tot nu toe duurde "
    "dat hooguit {longest} uur ({visits} keer kwam er iets nieuws in vier weken).",
    "en": "{source} can be read but has given nothing new for {hours} hours; so far that took "
    "{longest} hours at most (something new came {visits} times in four weeks).",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """One alert for each such source."""
    rule = settings.alerts.stale_source
    sources = {source.name: source for source in settings.sources}
    rows = look.ask(f"rule_{NAME}", sources=list(sources), **rule.model_dump())
    return [
        made(
            look,
            settings,
            NAME,
            brand=sources[row["source"]].brand or settings.brand.name,
            subject=f"source:{row['source']}",
            strength=row["hours"] / max(rule.hours, rule.times * row["longest"]),
            reasons=said(REASONS, **row),
        )
        for row in rows
    ]
