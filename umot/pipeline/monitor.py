"""One brand's data folder, opened: what every step of the job needs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from umot import config, journey
from umot.config import Settings, Source
from umot.errors import UmotError, UnknownName
from warehouse import Warehouse

log = logging.getLogger("umot")

# Called with what is done, how far, and of how many (None: not known).
Progress = Callable[[str, int, int | None], None]


def silent(what: str, done: int, total: int | None) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One brand's data folder, opened: what every step of the job needs."""

    home: Path
    settings: Settings
    journey: journey.JourneyMap
    warehouse: Warehouse

    @classmethod
    def open(cls, home: Path) -> Monitor:
        """Read the configuration and journey map below `home`. Raises `Fatal`."""
        settings = config.load(home)
        path = home / "journey.toml"
        mapped = journey.load(path) if path.is_file() else journey.default()
        return cls(home, settings, mapped, Warehouse(home, notice=log.warning))

    def sources(self, names: Sequence[str] = ()) -> list[Source]:
        """The configured sources, or those named. Raises `UnknownName`."""
        known = {source.name: source for source in self.settings.sources}
        for name in names:
            if name not in known:
                raise UnknownName("source", name, known)
        return [known[name] for name in names] if names else list(known.values())


def one_line(error: BaseException) -> str:
    """An error as a line for people; our own need no class name."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if isinstance(error, UmotError) else f"{type(error).__name__}: {text}"
