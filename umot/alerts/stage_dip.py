"""One stage or touchpoint of the journey feels much worse than it used to."""

from __future__ import annotations

from umot.alerts.made import made, said
from umot.config import Settings
from umot.journey_rules import LANGUAGES, STAGE_NAMES
from umot.language import format_signed
from umot.post import Alert
from warehouse.alerts import Look, Row

NAME = "stage_dip"
REASONS = {
    "nl": "{what} zakt weg: gemiddeld {mean} in {moments} uitspraken van {posts} berichten in "
    "{hours} uur, tegen gewoonlijk {usual} (van −1 tot 1, over {days} dagen).{most}",
    "en": "{what} is sinking: {mean} on average in {moments} moments of {posts} posts in {hours} "
    "hours, against {usual} usually (from −1 to 1, over {days} days).{most}",
}
STAGE = {"nl": "Het {}", "en": "The {}"}
TOUCHPOINT = {"nl": "Contactpunt {name} ({stage})", "en": "Touchpoint {name} ({stage})"}
MOST = {"nl": " Het meest zakt: {}.", "en": " What sinks most: {}."}


def due(look: Look, settings: Settings) -> list[Alert]:
    """An alert for each stage that sinks, naming its worst touchpoint; else for a touchpoint."""
    rule = settings.alerts.stage_dip
    rows = look.ask(f"rule_{NAME}", **rule.model_dump())
    stages = {(row["brand"], row["stage"]) for row in rows if row["touchpoint"] is None}
    found = []
    for row in rows:
        place = row["brand"], row["stage"]
        if row["touchpoint"] is not None and place in stages:
            continue
        within = [one for one in rows if (one["brand"], one["stage"]) == place and one is not row]
        worst = max(within, key=lambda one: float(one["score"]), default=None)
        found.append(alert(look, settings, row, worst if row["touchpoint"] is None else None))
    return found


def alert(look: Look, settings: Settings, row: Row, worst: Row | None) -> Alert:
    """The alert for one stage or touchpoint."""
    rule = settings.alerts.stage_dip
    touchpoint, stage = row["touchpoint"], row["stage"]
    return made(
        look,
        settings,
        NAME,
        brand=row["brand"],
        subject=f"stage:{stage}" if touchpoint is None else f"touchpoint:{touchpoint}",
        strength=row["score"] / rule.times,
        reasons=said(
            REASONS,
            what={one: named(row, one) for one in LANGUAGES},
            mean={one: format_signed(row["mean"], one, 2) for one in LANGUAGES},
            usual={one: format_signed(row["usual"], one, 2) for one in LANGUAGES},
            **{name: row[name] for name in ("moments", "posts", "days")},
            hours=rule.hours,
            most={one: MOST[one].format(name(worst, one)) if worst else "" for one in LANGUAGES},
        ),
        stage=stage,
    )


def named(row: Row, language: str) -> str:
    """The stage or touchpoint, at the beginning of a sentence."""
    stage = STAGE_NAMES[language].get(row["stage"], row["stage"])
    if row["touchpoint"] is None:
        return STAGE[language].format(stage)
    return TOUCHPOINT[language].format(name=name(row, language), stage=stage)


def name(row: Row, language: str) -> str:
    """The name of a touchpoint, its key where the map has none."""
    return str(row[f"name_{language}"] or row["touchpoint"])
