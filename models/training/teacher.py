"""A larger or finished model's answers to the rows' texts, asked once and kept in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import metadata
from models.bundled import WEIGHTS
from models.training.data import Row, Soft
from umot.plugins import Scorer
from umot.post import LABELS

BUNDLED = "bundled"
AT_ONCE = 256  # texts read between two writes
Question = tuple[str, tuple[tuple[int, int], ...]]  # a text and the character ranges of its moments


def weights(name: str) -> Path | None:
    """The folder of weights of ours that `name` means: ``bundled`` or a folder; else None."""
    folder = WEIGHTS if name == BUNDLED else Path(name)
    return folder if (folder / metadata.FILE).is_file() else None


def identity(name: str) -> str:
    """What tells this model from another: the digest of its description, or its id."""
    folder = weights(name)
    return metadata.digest(folder / metadata.FILE) if folder else name


def taught(
    rows: Sequence[Row],
    teacher: Callable[[], Scorer],
    folder: Path,
    *,
    identity: str,
    show: Callable[[int, int], None],
) -> list[Row]:
    """The rows with the teacher's probabilities of each text, and of its moments in context.

    `folder` keeps the answers, so that a killed run goes on and a second one asks nothing. The
    moments of a teacher that reads them by themselves, without their post, are left out.
    """
    questions = list(dict.fromkeys(map(question, rows)))
    content = json.dumps([identity, questions], ensure_ascii=False)
    path = folder / f"teacher-{hashlib.sha256(content.encode()).hexdigest()[:12]}.f32"
    answers = asked(questions, teacher, path, show)
    starts = np.cumsum([0, *(1 + len(ranges) for _, ranges in questions)]).tolist()
    places = dict(zip(questions, pairwise(starts), strict=True))
    return [with_answers(row, answers[slice(*places[question(row)])]) for row in rows]


def question(row: Row) -> Question:
    """What the teacher is asked about a row."""
    return row.text, tuple((part.start, part.stop) for part in row.parts)


def asked(
    questions: Sequence[Question],
    teacher: Callable[[], Scorer],
    path: Path,
    show: Callable[[int, int], None],
) -> NDArray[np.float32]:
    """The answers [texts and their moments, 3] in the questions' order, from `path` and beyond.

    The file is only ever added to; what a killed run left unfinished at its end is cut off.
    """
    found = np.fromfile(path, np.float32) if path.exists() else np.zeros(0, np.float32)
    done, rows = 0, 0
    while done < len(questions):
        more = sum(1 + len(ranges) for _, ranges in questions[done : done + AT_ONCE])
        if (rows + more) * len(LABELS) > len(found):
            break
        done, rows = min(done + AT_ONCE, len(questions)), rows + more
    kept = found[: rows * len(LABELS)]
    if done < len(questions):
        scorer = teacher()
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(kept.nbytes)
            file.seek(kept.nbytes)
            for start in range(done, len(questions), AT_ONCE):
                show(start, len(questions))
                answers = answered(scorer, questions[start : start + AT_ONCE])
                file.write(answers.tobytes())
                file.flush()
        kept = np.fromfile(path, np.float32)
    show(len(questions), len(questions))
    return kept.reshape(-1, len(LABELS))


def answered(scorer: Scorer, questions: Sequence[Question]) -> NDArray[np.float32]:
    """Each text's probabilities, followed by those of its moments; NaN: not in their context."""
    texts, ranges = [text for text, _ in questions], [ranges for _, ranges in questions]
    readings = scorer.read(texts, ranges)
    spans = readings.spans if readings.vectors is not None else np.full_like(readings.spans, np.nan)
    pieces, start = [], 0
    for number, one in enumerate(ranges):
        pieces += [readings.texts[number : number + 1], spans[start : start + len(one)]]
        start += len(one)
    return np.concatenate(pieces).astype(np.float32)


def with_answers(row: Row, answers: NDArray[np.float32]) -> Row:
    """The row with the answers to its text and moments."""
    first, *rest = (soft(one) for one in answers)
    parts = tuple(replace(part, soft=one) for part, one in zip(row.parts, rest, strict=True))
    return replace(row, soft=first, parts=parts)


def soft(probabilities: NDArray[np.float32]) -> Soft | None:
    """The probabilities as a row holds them; None where the teacher has no answer."""
    return None if np.isnan(probabilities).any() else tuple(map(float, probabilities))
