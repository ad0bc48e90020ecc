"""Stages of the customer journey as public labels imply them: reasons, aspects and intents.

The labels are weak: they were given for another purpose. What a set calls a category is mapped to
the stage that most of its sentences speak of; categories that mix stages (a product "overall", a
restaurant "general") are left out, and a sentence counts only if all its categories agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from models.text import normalise
from models.training.data import STAGES, Row

# Reasons of negative tweets to airlines.
REASONS = {
    "Customer Service Issue": "peak",
    "Late Flight": "peak",
    "Cancelled Flight": "peak",
    "Bad Flight": "peak",
    "Flight Attendant Complaints": "peak",
    "longlines": "peak",
    "Flight Booking Problems": "definitive",
    "Lost Luggage": "end",
    "Damaged Luggage": "end",
}

# Aspects of reviewed sentences; the first pattern that fits (case ignored) decides, "" skips.
ASPECTS = tuple(
    (re.compile(pattern, re.IGNORECASE), stage)
    for pattern, stage in (
        (r"price|value for money|ticketkauf|course value", "definitive"),
        (r"logistics|packaging|shipment|^shipping|seller service#shipping", "end"),
        (r"exchange/warranty|^gepäck|^warranty", "end"),
        (r"recommend|repurchase|loyalty", "ultimate"),
        (r"^image#marketing|promotional|availability", "zero"),
        (r"overall|buyer attitude|seller service|branding|^support|^company", ""),
        (r"^(restaurant|hotel|food|laptop) (general|miscellaneous)|^polarity", ""),
        (r"^(restaurant|hotel|laptop)#(general|miscellaneous)", ""),
        (r"^(course|faculty|presentation|assignments|material|grades)\b", ""),
        (r"mathematical|instructor|course_general|^other$|teaching_setup", ""),
        (r"^allgemein|unregelm|streckennetz", ""),
        (r".", "peak"),
    )
)

# Intents of questions to a bank; all others are about using the account.
INTENTS = tuple(
    (re.compile(pattern), stage)
    for pattern, stage in (
        (r"age_limit|country_support|supported|visa_or|apple_pay|currency|limits$", "zero"),
        (r"charge|fee_|_fee|exchange_rate|order_|get_|getting_|verify|identity", "definitive"),
        (r"refund|terminate|reverted|arrival|delivery_estimate", "end"),
        (r".", "peak"),
    )
)


def weak(row: Mapping[str, Any]) -> str | None:
    """The stage that the labels of a row of a journey file imply, if any."""
    if row.get("negativereason"):
        return REASONS.get(row["negativereason"])
    if row.get("intent"):
        return next(stage for pattern, stage in INTENTS if pattern.search(row["intent"]))
    if row.get("relevant") is False:
        return "none"
    found = {aspect_stage(aspect) for aspect in row.get("aspects") or ()}
    return found.pop() or None if len(found) == 1 else None


def aspect_stage(aspect: str) -> str:
    """The stage of an aspect; empty where it mixes several."""
    return next(stage for pattern, stage in ASPECTS if pattern.search(aspect))


def rows(folder: Path, split: str) -> Iterator[Row]:
    """The rows of the journey files of a split that imply a stage; never the gold sentences."""
    for path in sorted(folder.glob(f"*_{split}.parquet")):
        if path.name.startswith("stages_gold"):
            continue
        for row in parquet.read_table(path).to_pylist():
            stage = weak(row)
            if stage and row["text"].strip():
                text = normalise(row["text"]).text
                number = STAGES.index(stage)
                yield Row(text, None, row["language"], row["source"], number)
