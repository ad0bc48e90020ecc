"""Reading queries: by descent, with the column of every mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from umot.queries.tree import And, Near, Node, Not, Or, Query, QueryError, Term
from umot.queries.words import WORD, fold

DEEPEST = 50  # parentheses within each other
TOKEN = re.compile(
    r"""\s*(?:
        (?P<mark>[()])
      | (?P<sign>[\#@]?)["“”„](?P<phrase>[^"“”„]*)(?P<close>["“”„]?)(?P<star>\*?)
      | (?P<minus>-)(?=[\w"“”„(\#@])
      | (?P<word>[^\s()"“”„]+)
    )""",
    re.VERBOSE,
)
NEAR = re.compile(r"NEAR/([0-9]{1,4})")
OPERATORS = ("AND", "OR", "NOT", "NEAR")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: `kind` is (, ), AND, OR, NOT, NEAR, term or end."""

    kind: str
    column: int
    term: Term | None = None
    distance: int = 0


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Read a query. Raises `QueryError`, a ValueError, naming the column of the mistake."""
    return Query(text, _Reader(_tokens(text)).whole())


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:  # pragma: no cover - every character is in one of them
            raise QueryError(at + 1, "cannot be read")
        column = match.end() - len(match[0].lstrip()) + 1
        found.append(_token(match, column))
        at = match.end()
    return [*found, Token("end", len(text) + 1)]


def _token(match: re.Match[str], column: int) -> Token:
    if match["mark"]:
        return Token(match["mark"], column)
    if match["minus"]:
        return Token("NOT", column)
    if match["phrase"] is not None:
        if not match["close"]:
            raise QueryError(column, "this quotation mark is never closed")
        return Token("term", column, _term(match["phrase"], column, match["sign"], match["star"]))
    word = match["word"]
    if word.upper() in OPERATORS or word.upper().startswith("NEAR/"):
        if word != word.upper():
            meant = f'write {word.upper()} in capitals, or "{word}" if the word itself is meant'
            raise QueryError(column, meant)
        if not word.startswith("NEAR"):
            return Token(word, column)
        near = NEAR.fullmatch(word)
        if near is None or near[1].strip("0") == "":
            raise QueryError(column, "NEAR needs a number of words, e.g. NEAR/5")
        return Token("NEAR", column, distance=int(near[1]))
    sign = word[0] if word[0] in "#@" else ""
    bare = word.removeprefix(sign)
    return Token("term", column, _term(bare.rstrip("*"), column, sign, bare[-1:]))


def _term(text: str, column: int, sign: str, end: str) -> Term:
    words = tuple(WORD.findall(fold(text)))
    if not words:
        raise QueryError(column, f"there is no word in {text or sign + end!r}")
    if "*" in text:
        raise QueryError(column, "a * stands at the end of a word only")
    return Term(words, " ".join(text.split()), sign, end == "*")


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, kind: str) -> Token | None:
        token = self._next
        if token.kind != kind:
            return None
        self._at += 1
        return token

    def whole(self) -> Node:
        """Read it to its end."""
        if self._next.kind == "end":
            raise QueryError(1, "the query is empty")
        node = self._either()
        if self._next.kind != "end":  # only a ) stops before the end
            raise QueryError(self._next.column, "this ) closes nothing")
        return node

    def _either(self) -> Node:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts = [self._single()]
        while self._take("AND") or self._next.kind in ("term", "(", "NOT"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Node:
        if token := self._take("NOT"):
            with _Deeper(self, token):
                return Not(self._single())
        node = self._atom()
        while near := self._take("NEAR"):
            second = self._atom()
            if isinstance(node, Near):  # a NEAR/3 b NEAR/3 c: each near the one before
                last = Near(node.second, _placed(second, near), near.distance)
                node = And((node, last))
            elif isinstance(node, And) and isinstance(node.parts[-1], Near):
                last = Near(node.parts[-1].second, _placed(second, near), near.distance)
                node = And((*node.parts, last))
            else:
                node = Near(_placed(node, near), _placed(second, near), near.distance)
        return node

    def _atom(self) -> Node:
        token = self._next
        if self._take("("):
            with _Deeper(self, token):
                node = self._either()
            if not self._take(")"):
                raise QueryError(token.column, "this ( is never closed")
            return node
        if self._take("term") and token.term:
            return token.term
        if token.kind == "end":
            raise QueryError(token.column, "a word or phrase is missing at the end")
        raise QueryError(token.column, f"a word or phrase is missing before this {token.kind}")


class _Deeper:
    """Counts how deep the reader is, so that no query exhausts the stack."""

    def __init__(self, reader: _Reader, token: Token) -> None:
        self._reader = reader
        self._token = token

    def __enter__(self) -> None:
        self._reader._depth += 1
        if self._reader._depth > DEEPEST:
            raise QueryError(self._token.column, f"more than {DEEPEST} within each other")

    def __exit__(self, *_: object) -> None:
        self._reader._depth -= 1


def _placed(node: Node, near: Token) -> Term | Or:
    if isinstance(node, Term):
        return node
    if isinstance(node, Or) and all(isinstance(part, Term) for part in node.parts):
        return node
    raise QueryError(near.column, "NEAR stands between words, phrases or (a OR b) of them")
