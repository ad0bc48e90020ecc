"""The words of what is erased, in every guise they may have in a file, and where they stand."""

from __future__ import annotations

import html
import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from umot.forgetting.found import backups
from umot.forgetting.request import FOLDER, Request
from warehouse.forget import LEAST

MANY = 1000  # words beyond which they are not looked for one by one
LETTERS = rb"[0-9A-Za-z_\x80-\xff]"
FURTHER = rb"[0-9A-Za-z_\x80-\xff/?&=%-]"  # what makes another address of one
# DuckDB's and SQLite's files of our own are erased by asking them.
DATABASES = (".duckdb", ".wal", ".db", ".db-wal", ".db-shm")
OURS = ("warehouse", "prefect")


def sought(request: Request) -> list[str]:
    """The name, addresses and texts to look for; texts too short to be anyone's own are not."""
    name = [request.name] if request.name else []
    texts = [text for text in request.texts if len(text) >= LEAST]
    return [*name, *places(request), *texts]


def places(request: Request) -> list[str]:
    """The addresses to look for: those asked for, and those that only what is erased had."""
    return list(dict.fromkeys([*request.urls, *request.addresses]))


def guises(text: str) -> set[str]:
    """A text as it is, and as JSON, HTML and Markdown write it."""
    shown = {text, html.escape(text), re.sub(r"([\\`*_{}\[\]()#+\-.!|<>])", r"\\\1", text)}
    plain = {json.dumps(one, ensure_ascii=False)[1:-1] for one in shown}
    return shown | plain | {json.dumps(text)[1:-1]}


def pattern(request: Request) -> re.Pattern[bytes] | None:
    """Finds any of the words in UTF-8, names and addresses whole ones only. None for no words."""
    parts = []
    addresses = frozenset(places(request))
    for word in sought(request):
        for guise in guises(word):
            escaped = re.escape(guise.encode("utf-8", "replace"))
            if word == request.name:
                escaped = rb"(?<!%s)%s(?!%s)" % (LETTERS, escaped, LETTERS)
            elif word in addresses:
                # The address of a thread is the beginning of those of its replies.
                escaped = rb"%s(?!%s)" % (escaped, FURTHER)
            parts.append(escaped)
    # The longest first: one guise may begin like another.
    parts.sort(key=len, reverse=True)
    return re.compile(b"|".join(parts)) if parts else None


def holders(home: Path, request: Request) -> list[str] | None:
    """Files below `home` that still hold any of the words, by their path within it, in order.

    umot's own are erased by then: what is left was put there by people, e.g. exports to import.
    None where there are too many words to look for.
    """
    found = pattern(request)
    addresses = frozenset(places(request))
    wide = [
        word.encode(coding, "replace")
        for word in sought(request)
        if word not in addresses
        for coding in ("utf-16-le", "utf-16-be")
    ]
    if found is None or len(wide) > MANY:
        return [] if found is None else None
    held = []
    reached = frozenset(backups(home))
    for path in files(home):
        within = path.relative_to(home)
        asked = within.parts[0] == FOLDER  # requests that are still to be carried out
        ours = within.parts[0] in OURS and path.name.endswith(DATABASES)
        if not asked and not ours and path not in reached and holds(path, found, wide):
            held.append(within.as_posix())
    return held


def files(home: Path) -> Iterator[Path]:
    """Every plain file below a folder, in order."""
    yield from sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink())


def holds(path: Path, found: re.Pattern[bytes], wide: list[bytes]) -> bool:
    """Whether a file has what `found` finds or `wide` lists; one that is gone by now has not."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return bool(found.search(content)) or any(
                    content.find(needle) >= 0 for needle in wide
                )
    except FileNotFoundError:
        return False
