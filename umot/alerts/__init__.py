"""Alerts: which rules fire at a moment, and the sentences that say why. A file for each rule."""

from umot.alerts.made import alert_id
from umot.alerts.rules import RULES, due

__all__ = ["RULES", "alert_id", "due"]
