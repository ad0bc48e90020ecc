"""Configuration: ``umot.toml``, overridden by ``UMOT_…`` variables, then by flags.

Every setting has a name, a default and a help text here; the docs page and ``--help`` come from
these. Secrets are never settings: connectors read them from the environment.
"""

from __future__ import annotations

from umot.config.brand import Brand, Competitor
from umot.config.file import FILE, check, explain, home, load
from umot.config.section import Query, Section, readable_query
from umot.config.sending import Alerts, Channel, Digest, Recipient, Severity
from umot.config.settings import Model, Settings, Sql, Watch
from umot.config.source import Source

__all__ = [
    "FILE",
    "Alerts",
    "Brand",
    "Channel",
    "Competitor",
    "Digest",
    "Model",
    "Query",
    "Recipient",
    "Section",
    "Settings",
    "Severity",
    "Source",
    "Sql",
    "Watch",
    "check",
    "explain",
    "home",
    "load",
    "readable_query",
]
