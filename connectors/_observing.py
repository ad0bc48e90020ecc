"""Posts that are asked for again by their id, some at a time; those not given are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from umot.post import Batch, RawItem


def parts(known: Sequence[RawItem], size: int) -> Iterator[Sequence[RawItem]]:
    """Cut into parts of `size`, the last one being what is left."""
    for start in range(0, len(known), size):
        yield known[start : start + size]


def looked_up(
    known: Sequence[RawItem],
    size: int,
    name: str,
    lookup: Callable[[Mapping[str, RawItem]], Mapping[str, Mapping[str, Any]]],
    now: datetime,
) -> Iterator[Batch]:
    """Yield a batch for each `size` items; `lookup` gives the content of those still there.

    `name` is where an item has its native id.
    """
    for part in parts(known, size):
        asked = {str(item.payload[name]): item for item in part}
        found = lookup(asked)
        yield Batch(
            tuple(
                RawItem(found.get(one) or {"gone": one}, now, item.place)
                for one, item in asked.items()
            )
        )
