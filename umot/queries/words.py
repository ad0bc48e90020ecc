"""A text as the words that queries look for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

SIGNED = re.compile(r"([#@])?(\w+)")
WORD = re.compile(r"\w+")
# Where a capital begins a new word within a hashtag: KlaverKlacht, ANWBpas stays one.
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def fold(text: str) -> str:
    """Text in small letters, without accents and without characters that nobody sees."""
    return text.lower() if text.isascii() else bare(text).casefold()


def bare(text: str) -> str:
    """Text as `fold` makes it, but with its capitals."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if unicodedata.category(one) not in ("Mn", "Cf"))


@dataclass(slots=True)
class Words:
    """Where each word of a text stands, counted from 0; hashtags and names of accounts too."""

    places: dict[str, list[int]] = field(default_factory=dict)
    signed: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Words:
        """The words of title, body and the like; nothing is near what is in another of them."""
        made, place = cls(), 0
        for text in texts:
            if text:
                place = made._read(text, place) + 1000
        return made

    def _read(self, text: str, place: int) -> int:
        if "#" not in text and "@" not in text:
            for word in WORD.findall(fold(text)):
                self.places.setdefault(word, []).append(place)
                place += 1
            return place
        # Accents of their own and soft hyphens would part a word in two.
        for sign, word in SIGNED.findall(bare(text)):
            for one in WORD.findall(fold(word)):
                self.places.setdefault(one, []).append(place)
                if sign:
                    self.signed.setdefault((sign, one), []).append(place)
            place += 1
            if sign and len(humps := HUMP.split(word)) > 1:
                for one in humps:
                    self.places.setdefault(fold(one), []).append(place)
                    place += 1
        return place

    def spans(self, words: tuple[str, ...], sign: str, *, beginning: bool) -> list[tuple[int, int]]:
        """(first, last) place of each occurrence of words in a row.

        With a `sign` only as such; `beginning`: the last one is only how a word begins.
        """
        if sign:
            return [(at, at) for at in self._signed(sign, "".join(words), beginning)]
        if len(words) == 1:
            return [(at, at) for at in self._single(words[0], beginning)]
        last = set(self._single(words[-1], beginning))
        rest = [set(self.places.get(word, ())) for word in words[1:-1]]
        steps = [*rest, last]
        found = [
            (at, at + len(steps))
            for at in self.places.get(words[0], ())
            if all(at + step in places for step, places in enumerate(steps, start=1))
        ]
        joined = "".join(words)
        return found + [(at, at) for kind in "#@" for at in self._signed(kind, joined, beginning)]

    def _single(self, word: str, beginning: bool) -> list[int]:
        if not beginning:
            return self.places.get(word, [])
        return [at for one, places in self.places.items() if one.startswith(word) for at in places]

    def _signed(self, sign: str, word: str, beginning: bool) -> list[int]:
        if not beginning:
            return self.signed.get((sign, word), [])
        return [
            at
            for (kind, one), places in self.signed.items()
            if kind == sign and one.startswith(word)
            for at in places
        ]
