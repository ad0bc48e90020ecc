"""A burst of low ratings at one source; graver where they look as if made by few."""

from __future__ import annotations

from umot.alerts.made import made, said
from umot.config import Settings
from umot.post import Alert
from warehouse.alerts import Look, Row

NAME = "rating_bomb"
SUSPECT = 1.5  # times graver where half the texts are near-copies
REASONS = {
    "nl": "{low} beoordelingen van 1 of 2 sterren in {hours} uur bij {source}, gewoonlijk {usual}. "
    "Bij de {looked_at} laatste: van schrijvers die hier nieuw zijn {new_writers}, sterk gelijkend "
    "op een andere {alike}.",
    "en": "{low} ratings of 1 or 2 stars in {hours} hours at {source}, usually {usual}. Of the "
    "last {looked_at}: {new_writers} by writers who are new here, {alike} much like another.",
}


def due(look: Look, settings: Settings) -> list[Alert]:
    """One alert for each such source."""
    rule = settings.alerts.rating_bomb
    rows = look.ask(f"rule_{NAME}", **rule.model_dump())
    return [
        made(
            look,
            settings,
            NAME,
            brand=row["brand"],
            subject=f"ratings:{row['source']}",
            strength=row["score"] / rule.times * suspicion(row),
            reasons=said(REASONS, **row, hours=rule.hours),
        )
        for row in rows
    ]


def suspicion(row: Row) -> float:
    """1 for ratings that look like many people's own, up to `SUSPECT` for near-copies."""
    copies = row["alike"] / max(row["looked_at"], 1)
    return float(1 + (SUSPECT - 1) * min(2 * copies, 1))
