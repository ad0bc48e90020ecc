"""A few labelled posts, and a file of them."""

from __future__ import annotations

import csv
from pathlib import Path

ROWS = [
    ("Snel bezorgd en keurig ingepakt, helemaal top!", "positive", "nl", "shop"),
    ("Nooit meer, wat een waardeloze klantenservice.", "negative", "nl", "bank"),
    ("Het filiaal ligt tegenover het station.", "neutral", "nl", "bank"),
    ("What a wonderful stay, thank you so much!", "positive", "en", "hotel"),
    ("They lost my luggage and nobody cares. Awful.", "negative", "en", "airline"),
    ("The meeting is on Tuesday at three.", "neutral", "en", "bank"),
    ("Echt een geweldige winkel, ik ben er dol op!", "negative", "nl", "shop"),  # labelled wrongly
]


def written(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "language", "domain"])
        writer.writerows(rows)
    return path
