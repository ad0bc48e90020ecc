"""Taking erased writers' names out of what is kept of others: raw items, rejects, failed visits.

By the name, when it was asked for; by its keyed hash, when a restored file has brought it back.
"""

from __future__ import annotations

import json
import re

from duckdb import DuckDBPyConnection as Connection

from warehouse.tombstones import ERASED, Gate

ITEMS = 1000  # read at once
RAW, VISITS = "private.raw_items (names in others)", "source_runs (what was said of failures)"


def pattern(word: str) -> str:
    """A regular expression that finds a name or an address in JSON, as a whole one."""
    within = re.escape(json.dumps(word, ensure_ascii=False)[1:-1])
    further = "/?&=%-" if "://" in word else ""  # these make another address of one
    return rf"(^|\\[nrtbf]|[^\p{{L}}\p{{N}}_]){within}($|[^\p{{L}}\p{{N}}_{further}])"


def by_name(db: Connection, name: str, platform: str, gate: Gate) -> dict[str, int]:
    """Take a writer's name out; returns the rows that changed, by what they are."""
    items = redact(db, platform, gate, json.dumps(name, ensure_ascii=False))
    return counted(items, blot(db, pattern(name)))


def by_hash(db: Connection, gate: Gate) -> dict[str, int]:
    """Take out every name that has a tombstone; returns the rows that changed, by what they are.

    What was said of failures may name anybody, and a hash finds no name within a sentence: all
    of it goes.
    """
    platforms = sorted(gate.platforms)
    items = sum(redact(db, platform, gate) for platform in platforms)
    return counted(items, blot(db, "") if platforms else 0)


def counted(items: int, visits: int) -> dict[str, int]:
    """The counts that are not nought."""
    return {what: rows for what, rows in ((RAW, items), (VISITS, visits)) if rows}


def redact(db: Connection, platform: str, gate: Gate, value: str = "") -> int:
    """Take names out of a platform's raw items that hold the JSON `value`; how many changed."""
    found = db.execute(
        "SELECT source, post_id, payload::VARCHAR FROM private.raw_items "
        "WHERE starts_with(post_id, $1) AND contains(payload::VARCHAR, $2)",
        [f"{platform}:", value],
    )
    changed = []
    while items := found.fetchmany(ITEMS):
        for source, post_id, payload in items:
            before = json.loads(payload)
            after = gate.redacted(before, platform)
            if after != before:
                text = json.dumps(after, sort_keys=True, ensure_ascii=False)
                changed.append([source, post_id, text])
    for row in changed:
        db.execute(
            "UPDATE private.raw_items SET payload = $3 WHERE source = $1 AND post_id = $2", row
        )
    return len(changed)


def blot(db: Connection, words: str) -> int:
    """Put `ERASED` for what was said of visits where it matches `words`; how many rows changed."""
    changed = 0
    for column in ("error", "truncated"):
        row = db.execute(
            f"UPDATE source_runs SET {column} = $1 "  # noqa: S608 - two names of ours
            f"WHERE regexp_matches({column}, $2) AND {column} <> $1",
            [ERASED, words],
        ).fetchone()
        changed += row[0] if row else 0
    return changed


def rejects(db: Connection, gate: Gate) -> list[str]:
    """The rejected items that may not be kept, by their id."""
    found = db.execute("SELECT reject_id, payload::VARCHAR FROM private.rejected_items")
    refused = []
    while items := found.fetchmany(ITEMS):
        refused += [one for one, payload in items if not gate.lets_reject(json.loads(payload))]
    return refused
