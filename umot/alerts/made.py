"""What every rule makes of its findings: an alert with its severity and its words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from umot.alert_settings import Rule
from umot.config import Settings
from umot.journey_rules import LANGUAGES, STAGE_NAMES
from umot.language import format_number
from umot.post import Alert
from warehouse.alerts import Look

ABOUT = {"nl": " Het gaat over het {}.", "en": " It is about the {}."}
LONGEST = 160  # characters of a source's error that are told


def made(
    look: Look,
    settings: Settings,
    kind: str,
    *,
    brand: str,
    subject: str,
    strength: float,
    reasons: Mapping[str, str],
    post_id: str | None = None,
    stage: str | None = None,
) -> Alert:
    """An alert; `strength` is how many times its threshold was reached."""
    return Alert(
        alert_id=alert_id(kind, brand, subject),
        kind=kind,
        brand=brand,
        subject=subject,
        post_id=post_id,
        severity=severity(getattr(settings.alerts, kind), strength),
        reason=reasons[settings.brand.language],
        raised_at=look.now,
        reasons=reasons,
        stage=stage,
    )


def severity(rule: Rule, strength: float) -> str:
    """Low, medium or high, by how far beyond the threshold it is."""
    if strength >= rule.high:
        return "high"
    return "medium" if strength >= rule.medium else "low"


def said(templates: Mapping[str, str], **values: object) -> dict[str, str]:
    """The templates filled in, numbers as readers of each language write them."""
    return {
        language: templates[language].format(
            **{name: shown(value, language) for name, value in values.items()}
        )
        for language in LANGUAGES
    }


def shown(value: object, language: str) -> str:
    """A value in a sentence; one that is said differently in each language is a mapping."""
    if isinstance(value, Mapping):
        return str(value[language])
    if isinstance(value, int):
        return format_number(value, language)
    if isinstance(value, float):
        small = abs(value) < 10 and round(value, 1) != round(value)
        return format_number(value, language, 1 if small else 0)
    return str(value)


def percent(share: float) -> float:
    """A share as a whole number of per cents."""
    return float(round(100 * share))


def about(stage: str | None) -> dict[str, str]:
    """The sentence that names a stage; nothing where there is none."""
    if stage is None:
        return dict.fromkeys(LANGUAGES, "")
    return {one: ABOUT[one].format(STAGE_NAMES[one].get(stage, stage)) for one in LANGUAGES}


def alert_id(kind: str, brand: str, subject: str) -> str:
    """16 hexadecimal digits: one alert per rule, brand and subject, however often it fires."""
    return hashlib.blake2b(f"{kind}\0{brand}\0{subject}".encode(), digest_size=8).hexdigest()
