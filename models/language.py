"""Which language a post is in: among the configured ones, or another one that is not read.

py3langid ranks some hundred languages; left free, it takes a short Dutch sentence for Afrikaans
or Frisian. So it chooses among the configured languages and those that public posts are otherwise
written in (`OTHERS`). A post counts as one of the latter only where that is clear; what can be
told of a short text by no means ("ok 👍") is taken to be in the language given as the default.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from umot.errors import UnknownName

# Languages of Latin script that posts about a European brand come in. Left out are those
# that short texts in a configured language are mistaken for more often than they occur:
# Afrikaans, Frisian, Luxembourgish, Galician, Aragonese, Latin, pidgins and the like.
LATIN = "az bs ca cs cy da et eu fi ga hr hu id is ku lt lv ms mt nn no pl ro sk sl so sq sr sv sw"
OTHERS = frozenset(f"{LATIN} tl tr uz vi nl en de fr es it pt".split())
CLEAR = 0.8  # of the likelihood must lie outside the configured languages
FEWEST = 12  # letters below which no text is taken for another language
TOO_FEW = 6  # letters below which no language is told at all
PRIOR = 2.0  # how much likelier the default language is than each other one
LONGEST = 2000  # characters looked at
NOISE = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+|@\w+|\d+|<\w+>")
NORWEGIAN = {"nn": "no"}


def primary(code: str) -> str:
    """The language of a code as people and platforms write it: nl of NL, nl-BE and nl_NL."""
    return code.strip().lower().replace("_", "-").split("-")[0]


class Identifier:
    """Tells the languages of texts apart.

    `languages`: the configured ones, ISO 639-1. `default`: the language of texts of which it
    cannot be told. Raises `UnknownName` for a language that cannot be identified.
    """

    def __init__(self, languages: Iterable[str], default: str) -> None:
        self.languages = tuple(dict.fromkeys(languages))
        self.default = default if default in self.languages else self.languages[0]
        known = set(model().labels)
        for language in self.languages:
            if language not in known:
                raise UnknownName("language", language, known)
        self.candidates = OTHERS.union(self.languages)

    def identify(self, text: str, given: str | None = None) -> str:
        """The language of a text, ISO 639-1.

        `given` is what the platform says: it stands where the text does not clearly differ.
        """
        said = primary(given) if given else None
        default = said if said in self.languages else self.default
        clean = NOISE.sub(" ", text[:LONGEST])
        if sum(map(str.isupper, clean)) > sum(map(str.islower, clean)):
            clean = clean.lower()  # shouting looks like another language to the identifier
        scripts = Counter(script(character) for character in clean if character.isalpha())
        letters = sum(scripts.values())
        foreign = scripts["LATIN"] * 2 < letters and not scripts["MATHEMATICAL"]
        if foreign:
            return self.foreign_script(clean)
        if letters < TOO_FEW:
            return said or default
        shares = self.shares(clean, default)
        outside = {key: share for key, share in shares.items() if key not in self.languages}
        likelihood = sum(outside.values())
        if said and said not in self.languages and likelihood > 1 - CLEAR:
            return said
        if letters >= FEWEST and likelihood >= CLEAR:
            other = max(outside, key=lambda language: outside[language])
            return NORWEGIAN.get(other, other)
        return max(self.languages, key=lambda language: shares[language])

    def shares(self, text: str, default: str) -> dict[str, float]:
        """The likelihood of each candidate, together 1; the default one's counts `PRIOR` times."""
        found = {
            language: share * (PRIOR if language == default else 1)
            for language, share in model().rank(text)
            if language in self.candidates
        }
        total = sum(found.values())
        return {language: share / total for language, share in found.items()}

    def foreign_script(self, text: str) -> str:
        """The likeliest of all languages, for a text that is not in Latin letters."""
        return next(str(language) for language, _ in model().rank(text) if language != "zxx")


@lru_cache(maxsize=4096)
def script(character: str) -> str:
    """The script of a letter: the first word of its Unicode name."""
    return unicodedata.name(character, "UNKNOWN").split()[0].removeprefix("FULLWIDTH") or "LATIN"


@cache
def model() -> Any:
    """The identifier of all languages, loaded once (about a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
