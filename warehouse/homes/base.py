"""What a home of the warehouse does, so that nothing else needs to know which one it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from duckdb import DuckDBPyConnection as Connection


class Home(Protocol):
    """The writer's place: one writer at a time, whichever machine it is on.

    Every method raises `Retriable` where the place cannot be reached now, `Fatal` where it never
    can as it is configured.
    """

    @property
    def words(self) -> str:
        """What and where it is, for people; without secrets."""

    def exists(self) -> bool:
        """Whether a warehouse has been made there."""

    def acquire(self, command: str, seconds: float) -> bool:
        """Try for so long to get the writer's turn; `command` is shown to who waits for it."""

    def holder(self) -> str:
        """Who has the turn, for people."""

    def release(self) -> None:
        """Give the turn back."""

    def confirm(self) -> None:
        """Raise `Retriable` where the turn was lost meanwhile; what was not committed must go."""

    def open(self) -> AbstractContextManager[Connection]:
        """A connection to it, migrated, in no transaction; hold the turn around it."""

    def rewrite(self) -> None:
        """Write all of it anew, so that what was erased is in no file; hold the turn around it.

        Raises `Retriable` where it could not be done now: then do it again, from the start.
        """

    def tidy(self, db: Connection) -> None:
        """Keep it small, where it is time to; called after publishing, in the turn."""
