"""What people do in the console: put readings right, take alerts up. All or nothing.

The warehouse has one writer. A write waits a moment for its turn and is refused, with a request
to try again, where somebody has it longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from umot.console import models
from umot.console.overlay import Altered
from umot.console.posts import correction
from umot.console.state import Console
from warehouse import alert_list, alert_states, corrections
from warehouse.corrections import Change, Place

TURN = 10.0  # seconds to wait for it
NOTE = 2_000  # characters of a note


def correct(
    console: Console, wish: models.Wish, *, by: str, now: datetime
) -> list[models.Correction]:
    """Put a reading right; the rows that were added. Raises what `corrections.correct` does."""
    console.warehouse.readable()  # without a warehouse there is nothing to change
    whole = wish.field == corrections.WHOLE
    place = Place() if whole else Place(wish.field, wish.start, wish.stop)
    change = Change(wish.label, wish.stage, wish.touchpoint, wish.withdraw, wish.note)
    with console.warehouse.transaction("umot serve", wait=TURN) as db:
        mark = console.copy.mark  # nobody publishes while we have the turn
        made = corrections.correct(
            db, wish.post_id, wish.content_hash, place, change, by=by, now=now
        )
    if made:
        console.overlay.corrected(made, mark)
        console.publisher.ask()
    return [correction(row) for row in made]


def change_alert(
    console: Console, alert_id: str, wish: models.AlertWish, *, by: str, now: datetime
) -> Altered:
    """Acknowledge, snooze or close an alert; how it is then. Raises `Fatal` as these do."""
    console.warehouse.readable()
    note = (wish.note or "").strip()[:NOTE] or None
    with console.warehouse.transaction("umot serve", wait=TURN) as db:
        mark = console.copy.mark
        if wish.action == "acknowledge":
            alert_states.acknowledge(db, alert_id, by=by, note=note, now=now)
        elif wish.action == "snooze":
            until = now + timedelta(hours=wish.hours)
            alert_states.snooze(db, alert_id, until=until, by=by, note=note, now=now)
        else:
            alert_states.close(db, alert_id, by=by, note=note, now=now)
        (found,) = alert_list.listed(db, now=now, closed=True, only=alert_id)
        history = alert_list.history(db, [alert_id])[alert_id]
    changed = Altered(found, history)
    console.overlay.altered(changed, mark)
    console.publisher.ask()
    return changed
