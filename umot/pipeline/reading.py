"""Reading posts with a model: their sentiment, and their moments traced to the journey."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from models.reader import Reader
from umot.pipeline.monitor import Monitor, Progress, silent
from umot.post import Status
from warehouse import Connection, load, state

READ_AT_ONCE = 1_000  # posts read between two writes: a killed run loses at most these readings


@dataclass(frozen=True, slots=True)
class Classified:
    """How many posts were read, by what came of it."""

    scored: int = 0
    unscored: int = 0
    failed: int = 0
    moments: int = 0


def classify(
    monitor: Monitor, reader: Reader, *, now: datetime, progress: Progress = silent
) -> Classified:
    """Read every post that today's model has not read in its present text, and trace it.

    A retry, a back-fill and a new model are this one code path.
    """
    with monitor.warehouse.transaction("umot classify") as db:
        load.activate(db, reader.model, monitor.journey)
    return read(monitor, reader, state.ALL, now=now, progress=progress, quiet=False)


def beside(
    monitor: Monitor,
    reader: Reader,
    chosen: state.Chosen,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Classified:
    """Read the chosen posts that this model has not read; the active model stays the active one.

    Where there is none yet, this one becomes it.
    """
    with monitor.warehouse.transaction("umot reprocess") as db:
        active = state.active_model(db)
        if active is None:
            load.activate(db, reader.model, monitor.journey)
    quiet = active not in (None, reader.model)
    return read(monitor, reader, chosen, now=now, progress=progress, quiet=quiet)


def make_active(monitor: Monitor, reader: Reader) -> None:
    """Let the views follow a model, once it has read everything."""
    with monitor.warehouse.transaction("umot reprocess") as db:
        load.activate(db, reader.model, monitor.journey)


def left(db: Connection, reader: Reader, chosen: state.Chosen) -> int:
    """How many of the chosen posts this model has not read."""
    return state.count_pending(db, reader.model, reader.map_version, reader.languages, chosen)


def read(
    monitor: Monitor,
    reader: Reader,
    chosen: state.Chosen,
    *,
    now: datetime,
    progress: Progress,
    quiet: bool,
) -> Classified:
    """Read the chosen posts that this model has not read, in short transactions.

    `quiet`: another model's readings are what people see, so the language that this one takes
    a post to be in is not noted.
    """
    key = (reader.model, reader.map_version, reader.languages)
    with monitor.warehouse.transaction("umot classify") as db:
        if chosen == state.ALL and not quiet:
            state.settle(db, *key)
        total = left(db, reader, chosen)
        pending = state.pending(db, *key, chosen, limit=READ_AT_ONCE)
    done, moments = 0, 0
    counts = dict.fromkeys(Status, 0)
    while pending:
        sentiments, traced = reader.read_posts(pending)
        for one in sentiments:
            counts[one.status] += 1
        if quiet:
            sentiments = [replace(one, language=None) for one in sentiments]
        moments, done, last = moments + len(traced), done + len(pending), pending[-1][0]
        # One turn for both: opening and closing a large warehouse costs more than either.
        with monitor.warehouse.transaction("umot classify") as db:
            load.store_readings(db, sentiments, traced, now)
            pending = state.pending(db, *key, chosen, after=last, limit=READ_AT_ONCE)
        progress("read", done, max(done, total))
    unscored = counts[Status.UNSCORED_LANGUAGE] + counts[Status.EMPTY]
    return Classified(counts[Status.SCORED], unscored, counts[Status.FAILED], moments)
