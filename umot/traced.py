"""What tracing found in one text: its main moment, and all of it as a record for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from umot.journey import NONE
from umot.post import Moment, Sentiment

DIGITS = 4  # of confidences and scores in a record


def main_moment(moments: Sequence[Moment]) -> Moment | None:
    """The moment with the largest stage confidence times length; None where all are of no stage.

    Of equal ones it is the first.
    """
    staged = [one for one in moments if one.stage != NONE]
    return max(staged, key=weight, default=None)


def weight(moment: Moment) -> float:
    """How much a moment counts: its stage confidence times its length in characters."""
    return moment.stage_confidence * (moment.span.stop - moment.span.start)


def record(text: str, sentiment: Sentiment, moments: Sequence[Moment]) -> dict[str, Any]:
    """A traced text, JSON-able: the place of its main moment, its moments, how it was read.

    Where all moments are of no stage, `confidence` is how sure that is; 0 where nothing was read.
    Offsets are characters of `text`, from 0, `stop` exclusive.
    """
    main = main_moment(moments) or max(moments, key=weight, default=None)
    return {
        "stage": main.stage if main else NONE,
        "touchpoint": main.touchpoint if main else NONE,
        "confidence": round(main.stage_confidence, DIGITS) if main else 0.0,
        "moments": [moment_record(text, one) for one in moments],
        "status": str(sentiment.status),
        "language": sentiment.language,
        "label": sentiment.label and str(sentiment.label),
        "score": None if sentiment.score is None else round(sentiment.score, DIGITS),
    }


def moment_record(text: str, moment: Moment) -> dict[str, Any]:
    """One moment of a record."""
    start, stop = moment.span.start, moment.span.stop
    return {
        "start": start,
        "stop": stop,
        "text": text[start:stop],
        "stage": moment.stage,
        "touchpoint": moment.touchpoint,
        "label": str(moment.label),
        "score": round(moment.score, DIGITS),
        "is_peak": moment.is_peak,
        "is_end": moment.is_end,
        "confidence": round(moment.stage_confidence, DIGITS),
        "runner_up": moment.runner_up,
        "matched_example": moment.matched_example,
    }
