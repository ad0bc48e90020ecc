"""Proposals for a journey map: groups of spans that speak of one thing the map has no place for.

Spans become vectors, and the two groups that are most alike are joined again and again until none
are alike enough (average linkage by cosine). What is alike enough, and what has a place already,
is measured on the map's own examples, so that it holds for any model.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from models.language import Identifier
from models.likeness import unit
from models.prototypes import OTHER
from models.text import EMAIL, LINK
from umot.errors import Fatal
from umot.journey import LANGUAGES, NONE, JourneyMap, Touchpoint, plain
from umot.plugins import Scorer

Array = NDArray[np.float32]
Places = NDArray[np.intp]
Progress = Callable[[str, int, int | None], None]

FEWEST_WORDS = 4  # of a span; shorter ones ("thanks a lot") say too little of a touchpoint
FEWEST_POSTS = 3  # behind a proposal
MOST = 10  # proposals
QUOTES = 6  # of a proposal
LONGEST = 160  # characters of a quote, where there are shorter ones
AT_ONCE = 256  # texts read in one go
STRANGERS = 98  # percentile of the likeness of examples of different touchpoints
SIBLINGS = 75  # percentile of the likeness of examples to the likest of their own touchpoint
LEAST = 0.2  # likeness below which no two groups are joined, whatever the map says
UNKNOWN = 0.5  # what is alike enough on a map too small to measure it
SETTLED = 10  # texts in a language from which its own mean counts more than that of all
NAMED = re.compile(r"(?<!\w)[@＠]\w+:?")
SPOKEN = re.compile(r"(?<![#\w])[^\W\d_]+")  # a word that is no tag
WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A span of a stored post that fits no touchpoint well; `language` is the post's, if known."""

    post_id: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A touchpoint to consider, with quotes from `posts` posts as its examples.

    Stage and channel are those of `nearest`, the touchpoint that it resembles most, by a cosine of
    `likeness`.
    """

    touchpoint: Touchpoint
    nearest: Touchpoint
    likeness: float
    posts: int


@dataclass(slots=True)
class Said:
    """A text, its language, and the posts that say it."""

    text: str
    language: str
    posts: set[str] = field(default_factory=set)


def propose(
    spans: Iterable[Unplaced],
    scorer: Scorer,
    journey: JourneyMap,
    progress: Progress = lambda what, done, total: None,
) -> list[Proposal]:
    """Touchpoints that the map may lack: at most `MOST`, those in most posts first.

    Raises `Fatal` where the scorer has no vectors.
    """
    identifier = Identifier(LANGUAGES, LANGUAGES[0])
    texts = distinct(spans, identifier)
    if not texts:
        return []
    families = [*(one.examples for one in journey.touchpoints), *OTHER]
    phrases = [Said(text, identifier.identify(text)) for family in families for text in family]
    sizes = [len(family) for family in families]
    owners = np.repeat(np.arange(len(sizes)), sizes)
    found = vectors([*phrases, *texts], scorer, progress)
    examples, rows = found[: len(phrases)], found[len(phrases) :]
    middles = np.stack([examples[owners == one].mean(axis=0) for one in range(len(sizes))])
    middles = unit(middles[: len(journey.touchpoints)])
    usage = shares([one.text for one in texts])
    proposals: list[Proposal] = []
    for posts, group in homeless(texts, rows, examples, owners)[:MOST]:
        middle = unit(rows[group].mean(axis=0)[None])[0]
        near = middles @ middle
        nearest = journey.touchpoints[int(near.argmax())]
        typical = [texts[row].text for row in group[np.argsort(-(rows[group] @ middle))]]
        taken = [*journey.touchpoints, *(one.touchpoint for one in proposals)]
        made = named(typical, usage, nearest, taken)
        proposals.append(Proposal(made, nearest, float(near.max()), posts))
    return proposals


def homeless(
    texts: Sequence[Said], rows: Array, examples: Array, owners: Places
) -> list[tuple[int, Places]]:
    """Groups of texts without a place on the map: (posts, rows), those in most posts first."""
    left = np.flatnonzero(~placed(rows, examples, owners))
    groups = [left[one] for one in joined(rows[left] @ rows[left].T, alike(examples, owners))]
    counted = [(len({post for row in one for post in texts[row].posts}), one) for one in groups]
    return sorted((pair for pair in counted if pair[0] >= FEWEST_POSTS), key=lambda pair: -pair[0])


def distinct(spans: Iterable[Unplaced], identifier: Identifier) -> list[Said]:
    """The texts that say enough, each once however often it was said, without names and links."""
    texts: dict[str, Said] = {}
    for span in spans:
        text = span.text
        for pattern in (LINK, EMAIL, NAMED):
            text = pattern.sub(" ", text)
        if len(SPOKEN.findall(text)) < FEWEST_WORDS:
            continue
        key = plain(text)
        if key not in texts:
            clean = " ".join(text.split()).lstrip(" .,:;-")
            texts[key] = Said(clean, span.language or identifier.identify(text))
        texts[key].posts.add(span.post_id)
    return list(texts.values())


def vectors(texts: Sequence[Said], scorer: Scorer, progress: Progress) -> Array:
    """The texts as unit vectors [texts, dimensions], without what only tells their language.

    A vector says in which language a text is before it says what of; with the mean of each
    language taken off, a Dutch and an English complaint of one thing are alike.
    """
    parts: list[Array] = []
    for start in range(0, len(texts), AT_ONCE):
        chunk = [one.text for one in texts[start : start + AT_ONCE]]
        found = scorer.read(chunk, [[(0, len(text))] for text in chunk]).vectors
        if found is None:
            raise Fatal(f"the model {scorer.name} has no vectors to compare texts by")
        parts.append(found)
        progress("comparing", start + len(chunk), len(texts))
    rows = np.concatenate(parts)
    whole = rows.mean(axis=0)
    languages = np.array([one.language for one in texts])
    for language in np.unique(languages):
        here = languages == language
        share = here.sum() / (here.sum() + SETTLED)
        rows[here] -= share * rows[here].mean(axis=0) + (1 - share) * whole
    return unit(rows)


def placed(rows: Array, examples: Array, owners: Places) -> NDArray[np.bool_]:
    """Which rows are as like an example as hardly any example is like one of its own touchpoint."""
    own = examples @ examples.T
    np.fill_diagonal(own, -np.inf)
    own = np.where(owners[:, None] == owners[None], own, -np.inf).max(axis=1)
    known = own[np.isfinite(own)]
    bar = float(np.percentile(known, SIBLINGS)) if known.size else UNKNOWN
    return np.asarray((rows @ examples.T).max(axis=1) >= bar)


def alike(examples: Array, owners: Places) -> float:
    """The likeness that hardly any two examples of different touchpoints reach."""
    strangers = (examples @ examples.T)[owners[:, None] != owners[None]]
    return max(float(np.percentile(strangers, STRANGERS)), LEAST) if strangers.size else UNKNOWN


def joined(likeness: Array, least: float) -> list[Places]:
    """Groups of rows by average linkage: as long as any two are on average `least` alike.

    `likeness` [rows, rows] is symmetric. Each row's likest other is kept, so that a step costs as
    much as a row, not as the whole.
    """
    near = likeness.astype(np.float32)
    np.fill_diagonal(near, -np.inf)
    groups = {row: [row] for row in range(len(near))}
    if len(near) < 2:
        return [np.array(group) for group in groups.values()]
    best = near.argmax(axis=1)
    top = near.max(axis=1)
    while top.max() >= least:
        one = int(top.argmax())
        other = int(best[one])
        sizes = len(groups[one]), len(groups[other])
        row = (near[one] * sizes[0] + near[other] * sizes[1]) / sum(sizes)
        row[[one, other]] = -np.inf
        near[one] = near[:, one] = row
        near[other] = near[:, other] = -np.inf
        groups[one] += groups.pop(other)
        top[other] = -np.inf
        # A mean is never above both of its parts, so only these may have another likest one now.
        changed = {one, *np.flatnonzero((best == one) | (best == other)).tolist()}
        stale = [place for place in changed if place in groups]
        best[stale] = near[stale].argmax(axis=1)
        top[stale] = near[stale].max(axis=1)
    return [np.array(group) for group in groups.values()]


def named(
    typical: Sequence[str],
    usage: Mapping[str, float],
    nearest: Touchpoint,
    taken: Sequence[Touchpoint],
) -> Touchpoint:
    """The touchpoint of a group of texts, the most typical first, named by its own words.

    `usage` is the share of all texts with a word: a name is often used here and seldom elsewhere.
    """
    own = shares(typical)
    words = sorted(own, key=lambda word: (-own[word] * log(own[word] / usage[word]), word))[:2]
    name = ", ".join(words).capitalize() or "?"
    letters = unicodedata.normalize("NFKD", "-".join(words)).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", letters.casefold()).strip("-") or "proposal"
    number, keys = 1, {NONE, *(one.key for one in taken)}
    names = {one.name(language).casefold() for one in taken for language in LANGUAGES}
    while numbered(key, "-", number) in keys or numbered(name, " ", number).casefold() in names:
        number += 1
    short = [text for text in typical if len(text) <= LONGEST]
    quotes = [text for text in (short or typical) if fresh(text, taken)][:QUOTES]
    name, key = numbered(name, " ", number), numbered(key, "-", number)
    return Touchpoint(key, nearest.stage, nearest.channel, name, name, tuple(quotes))


def shares(texts: Sequence[str]) -> dict[str, float]:
    """The share of the texts that has each word, 0 to 1."""
    usage = Counter(word for text in texts for word in words_of(text))
    return {word: count / len(texts) for word, count in usage.items()}


def numbered(text: str, sign: str, number: int) -> str:
    """The text itself the first time, then with a number."""
    return text if number == 1 else f"{text}{sign}{number}"


def fresh(text: str, taken: Sequence[Touchpoint]) -> bool:
    """Whether no touchpoint has the text as an example."""
    return all(plain(text) != plain(example) for one in taken for example in one.examples)


def words_of(text: str) -> set[str]:
    """The words of a text that may name a group: letters only, at least four."""
    return set(WORD.findall(text.casefold()))
