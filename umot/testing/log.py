"""All that is logged while a check runs."""

from __future__ import annotations

import logging


class Log(logging.Handler):
    """All that is logged, at every level, while the block lasts."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with what was raised."""
        self.text += f"{record.name} {record.getMessage()} {record.exc_info}\n"

    def __enter__(self) -> Log:
        self._level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        logging.getLogger().setLevel(self._level)
