"""The words and word pairs of a post that could name a theme."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from umot.digest.words import languages, words

# Addresses, names that are called and marks of platforms are nobody's theme.
# What begins anywhere in a word is looked for from the word's beginning only, which is much faster.
NOISE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|[@/]\w+|<[^<>\s]{1,20}>")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A pair is two words with nothing but a space or hyphen in between.
PARTS = re.compile(r"[^\w\s'’-]+|\d+|_+|\s-\s")
SHORTEST = 3  # letters of a word

Term = str  # a word, or two words with a space between


def terms(text: str, stop: frozenset[str]) -> set[Term]:
    """Words of at least `SHORTEST` letters, and pairs of two that stand together, in small letters.

    Words in `stop` are neither, nor part of a pair.
    """
    found: set[Term] = set()
    for part in PARTS.split(NOISE.sub(". ", unescape(text)).lower()):
        before = ""
        for word in WORD.findall(part):
            if len(word) < SHORTEST or word in stop:
                before = ""
                continue
            found.add(word)
            if before and before != word:
                found.add(f"{before} {word}")
            before = word
    return found


@cache
def stop_words(brand: str) -> frozenset[str]:
    """Words of every language known that name no theme, and those of the brand's own name."""
    known = {word for code in languages() for word in words(code)("themes.stop").split()}
    named = set(WORD.findall(brand.lower()))
    # It's and it’s are one word.
    both = known | {word.replace("'", "’") for word in known}
    return frozenset(both | named | {f"{word}'s" for word in named} | {f"{w}s" for w in named})
