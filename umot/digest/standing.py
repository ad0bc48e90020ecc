"""Words that stand out in some posts against others, by log-odds.

A post has a word or not. The odds that a post of the day has it are compared with those of other
posts, both mixed with a prior: `PRIOR` posts in which every word is as common as in all of them
together. The prior pulls rare words to no difference, so three posts are no discovery. The
difference of the log-odds, by its standard error, says how far a word stands out.

After Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16 (2008), with posts in
place of words as what is counted: one angry post does not make a theme by repeating itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from umot.digest.terms import SHORTEST, Term
from warehouse.digest_details import TextRow

PRIOR = 100.0  # posts that the prior counts for
LEAST, LEAST_NEW = 3, 5  # posts, and writers, that a theme needs
RARE, RARE_NEW = 0.02, 0.01  # of the posts looked at, as many at least, too
COMMON = 0.15  # of all posts: a word as common as this one is the trade's, not a theme
TELLING = 1.64  # standard errors from which a word says what complaints or praise are about
NEW = 3.25  # standard errors from which a word is new; docs/digest.md says how it was chosen
EARLIER = 50  # posts of the weeks before that are needed to tell what is new
SAME = 0.5  # of a word's posts that also have a more telling one, from which they are one theme
PAIRED = 0.6  # of the posts with a word that also have a pair with it, from which the pair names it
RELATED, BESIDE = 4, 2.0  # words that go with a theme: how many, and from how telling on


@dataclass(frozen=True, slots=True)
class Said:
    """A post and its terms."""

    row: TextRow
    terms: set[Term]


@dataclass(frozen=True, slots=True)
class Found:
    """Terms that are one theme, the first standing for it, and the posts that have any of them."""

    terms: list[Term]
    posts: set[int]
    odds: float


def sides(
    today: Sequence[Said], past: Sequence[Said], label: str
) -> tuple[list[int], Sequence[Said]]:
    """The places of the day's posts that read so, and all posts that do not, of before too."""
    within = [place for place, one in enumerate(today) if one.row.label == label]
    return within, [one for one in chain(today, past) if one.row.label != label]


def standing_out(today: Sequence[Said], past: Sequence[Said], label: str) -> list[Found]:
    """What tells posts of this tone from all others, of the day and before."""
    within, others = sides(today, past, label)
    return ranked(today, within, others, TELLING, LEAST, RARE)


def new(today: Sequence[Said], past: Sequence[Said]) -> list[Found]:
    """What the day speaks of more than the weeks before; nothing where those are too few."""
    if len(past) < EARLIER:
        return []
    return ranked(today, range(len(today)), past, NEW, LEAST_NEW, RARE_NEW)


def ranked(
    today: Sequence[Said],
    within: Sequence[int],
    others: Sequence[Said],
    telling: float,
    least: int,
    rare: float,
) -> list[Found]:
    """The themes of some posts of the day against other posts, the most telling first."""
    floor = max(least, math.ceil(rare * len(within)))
    counts = Counter(chain.from_iterable(today[place].terms for place in within))
    places: dict[Term, set[int]] = {term: set() for term, count in counts.items() if count >= floor}
    for place in within:
        for term in today[place].terms & places.keys():
            places[term].add(place)
    common = {
        term: posts
        for term, posts in places.items()
        if len({today[place].row.writer for place in posts}) >= least
    }
    elsewhere = counted(others, common)
    everything = len(within) + len(others)
    scored = {
        term: odds(len(posts), len(within), elsewhere[term], len(others))
        for term, posts in common.items()
        if len(posts) + elsewhere[term] < max(COMMON * everything, 2 * least)
    }
    chosen = [term for term in scored if scored[term] >= telling]
    # Two words say more than one: of equals, the pair comes first.
    chosen.sort(key=lambda term: (-round(scored[term], 6), -term.count(" "), term))
    return together(chosen, common, scored)


def counted(posts: Iterable[Said], known: Iterable[Term]) -> Counter[Term]:
    """In how many posts each of the terms stands."""
    wanted = frozenset(known)
    return Counter(chain.from_iterable(one.terms & wanted for one in posts))


def odds(have: int, of: int, have_other: int, of_other: int) -> float:
    """By how many standard errors a term is commoner in `have` of `of` posts than in the others.

    What every post has, or none, tells nothing apart: 0.
    """
    if have + have_other in (0, of + of_other):
        return 0.0
    prior = PRIOR * (have + have_other) / (of + of_other)
    yes, no = have + prior, of - have + PRIOR - prior
    yes_other, no_other = have_other + prior, of_other - have_other + PRIOR - prior
    difference = math.log(yes / no) - math.log(yes_other / no_other)
    return difference / math.sqrt(1 / yes + 1 / no + 1 / yes_other + 1 / no_other)


def together(
    telling: Sequence[Term], posts: Mapping[Term, set[int]], scored: Mapping[Term, float]
) -> list[Found]:
    """Terms that stand mostly in the posts of a more telling one join its theme."""
    found: list[Found] = []
    for term in telling:
        own, root = posts[term], stem(term)
        for one in found:
            alike = len(own & posts[one.terms[0]]) >= SAME * len(own)
            if alike or root in map(stem, one.terms):
                one.terms.append(term)
                one.posts.update(own)
                break
        else:
            found.append(Found([term], set(own), scored[term]))
    return found


@lru_cache(10_000)
def stem(term: Term) -> str:
    """Words without the endings of Dutch and English: hours and hour are one theme.

    Too coarse to be shown, and no harm where it is wrong: two themes become one.
    """
    return " ".join(map(stem_of_word, term.split()))


def stem_of_word(word: str) -> str:
    """One word without its ending."""
    for ending in ("ing", "ed", "en", "s", "d"):
        if len(word) >= len(ending) + SHORTEST and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def beside(one: Found, today: Sequence[Said], base: Sequence[int]) -> list[Term]:
    """Words that go with a theme: commoner in its posts than in the others looked at."""
    own = {word for term in one.terms for word in term.split()}
    others = [today[place] for place in base if place not in one.posts]
    counts = Counter(chain.from_iterable(today[place].terms for place in one.posts))
    common = {
        term: count
        for term, count in counts.items()
        if count > LEAST and " " not in term and term not in own
    }
    elsewhere = counted(others, common)
    scored = {
        term: odds(count, len(one.posts), elsewhere[term], len(others))
        for term, count in common.items()
        if others
    }
    telling = [term for term in scored if scored[term] >= BESIDE]
    telling.sort(key=lambda term: (-round(scored[term], 6), term))
    return apart(telling, own)[:RELATED]


def apart(words: Sequence[Term], known: Collection[Term]) -> list[Term]:
    """Words without those that are another form of one before them, or of one `known`."""
    told, kept = [stem(word) for word in known], []
    for word in words:
        own = stem(word)
        if not any(own == root or (len(root) > SHORTEST and own.startswith(root)) for root in told):
            told.append(own)
            kept.append(word)
    return kept


def named(one: Found, today: Sequence[Said]) -> Term:
    """What a theme is called: its first word, or a pair with it that most of its posts have.

    Customer service says more than customer.
    """
    first = one.terms[0]
    within = [today[place].terms for place in one.posts if first in today[place].terms]
    for term in one.terms[1:]:
        is_pair = " " in term and first in term.split()
        if is_pair and sum(1 for terms in within if term in terms) >= PAIRED * len(within):
            return term
    return first
