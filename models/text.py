"""Making text ready for the encoder while keeping the way back to the original characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

# What the encoder was trained on: a link is the word "http", an address "<email>".
LINK = re.compile(r"https?://\S+|www\.\S+")
# It starts where a word does and is bounded, lest a long run of letters takes quadratic time.
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,80}\w")
REPLACEMENTS = ((EMAIL, "<email>"), (LINK, "http"))


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text as the encoder gets it.

    `anchors` are (place in `text`, place in the original) pairs, ascending; between two anchors
    characters correspond one to one, except inside a replaced link or address.
    """

    text: str
    anchors: tuple[tuple[int, int], ...]

    def place(self, original: int) -> int:
        """The place in `text` of a character place in the original."""
        index = bisect_right(self.anchors, original, key=lambda pair: pair[1]) - 1
        here, there = self.anchors[index]
        place = here + original - there
        following = self.anchors[index + 1][0] if index + 1 < len(self.anchors) else len(self.text)
        return min(place, following)


def normalise(text: str) -> Normalised:
    """Replace links and e-mail addresses by the words the encoder knows for them."""
    found = sorted(
        (match.start(), match.end(), word)
        for pattern, word in REPLACEMENTS
        for match in pattern.finditer(text)
    )
    parts: list[str] = []
    anchors = [(0, 0)]
    length = done = 0
    for start, stop, word in found:
        if start < done:
            continue
        parts += [text[done:start], word]
        length += start - done
        anchors.append((length, start))
        length += len(word)
        anchors.append((length, stop))
        done = stop
    parts.append(text[done:])
    return Normalised("".join(parts), tuple(anchors))
