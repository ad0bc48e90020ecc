"""Answers that are not what was asked for: of another shape, or that there is no such item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from umot.errors import Fatal
from umot.http import Refused, show


def still_there(names: Iterable[str], get: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """Ask singly for what is listed no more; what is refused as not found is left out."""
    for name in names:
        try:
            found = get(name)
        except Refused as error:
            if error.status not in (404, 410):
                raise
        else:
            yield name, found


@contextmanager
def shaped(url: str) -> Iterator[None]:
    """Raise `Fatal` naming the address where an answer is of a shape that is not known."""
    try:
        yield
    except (TypeError, AttributeError, ValueError, LookupError, OverflowError) as error:
        raise Fatal(f"{show(url)} answers in a shape that is not known") from error
