"""Whether the order in which a story is told changes what its peak and its end are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from models import feelings, spans
from models.reader import Reader, Unread
from models.training import data
from umot.post import Status

REAL = ("bolcom_books_nl", "us_airline_tweets_en", "semeval_tweets_en", "germeval2017_bahn_de")
MOST_MOMENTS = 12  # of a real post: the two orders of a whole book review share little
LEAD = 0.15  # by which the peak of a post has to lead to be called clear

Story = tuple[list[str], str]  # the texts of a post's moments in order, and its language


class Told(NamedTuple):
    """A story as it was read: how strong each moment is, in all and by its score in context alone.

    `peak` and `end` are places of moments.
    """

    strengths: list[float]
    scores: list[float]
    peak: int
    end: int


def stories(folder: Path) -> dict[str, list[Story]]:
    """Posts of several moments: our own, which were trained on in any order, and real ones."""
    own = [
        ([row.text[part.start : part.stop] for part in row.parts], row.language)
        for row in data.own_posts()
        if len(row.parts) > 1
    ]
    real = []
    for name in REAL:
        for row in data.read(folder.parent / "sentiment" / f"{name}_test.parquet"):
            texts = [row.text[start:stop] for start, stop in spans.split(row.text)]
            if 1 < len(texts) <= MOST_MOMENTS:
                real.append((texts, row.language))
    several = {"own": own, "real": real}
    return {
        name: [one for one in told if all(len(spans.split(text)) == 1 for text in one[0])]
        for name, told in several.items()
    }


def order(reader: Reader, told: Sequence[Story]) -> dict[str, Any]:
    """Posts of several moments, forwards and backwards: peak and end should follow the text.

    `end_moves`: the last moment is the end in both. `same_peak`: of posts whose strongest moment
    leads the next by `LEAD`, those with the same peak in both. `by_score`: the same where strong
    is what the score in context says alone.
    """
    forth = tellings(reader, told)
    back = tellings(reader, [(texts[::-1], language) for texts, language in told])
    # The posts of a line may become other moments when they are joined: those are left out.
    kept = [
        (one, other)
        for (texts, _), one, other in zip(told, forth, back, strict=True)
        if len(one.strengths) == len(other.strengths) == len(texts)
    ]
    ends = sum(one.end == other.end == len(one.strengths) - 1 for one, other in kept)
    return {
        "posts": len(kept),
        "end_moves": round(100 * ends / len(kept), 1),
        **agreement([pair for pair in kept if leads(pair[0].strengths)]),
        "by_score": agreement([pair for pair in kept if leads(pair[0].scores)]),
    }


def agreement(clear: Sequence[tuple[Told, Told]]) -> dict[str, Any]:
    """How many posts have a clear peak, and in how many percent it is that of the other order."""
    same = sum(one.peak == len(one.strengths) - 1 - other.peak for one, other in clear)
    return {"clear_peaks": len(clear), "same_peak": round(100 * same / len(clear), 1)}


def leads(strengths: Sequence[float]) -> bool:
    """Whether the strongest is ahead of the next by `LEAD`."""
    *_, second, first = sorted(strengths)
    return first - second >= LEAD


def tellings(reader: Reader, told: Sequence[Story]) -> list[Told]:
    """Each story, a moment a line, as the reader reads it."""
    drafts = [
        reader.prepare(Unread("", "", None, "\n".join(texts), None, language))
        for texts, language in told
    ]
    read = reader.read([one for one in drafts if one.status is Status.SCORED])
    found = []
    for draft in drafts:
        readings, traces = next(read) if draft.status is Status.SCORED else (None, [])
        if readings is None:
            found.append(Told([], [], 0, 0))
            continue
        moments = list(reader.moments(draft, readings, traces))
        found.append(
            Told(
                [
                    feelings.strength(one.score, trace.feeling)
                    for one, trace in zip(moments, traces, strict=True)
                ],
                [abs(one.score) for one in moments],
                next(place for place, one in enumerate(moments) if one.is_peak),
                next(place for place, one in enumerate(moments) if one.is_end),
            )
        )
    return found
