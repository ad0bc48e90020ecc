"""Lists within a text: pros and cons, numbered points, points between commas."""

from __future__ import annotations

import re
from collections.abc import Iterator

BULLET = re.compile(r"\s*(?:[-+*•●◦▪‣·–—✓✔✗✘])\s*")
POINT = re.compile(r"(?<=\s)[+\-–](?=\s)|(?<![\w+\-])\+(?=\w)")
MINUS = re.compile(r"(?<=\s)[-–](?=[^\W\d])")  # "-traag", where "+goed" went before
NUMBER = re.compile(r"(?<!\S)\(?(?P<number>\d{1,2}|[a-h])[.)](?=\s+\S)")
SIGN = re.compile("[👍👎✅❌✔✖☑❎➕➖]\ufe0f?[\U0001f3fb-\U0001f3ff]?")
DIVIDER = re.compile(r"(?<!\S)[•●◦▪‣|](?=\s)")  # set apart, these do nothing but divide
STAR = re.compile(r"(?<!\S)\*(?=\s)")
COMMA = re.compile(r"[,;]\s+")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
FEWEST = 3  # points between commas that make a list, "snel geleverd, goed verpakt, mooi product"
SHORTEST, LONGEST = 2, 4  # words of each
# What goes on after a comma rather than making the next point.
CONNECTING = (
    "die dat wat waar welke dus en of om want omdat zodat als toen in op met voor bij naar van te "
    "maar who which that what where and or so because when if in on at with for to of since but "
    "der die das dass und oder weil wenn um mit für bei nach von zu aber "
    "qui que dont où et ou donc car pour avec chez dans à mais"
)
GOING_ON = frozenset(CONNECTING.split())


def points(text: str) -> Iterator[int]:
    """Where the next point of a marked list begins: "+ ligging - parkeren", "1) snel 2) goed"."""
    places = {*plus_minus(text), *numbered(text)}
    places.update(match.start() for match in DIVIDER.finditer(text))
    if text.lstrip().startswith("* "):
        places.update(match.start() for match in STAR.finditer(text))
    yield from sorted(places)


def plus_minus(text: str) -> Iterator[int]:
    """The points of pros and cons."""
    found = [match.start() for match in POINT.finditer(text)]
    first = BULLET.match(text)
    listed = first is not None and text[: first.end()].strip()[:1] in {"+", "-", "–"}
    if "+" in {text[place] for place in found} or text.lstrip().startswith("+"):
        found = sorted({*found, *(match.start() for match in MINUS.finditer(text))})
    marks = {text[place] for place in found}
    if listed or (len(found) > 1 and "+" in marks and len(marks) > 1):
        yield from (place for place in found if place >= (first.end() if listed and first else 1))


def numbered(text: str) -> Iterator[int]:
    """The points of a list numbered from 1 or a on."""
    wanted = None
    for match in NUMBER.finditer(text):
        number = match["number"]
        if number in {"1", "a"} or number == wanted:
            yield match.start()
            wanted = str(int(number) + 1) if number.isdigit() else chr(ord(number) + 1)


def signs(text: str) -> Iterator[int]:
    """The points that each begin with a thumb, a tick or a cross, where the text begins so."""
    if SIGN.match(text.lstrip()):
        for match in SIGN.finditer(text):
            if any(map(str.isalnum, text[match.end() : match.end() + 3])):
                yield match.start()


def parts(text: str) -> Iterator[int]:
    """The points of a sentence that is nothing but short points between commas."""
    places = [match.end() for match in COMMA.finditer(text)]
    if len(places) < FEWEST - 1:
        return
    for start, stop in zip([0, *places], [*places, len(text)], strict=True):
        words = WORD.findall(text, start, stop)
        if not SHORTEST <= len(words) <= LONGEST or words[0].lower() in GOING_ON:
            return
    yield from places
