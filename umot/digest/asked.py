"""Whose day a digest is of, and in which words: what all its parts are asked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from umot.digest.words import Words
from warehouse import Connection

Names = dict[str, tuple[str, str]]  # of touchpoints, Dutch and English


@dataclass(frozen=True, slots=True)
class Asked:
    """One brand, from `starts_at` up to but not including `ends_at` (UTC)."""

    db: Connection
    brand: str
    starts_at: datetime
    ends_at: datetime
    names: Names
    w: Words
