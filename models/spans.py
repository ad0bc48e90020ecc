"""Splitting a text into spans that each speak of one thing.

Lines and bullets first, then sentences, then clauses where the story turns ("het eten was lekker,
maar de bediening traag"). Rules, no model: what a regular expression sees is the same on every
machine, and a wrong cut costs little, since a span is read in the context of its whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from models import lists, turns
from models.text import EMAIL, LINK

Range = tuple[int, int]

EMOJI = "\u203c\u2049\u20e3\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\U0001f000-\U0001faff"
LINE = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
HEADING = re.compile(
    r"(?i)(?<=[\s.;,])(?:(?:plus|min|minus)?punten|voordelen|nadelen|pros|cons|positief|negatief|"
    r"vorteile|nachteile|positiv|negativ|avantages|inconvénients|points? (?:positif|négatif)s?|"
    r"les (?:plus|moins)|ventajas|desventajas)\s*:"
)
SMILE = r"(?<!\w)[:;=]['’]?-?[()\[\]DPp/|](?!\w)"
END = re.compile(
    rf"(?P<mark>[.!?…]+)(?P<close>[\"'”’»)\]]*)"
    rf"(?P<emoji>(?:[^\S\r\n]*(?:[{EMOJI}]+|{SMILE}))*)(?P<space>\s*)"
)
AFTER_EMOJI = re.compile(rf"(?:(?<=[{EMOJI}])|{SMILE})\s+(?=[A-ZÀ-ÖØ-Þ])")
STUCK_EMOJI = re.compile(rf"(?<=[{EMOJI}])(?=[^\W\d_]{{2}})")  # "boos😡niemand belt"
SMALLEST = 4  # characters that can hold two spans
WRAPPED = 45  # characters from which a line without an end may go on in the next one

# Written without their last dot. Those of `PERHAPS` may also end a sentence.
SHORT = (
    "bijv bv nl dhr mevr mw dr drs ir ing mr mrs ms prof blz tel excl incl evt resp vs afd gem jl "
    "fam plm c.-à-d zgn vb ca approx inc ltd corp dept jr sr bzw evtl ggf inkl exkl vgl zzgl mind "
    "str dipl mme mlle env tél réf jan feb mrt apr aug sept okt nov dec sep oct hr fr st fig ex"
)
ABBREVIATIONS = frozenset(SHORT.split())
PERHAPS = frozenset({"enz", "etc", "e.d", "ed", "usw", "min", "max", "std", "p.m", "a.m", "u.s"})
# Abbreviations only before a number.
BEFORE_NUMBER = "nr no n° art ma di wo do vr za zo mo mi sa so mon tue wed thu fri sun"
NUMBERED = frozenset(BEFORE_NUMBER.split())
MONTHS = re.compile(r"(?i)(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)")
DOMAIN = re.compile(r"(?i)(?:com|nl|be|de|fr|org|net|eu|uk|io|js|es|it|pt)\b")


def split(text: str) -> tuple[Range, ...]:
    """The character ranges of the spans of `text`: in order, apart, without space at their ends.

    Together they hold every character that is not space.
    """
    ranges = [(0, len(text))]
    for find in (lines, lists.signs, sentences, lists.points, lists.parts, turns.find):
        ranges = [
            part
            for one in ranges
            for part in (divide(text, one, find) if one[1] - one[0] >= SMALLEST else (one,))
        ]
    return tuple(joined(text, ranges))


def divide(text: str, whole: Range, find: Callable[[str], Iterator[int]]) -> Iterator[Range]:
    """The parts of a range between the places that `find` names in it."""
    start, stop = whole
    last = start
    for place in find(text[start:stop]):
        if last < start + place < stop:
            yield last, start + place
            last = start + place
    yield last, stop


def joined(text: str, ranges: list[Range]) -> Iterator[Range]:
    """The ranges without space at their ends; one of signs only joins the one before."""
    held: Range | None = None
    for start, stop in ranges:
        part = text[start:stop]
        if not part.strip():
            continue
        here = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
        if held is None:
            held = here
        elif speaks(text[here[0] : here[1]]) and speaks(text[held[0] : held[1]]):
            yield held
            held = here
        else:
            held = held[0], here[1]
    if held is not None:
        yield held


def speaks(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(map(str.isalnum, text))


def lines(text: str) -> Iterator[int]:
    """Where a new line begins a new thought, and not merely a wrapped one."""
    last = 0
    for match in LINE.finditer(text):
        line = text[last : match.start()].rstrip()
        following = text[match.end() : match.end() + 80].lstrip(" \t")
        wrapped = (
            len(line) >= WRAPPED
            and line[-1:].isalnum()
            and following[:1].islower()
            and len(set(match.group()) & {"\n", "\r"}) == len(match.group())
        )
        if not wrapped:
            yield match.end()
        last = match.end()


def sentences(text: str) -> Iterator[int]:
    """Where a sentence begins after another one."""
    for pattern in (LINK, EMAIL):  # dots within these end nothing; the last character may
        text = pattern.sub(lambda found: "x" * (len(found[0]) - 1) + found[0][-1], text)
    places = {
        match.end()
        for match in AFTER_EMOJI.finditer(text)
        if speaks(text[max(match.start() - 40, 0) : match.start()])
    }
    for match in STUCK_EMOJI.finditer(text):
        if len(text[max(match.start() - 30, 0) : match.start()].split()) > 1:
            places.add(match.start())
    numbers = {place + by for place in lists.numbered(text) for by in (1, 2)}  # no ends: "2."
    for match in END.finditer(text):
        if match.end() < len(text) and match.start() not in numbers and ends(text, match):
            places.add(match.end())
    places.update(match.start() for match in HEADING.finditer(text))
    yield from sorted(places)


def ends(text: str, match: re.Match[str]) -> bool:
    """Whether this mark ends a sentence."""
    mark, following = match["mark"], text[match.end()]
    apart = bool(match["space"]) or bool(match["emoji"])
    if match["close"] and following.islower():
        return False
    if "!" in mark or "?" in mark:
        return apart or following.isalpha()
    if len(mark) > 1 or mark == "…":
        return following.isupper() or (apart and not following.islower())
    return ends_at_dot(text, match, following, apart=apart)


def ends_at_dot(text: str, match: re.Match[str], following: str, *, apart: bool) -> bool:
    """Whether a single dot ends a sentence."""
    before = text[max(match.start() - 30, 0) : match.start()].split()
    word = before[-1].lstrip("(\"'“‘«[").lower() if before else ""
    rest = text[match.end() : match.end() + 12]
    if not apart:  # "snel geleverd.Aanrader": a forgotten space, but no "Booking.com" or "2.Klas"
        forgotten = following.isupper() and rest[1:2].islower() and word[-3:].isalpha()
        return forgotten and len(word) > 2 and not DOMAIN.match(rest)
    if word in ABBREVIATIONS or re.fullmatch(r"(?:[a-zà-ÿ]\.)*[a-zà-ÿ]", word):
        return word in PERHAPS and len(before) > 1 and following.isupper()
    if word in PERHAPS:
        return following.isupper()
    if word in NUMBERED:
        return not following.isdigit()
    ordinal = word.isdigit() and len(word) <= 2  # German: "am 3. Mai", "der 2. versuch"
    return not (ordinal and (following.islower() or MONTHS.match(rest)))
