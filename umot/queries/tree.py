"""What a query is once it is read: a tree that finds itself in texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from umot.queries.words import Words

MOST_SEARCHES = 12  # a query that comes to more is not handed to a platform

Span: TypeAlias = tuple[int, int]
Found: TypeAlias = tuple[str, ...] | None  # the terms that were found; None: no match
Needed: TypeAlias = list[frozenset[str]] | None  # sets of words that are needed; None: not known


class QueryError(ValueError):
    """A query that cannot be read; `column` counts from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row; `shown` is how the query spells them."""

    words: tuple[str, ...]
    shown: str
    sign: str = ""
    beginning: bool = False

    def spans(self, text: Words) -> list[Span]:
        """Where it stands."""
        return text.spans(self.words, self.sign, beginning=self.beginning)

    def found(self, text: Words) -> Found:
        """Itself, if it occurs."""
        return (f"{self.sign}{self.shown}",) if self.spans(text) else None

    def needed(self) -> Needed:
        """Itself, and as the one word that a hashtag makes of it."""
        if self.beginning:
            return None
        if len(self.words) == 1:
            return [frozenset({self.shown})]
        return [frozenset({f'"{self.shown}"'}), frozenset({"".join(self.words)})]


@dataclass(frozen=True, slots=True)
class Not:
    """What may not occur."""

    part: Node

    def found(self, text: Words) -> Found:
        """Nothing found is what was wanted."""
        return () if self.part.found(text) is None else None

    def needed(self) -> Needed:
        """Nothing that could be looked for."""
        return None


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Node, ...]

    def found(self, text: Words) -> Found:
        """What was found of each."""
        terms: tuple[str, ...] = ()
        for part in self.parts:
            if (one := part.found(text)) is None:
                return None
            terms += one
        return terms

    def needed(self) -> Needed:
        """The words of all that name some."""
        return _together([part.needed() for part in self.parts])


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    parts: tuple[Node, ...]

    def found(self, text: Words) -> Found:
        """What was found of any."""
        several = [one for part in self.parts if (one := part.found(text)) is not None]
        return tuple(term for one in several for term in one) if several else None

    def spans(self, text: Words) -> list[Span]:
        """Where any of them stands; only asked of words and phrases."""
        return [span for part in self.parts if isinstance(part, Term) for span in part.spans(text)]

    def needed(self) -> Needed:
        """Those of each."""
        several: list[frozenset[str]] = []
        for part in self.parts:
            if (one := part.needed()) is None:
                return None
            several += one
        return several


@dataclass(frozen=True, slots=True)
class Near:
    """Two of which the one is at most `distance` words further on or back."""

    first: Term | Or
    second: Term | Or
    distance: int

    def found(self, text: Words) -> Found:
        """Both, if they are near."""
        ones, others = self.first.spans(text), self.second.spans(text)
        near = any(_gap(one, other) <= self.distance for one in ones for other in others)
        return (self.first.found(text) or ()) + (self.second.found(text) or ()) if near else None

    def needed(self) -> Needed:
        """Those of both."""
        return _together([self.first.needed(), self.second.needed()])


Node: TypeAlias = Term | Not | And | Or | Near


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read. `text` is as it was written."""

    text: str
    root: Node

    def found(self, *texts: str | None) -> Found:
        """The terms that were found in title, body and the like; None where it does not match."""
        return self.within(Words.of(texts))

    def within(self, words: Words) -> Found:
        """The same for a text whose words are known, each term once."""
        found = self.root.found(words)
        return None if found is None else tuple(dict.fromkeys(found))

    def searches(self) -> tuple[str, ...]:
        """Plain searches that together find all that matches, and more, for a platform to make.

        Each is words and "phrases" that all have to occur. Empty where there are none: then only
        reading everything will do.
        """
        needed = self.root.needed()
        if not needed or len(needed) > MOST_SEARCHES:
            return ()
        lists = [" ".join(sorted(words)) for words in needed]
        return tuple(dict.fromkeys(lists))


def _together(several: list[Needed]) -> Needed:
    known = [one for one in several if one is not None]
    if not known:
        return None
    made = [frozenset[str]()]
    for one in sorted(known, key=len):
        if len(made) * len(one) > MOST_SEARCHES:  # without it more is found, which is no harm
            continue
        made = [first | second for first, second in product(made, one)]
    return made if made != [frozenset[str]()] else None


def _gap(one: Span, other: Span) -> int:
    if one[1] < other[0]:
        return other[0] - one[1]
    return one[0] - other[1] if other[1] < one[0] else 0
