"""What running programs have written down: log files, and the history of runs in Prefect."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from umot.errors import Retriable
from umot.forgetting.request import AGE, Request
from umot.forgetting.words import MANY, pattern, sought
from warehouse.tombstones import ERASED

LOGS = "logs"
HISTORY = Path("prefect") / "prefect.db"
DIGEST = "umot-digest"  # the key under which a flow keeps the digest it wrote
NOTE = "Taken out, for something in it was erased since; the digest's file is up to date."
PATIENCE = 60.0  # seconds to wait for the server that writes in it
# Where Prefect keeps words (what was logged, shown, and said at the end of runs), and what stands
# there for nothing; some of it is JSON and has to stay so.
COLUMNS = (
    ("artifact", "data", f'"{ERASED}"'),
    ("artifact", "description", ERASED),
    ("artifact_collection", "data", f'"{ERASED}"'),
    ("artifact_collection", "description", ERASED),
    ("log", "message", ERASED),
    ("flow_run_state", "message", ERASED),
    ("task_run_state", "message", ERASED),
    ("events", "payload", "{}"),
)


def blot(home: Path, request: Request) -> None:
    """Write stars over the words in log files.

    In place and without changing the length, since servers may be appending to them. Where there
    are too many words to look for, every line goes.
    """
    many = len(sought(request)) > MANY
    found = re.compile(rb"[^\n]+") if many else pattern(request)
    for path in sorted((home / LOGS).glob("*")) if found else []:
        with path.open("r+b") as file:
            matches = list(found.finditer(file.read())) if found else []
            request.went(home, f"log {path.name}", len(matches))
            for match in matches:
                file.seek(match.start())
                file.write(b"*" * (match.end() - match.start()))


def erase_history(home: Path, request: Request) -> None:
    """Take the words out of Prefect's history of runs, digests shown there included.

    Raises `Retriable` while a server keeps it busy.
    """
    path = home / HISTORY
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as db:
            # What is overwritten or deleted is overwritten with zeros.
            db.execute("PRAGMA secure_delete = ON")
            db.execute("BEGIN IMMEDIATE")
            changed = take_out_words(db, request)
            # What is merely too old is in no digest shown there if it is in none of the files.
            if request.kind != AGE or request.gone("digest"):
                changed += take_out_digests(db)
            request.went(home, "history", changed)
            db.execute("COMMIT")
            if changed or request.kind != AGE:
                db.execute("VACUUM")  # what was freed earlier still held its content
            (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise Retriable(f"{HISTORY} is in use ({error}); the rest follows later") from error
    if busy:
        raise Retriable(f"{HISTORY} is being read; the rest follows later")


def take_out_digests(db: sqlite3.Connection) -> int:
    """Digests are kept there as they were shown: all go, for a quote cannot be told from a text."""
    note = json.dumps(NOTE)
    return sum(
        db.execute(
            f"UPDATE {table} SET data = ? WHERE key = ? AND data IS NOT ?",
            (note, DIGEST, note),
        ).rowcount
        for table in ("artifact", "artifact_collection")
        if column(db, table, "data")
    )


def take_out_words(db: sqlite3.Connection, request: Request) -> int:
    """Replace the words wherever Prefect keeps some; returns the rows that had any."""
    found = pattern(request)
    if found is None:
        return 0
    everything = len(sought(request)) > MANY  # then no word is looked for: every one goes
    changed = 0
    for table, name, nothing in COLUMNS:
        if not column(db, table, name):
            continue
        rows = db.execute(f"SELECT rowid, {name} FROM {table}").fetchall()
        for rowid, text in rows:
            after = nothing if everything and text else replaced(text, found, nothing)
            if after != text:
                db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (after, rowid))
                changed += 1
    return changed


def replaced(text: object, found: re.Pattern[bytes], nothing: str) -> object:
    """A value without the words; `nothing` where it would be no JSON any more."""
    if not isinstance(text, str):
        return text
    before = text.encode("utf-8", "surrogatepass")
    after = found.sub(ERASED.encode(), before).decode("utf-8", "surrogatepass")
    if nothing != ERASED and after != text:
        try:
            json.loads(after)
        except ValueError:
            return nothing
    return after


def column(db: sqlite3.Connection, table: str, name: str) -> bool:
    """Whether this version of Prefect has such a column."""
    return any(row[1] == name for row in db.execute(f"PRAGMA table_info({table})"))
