"""A rule run over history, as of each past moment: how often it would have fired, and how well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from umot.alerts.rules import REACH, fired
from umot.config import Settings
from umot.errors import Fatal
from umot.post import Alert
from warehouse import Connection
from warehouse.alert_states import rank
from warehouse.alerts import HISTORY, Look


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a post, known only later: reactions, and whether that was viral.

    `peak` is the end of the steepest stretch between two observations.
    """

    total: int
    viral: bool
    peak: datetime | None


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that would have been raised; severity is the gravest it came to."""

    raised_at: datetime
    last_fired: datetime
    severity: str
    brand: str
    subject: str
    reason: str
    outcome: Outcome | None = None

    @property
    def lead_hours(self) -> float | None:
        """Hours from the alert to the peak of its post; below 0 it came too late."""
        if self.outcome is None or self.outcome.peak is None:
            return None
        return (self.outcome.peak - self.raised_at).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule would have done from `start` to `end`; `missed` are posts that went viral.

    `observed` says whether posts were seen more than once: without, rules on reach find nothing.
    """

    rule: str
    start: datetime
    end: datetime
    moments: int
    alerts: tuple[Raised, ...]
    missed: tuple[str, ...]
    observed: bool

    @property
    def a_week(self) -> float:
        """Alerts a week."""
        return len(self.alerts) / ((self.end - self.start) / timedelta(weeks=1))

    @property
    def precision(self) -> float | None:
        """Share of the alerts whose post went viral; None where that cannot be told."""
        known = [one.outcome.viral for one in self.alerts if one.outcome is not None]
        return sum(known) / len(known) if known else None

    @property
    def recall(self) -> float | None:
        """Share of the posts that went viral that had an alert; None where that cannot be told."""
        found = sum(1 for one in self.alerts if one.outcome is not None and one.outcome.viral)
        all_ = found + len(self.missed)
        return found / all_ if all_ and self.rule in REACH else None

    @property
    def lead_hours(self) -> float | None:
        """Median lead of the alerts whose post went viral."""
        leads = [
            one.lead_hours
            for one in self.alerts
            if one.outcome is not None and one.outcome.viral and one.lead_hours is not None
        ]
        return median(leads) if leads else None

    def facts(self) -> dict[str, Any]:
        """As JSON-able values."""
        return {
            "rule": self.rule,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "moments": self.moments,
            "alerts_a_week": round(self.a_week, 2),
            "precision": self.precision,
            "recall": self.recall,
            "median_lead_hours": self.lead_hours,
            "observed_repeatedly": self.observed,
            "missed": list(self.missed),
            "alerts": [entry(one) for one in self.alerts],
        }


def entry(one: Raised) -> dict[str, Any]:
    """An alert as JSON-able values."""
    outcome = one.outcome
    return {
        "raised_at": one.raised_at.isoformat(),
        "last_fired": one.last_fired.isoformat(),
        "severity": one.severity,
        "brand": one.brand,
        "subject": one.subject,
        "reason": one.reason,
        "total": outcome.total if outcome else None,
        "viral": outcome.viral if outcome else None,
        "lead_hours": one.lead_hours,
    }


def replay(
    db: Connection,
    settings: Settings,
    rule: str,
    start: datetime,
    end: datetime,
    *,
    step: timedelta = timedelta(hours=1),
    live: bool = False,
    progress: Callable[[str, int, int | None], None] = lambda what, done, total: None,
) -> Replay:
    """Run `rule` at every `step` after `start` up to `end`, each time as of that moment.

    An alert that goes on is one alert; quiet for `calm_hours`, it is over, and back after
    `cooldown_hours` at the earliest. Raises `Fatal` for a span without a moment.
    """
    moments = int((end - start) / step)
    if moments < 1:
        raise Fatal(f"there is no moment between {start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M}")
    calm = timedelta(hours=settings.alerts.calm_hours)
    away = calm + timedelta(hours=settings.alerts.cooldown_hours)
    latest: dict[str, Raised] = {}
    over: list[Raised] = []
    for number in range(1, moments + 1):
        look = Look(db, start + number * step, live)
        for alert in fired(look, settings, [rule]):
            before = latest.get(alert.alert_id)
            if before is None or look.now - before.last_fired >= away:
                over += [before] if before else []
                latest[alert.alert_id] = begun(alert)
            elif look.now - before.last_fired < calm:
                latest[alert.alert_id] = replace(
                    before,
                    last_fired=look.now,
                    severity=max(before.severity, alert.severity, key=rank),
                )
        progress(rule, number, moments)
    raised = sorted([*over, *latest.values()], key=lambda one: (one.raised_at, one.subject))
    return judged(db, settings, rule, start, end, moments, raised)


def begun(alert: Alert) -> Raised:
    """An alert at its first firing."""
    return Raised(
        alert.raised_at,
        alert.raised_at,
        alert.severity,
        alert.brand,
        alert.subject,
        alert.reason,
    )


def judged(
    db: Connection,
    settings: Settings,
    rule: str,
    start: datetime,
    end: datetime,
    moments: int,
    raised: Sequence[Raised],
) -> Replay:
    """With what became of the posts, which only now is looked at."""
    if rule not in REACH:
        return Replay(rule, start, end, moments, tuple(raised), (), observed=True)
    viral = settings.alerts.heading_viral
    found = Look(db, end).ask(
        "rule_outcomes",
        since=start - HISTORY,
        start=start,
        end=end,
        reach=viral.reach,
        times=viral.times,
    )
    outcomes = {
        (row["brand"], row["post_id"]): Outcome(row["total"], row["viral"], row["peak"])
        for row in found
    }
    told = {(one.brand, one.subject) for one in raised}
    missed = [
        row["post_id"]
        for row in found
        if row["viral"] and row["negative"] and (row["brand"], row["post_id"]) not in told
    ]
    with_outcomes = [replace(one, outcome=outcomes.get((one.brand, one.subject))) for one in raised]
    observed = any(row["observations"] > 1 for row in found)
    return Replay(rule, start, end, moments, tuple(with_outcomes), tuple(missed), observed)
