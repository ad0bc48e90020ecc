"""A source cannot be read."""

from __future__ import annotations

from umot.alerts.made import LONGEST, made, said
from umot.config import Settings
from umot.journey_rules import LANGUAGES
from umot.post import Alert
from warehouse.alerts import Look

NAME = "failing_source"
REASONS = {
    "nl": "{source} was {failures} keer achter elkaar niet te lezen, sinds {since}{ever}. De "
    "laatste fout: {error}",
    "en": "{source} could not be read {failures} times in a row, since {since}{ever}. The last "
    "error: {error}",
}
EVER = {
    True: {"nl": "", "en": ""},
    False: {
        "nl": "; goed ging het de laatste weken nog niet",
        "en": "; it has not gone well in weeks",
    },
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """One alert for each such source; one that only somebody can mend is of medium severity."""
    rule = settings.alerts.failing_source
    sources = {source.name: source for source in settings.sources}
    rows = look.ask(f"rule_{NAME}", sources=list(sources), **rule.model_dump())
    return [
        made(
            look,
            settings,
            NAME,
            brand=sources[row["source"]].brand or settings.brand.name,
            subject=f"source:{row['source']}",
            strength=max(
                row["failures"] / rule.failures, rule.medium if row["error_kind"] == "fatal" else 0
            ),
            reasons=said(
                REASONS,
                source=row["source"],
                failures=row["failures"],
                since=dict.fromkeys(LANGUAGES, f"{row['failing_since']:%Y-%m-%d %H:%M}Z"),
                ever=EVER[row["last_well"] is not None],
                error=(row["error"] or "?")[:LONGEST],
            ),
        )
        for row in rows
    ]
