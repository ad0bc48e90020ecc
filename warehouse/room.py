"""A disk without room: said plainly, whichever way DuckDB or the system puts it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from umot.errors import Retriable

FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT))


def full(error: BaseException) -> bool:
    """Whether it was for want of room."""
    return any(words in str(error) for words in FULL)


@contextmanager
def needed() -> Iterator[None]:
    """Work that writes; raises `Retriable` where there is no room for it."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if full(error):
            raise Retriable(
                "the disk is full, and what was being written is taken back; what was stored and "
                f"published before is whole. Make room and run it again ({error})"
            ) from error
        raise
