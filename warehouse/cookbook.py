"""The cookbook: questions that marketers ask, by name, with the statement that answers each.

They live in ``warehouse/sql/cookbook/NN-NAME.sql``, in the order of the page made from them. A file
opens with three remarks (``-- nl:``, ``-- en:``, ``-- read:``); its statement follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from warehouse import sql

FILE = re.compile(r"\d+-(?P<name>[a-z0-9]+(-[a-z0-9]+)*)\.sql")
TEXT = re.compile(
    r"-- nl: (?P<title_nl>.+)\n-- en: (?P<title_en>.+)\n-- read: (?P<remark>.+)\n"
    r"(?P<sql>(?:SELECT|WITH)\s[\s\S]+?)\n*"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the one statement that answers it, and how to read the answer."""

    name: str  # kebab-case
    title_nl: str
    title_en: str
    sql: str  # without a semicolon; runs as it is on the published copy
    remark: str  # in English


@cache
def queries() -> dict[str, Query]:
    """The questions by name, in the cookbook's order. Raises `ValueError` for a malformed file."""
    found = {}
    for file, text in sql.folder("cookbook"):
        named, parts = FILE.fullmatch(file), TEXT.fullmatch(text)
        if not named or not parts:
            raise ValueError(f"{file} is not a question with nl, en, read and a statement")
        found[named["name"]] = Query(named["name"], **parts.groupdict())
    return found
