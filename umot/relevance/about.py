"""Whom a post is about, and whether the company itself wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from umot.config import Brand, Competitor, Settings, Source
from umot.post import Kind, Post, Role
from umot.queries import Query, parse
from umot.queries.words import Words

ANY = "any"  # accounts that are the company's on every platform


@dataclass(frozen=True, slots=True)
class Match:
    """That a post is about a brand; `by` is source, thread, or query: and the words found."""

    brand: str
    role: str
    by: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A brand that posts can be about, with the query that finds it, if any."""

    brand: str
    role: str
    query: Query | None


class Matcher:
    """Tells of each post of one source whom it is about.

    Reviews are about the brand whose page they stand on, and so is all of a source that says
    `about_brand` (or whose connector does: `by_nature`). Other posts are about each brand whose
    query they match. Where the source's brand has no query, all of the source is about it.
    """

    def __init__(self, settings: Settings, source: Source, *, by_nature: bool = False) -> None:
        brand = settings.brand
        followed = [Followed(brand.name, "own", _query(brand.query))]
        followed += [Followed(c.name, "competitor", _query(c.query)) for c in brand.competitors]
        name = source.brand or brand.name
        known = next((one for one in followed if one.brand == name), None)
        role = known.role if known and known.role == "competitor" else source.role
        query = _query(source.query) or (known.query if known else None)
        self.home = Followed(name, role, query)
        self.others = [one for one in followed if one.brand != name and one.query]
        self._whole = query is None or source.about_brand is True
        self._whole = self._whole or (by_nature and not source.query and source.about_brand is None)
        self._reviews = source.query is None and source.about_brand is None
        self._accounts = accounts(settings)

    @property
    def brands(self) -> list[Followed]:
        """All that its posts may be about; the source's own first."""
        return [self.home, *self.others]

    @property
    def searches(self) -> tuple[str, ...]:
        """What a platform may be asked for in place of everything; empty where nothing less."""
        queries = [one.query for one in self.brands if one.query]
        lists = [query.searches() for query in queries]
        if self._whole or not all(lists):
            return ()
        return tuple(dict.fromkeys(search for one in lists for search in one))

    def matches(self, post: Post) -> list[Match]:
        """Whom a post is about by its own words and its source."""
        return list(self._matches(post))

    def _matches(self, post: Post) -> Iterator[Match]:
        review = post.kind is Kind.REVIEW
        # A review says how its writer did with one company, also where it names another.
        asked = [] if review else self.others
        if self._whole or (review and self._reviews):
            yield Match(self.home.brand, self.home.role, "source")
        else:
            asked = [self.home, *asked]
        if asked:
            words = Words.of((post.title, post.body, *post.attributes.values()))
            yield from filter(None, (_found(one, words) for one in asked))

    def signed(self, post: Post) -> Post:
        """The post, with the company as its writer where that account is the company's."""
        if post.author is None or post.author_role is Role.BRAND:
            return post
        name = plain(post.author)
        ours = self._accounts.get(post.platform, frozenset()) | self._accounts.get(ANY, frozenset())
        return replace(post, author_role=Role.BRAND) if name in ours else post


def accounts(settings: Settings) -> Mapping[str, frozenset[str]]:
    """The accounts of the brand and its competitors, by platform."""
    found: dict[str, set[str]] = {}
    brands: list[Brand | Competitor] = [settings.brand, *settings.brand.competitors]
    for one in brands:
        for platform, names in one.accounts.items():
            found.setdefault(platform, set()).update(map(plain, names))
    return {platform: frozenset(names) for platform, names in found.items()}


def plain(account: str) -> str:
    """The name of an account however it is written: without @ or u/, in small letters."""
    return account.strip().casefold().removeprefix("/").removeprefix("u/").removeprefix("@")


def _query(text: str | None) -> Query | None:
    return parse(text) if text else None


def _found(one: Followed, words: Words) -> Match | None:
    if one.query is None or (terms := one.query.within(words)) is None:
        return None
    return Match(one.brand, one.role, f"query: {', '.join(terms)}" if terms else "query")
