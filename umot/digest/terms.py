"""The words and word pairs of a post that could name a theme."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from umot.digest.words import languages, words

# Addresses, names that are called and marks of platforms are nobody's theme.
# What begins anywhere in a word is looked for from the word's beginning only, which is much faster.
NOISE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|[@/]\w+|<[^<>\s]{1,20}>")
NOISY = ("/", "@", "<", "www.")  # a text with none of these has no noise, which is quickly seen
APOSTROPHES = "'’"
BREAK = "\n"  # parts phrases, where a space only parts words
SHORTEST = 3  # letters of a word

Term = str  # a word, or two words with a space between


class Signs(dict[int, str]):
    """What stands for each character of a text: letters stay, all else parts words or phrases.

    A pair is two words with nothing but a space or hyphen in between.
    """

    def __missing__(self, code: int) -> str:
        """Look at a character the first time it is seen."""
        sign = chr(code)
        if not (sign.isalpha() or sign in APOSTROPHES):
            sign = " " if sign.isspace() or sign == "-" else BREAK
        self[code] = sign
        return sign


SIGNS = Signs()


def terms(text: str, stop: frozenset[str]) -> set[Term]:
    """Words of at least `SHORTEST` letters, and pairs of two that stand together, in small letters.

    Words in `stop` are neither, nor part of a pair.
    """
    text = unescape(text)
    if any(sign in text for sign in NOISY):
        text = NOISE.sub(". ", text)
    found: set[Term] = set()
    # A hyphen before a space is a dash, and parts phrases.
    for phrase in text.lower().replace("- ", ". ").translate(SIGNS).split(BREAK):
        if len(phrase) < SHORTEST:
            continue
        before = ""
        for part in phrase.split():
            word = part.strip(APOSTROPHES)
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
    named = set(brand.lower().translate(SIGNS).split())
    # It's and it’s are one word.
    both = known | {word.replace("'", "’") for word in known}
    return frozenset(both | named | {f"{word}'s" for word in named} | {f"{w}s" for w in named})
