"""The geometry of small charts; templates draw it as SVG with classes, so colours follow the theme.

All lengths are units of the picture's own grid, `WIDTH` wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umot.console import models

WIDTH, HEIGHT = 720, 150
TOP = 8  # where the line of the highest is
BARS = 40  # rows of an answer that are drawn
GAP = 0.22  # share of a column that is left free


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a column."""

    label: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day."""

    x: float
    width: float
    day: models.Day
    segments: tuple[Segment, ...]


def columns(days: Sequence[models.Day]) -> list[Column]:
    """Each day as a stack: negative below, then neutral and positive; what is unread on top."""
    highest = max((one.posts for one in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    made = []
    for number, day in enumerate(days):
        unread = day.posts - day.negative - day.neutral - day.positive
        top = float(HEIGHT)
        segments = []
        for label, count in (
            ("negative", day.negative),
            ("neutral", day.neutral),
            ("positive", day.positive),
            ("unscored", unread),
        ):
            if count:
                height = round(count / highest * (HEIGHT - TOP), 2)
                top = round(top - height, 2)
                segments.append(Segment(label, max(top, 0), height))
        made.append(
            Column(round((number + GAP / 2) * step, 2), round(step * (1 - GAP), 2), day,
                   tuple(segments))
        )  # fmt: skip
    return made


def growth(observed: Sequence[models.Observation]) -> tuple[str, int] | None:
    """The points of the line of all reactions over time, and the highest; None for fewer than two.

    Counts hold until the next observation, so the line goes in steps.
    """
    if len(observed) < 2:
        return None
    counts = [(one.likes or 0) + (one.replies or 0) + (one.shares or 0) for one in observed]
    start = observed[0].observed_at
    length = (observed[-1].observed_at - start).total_seconds() or 1
    low, high = min(0, *counts), max(1, *counts)
    points: list[str] = []
    y = None
    for one, count in zip(observed, counts, strict=True):
        x = round((one.observed_at - start).total_seconds() / length * (WIDTH - 4) + 2, 2)
        if y is not None:
            points.append(f"{x},{y}")
        y = round((HEIGHT - 4) * (1 - (count - low) / (high - low)) + 2, 2)
        points.append(f"{x},{y}")
    return " ".join(points), max(counts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of an answer: its name, its number, and the bar from `x` on."""

    name: str
    value: float
    x: float
    width: float
    below: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A quick chart of an answer."""

    name: str
    value: str
    bars: tuple[Bar, ...]
    cut: bool


def quick(answer: models.Answer) -> Chart | None:
    """Bars of the first column of numbers, named by the first other one; None where none fits."""
    if not answer.rows or len(answer.columns) < 2:
        return None
    names = [n for n in range(len(answer.columns)) if not numeric(answer, n)]
    values = [n for n in range(len(answer.columns)) if numeric(answer, n)]
    if not names or not values:
        if len(values) < 2:
            return None
        names, values = values[:1], values[1:]
    rows = [row for row in answer.rows if row[values[0]] is not None]
    shown = rows[:BARS]
    if not shown:
        return None
    numbers = [float(row[values[0]]) for row in shown]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    scale = WIDTH / ((high - low) or 1)
    bars = tuple(
        Bar(
            "–" if row[names[0]] is None else str(row[names[0]]),
            number,
            round((min(number, 0) - low) * scale, 2),
            round(abs(number) * scale, 2),
            number < 0,
        )
        for row, number in zip(shown, numbers, strict=True)
    )
    return Chart(answer.columns[names[0]], answer.columns[values[0]], bars, len(rows) > BARS)


def numeric(answer: models.Answer, column: int) -> bool:
    """Whether a column holds numbers, and at least one."""
    values = [row[column] for row in answer.rows if row[column] is not None]
    return bool(values) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in values
    )


def shade(net: float, moments: int) -> str:
    """The class of a cell of the heat map: n3 to p3; few moments never get the strongest."""
    steps = ((60, 3), (25, 2), (5, 1))
    level = next((step for least, step in steps if abs(net) >= least), 0)
    if moments < 3:
        level = min(level, 1)
    return "z0" if not level else f"{'n' if net < 0 else 'p'}{level}"
