"""Reddit: new posts of subreddits and searches, with their comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests

from connectors._keys import listed, secrets
from connectors._observing import parts
from connectors._reddit_api import PAGE, Absent, Api
from connectors._reddit_read import Pass, Query, Reader, is_gone
from umot.errors import Fatal, Skippable, UmotError
from umot.http import address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

SITE = "https://www.reddit.com"
OAUTH = "https://oauth.reddit.com"


class Reddit:
    """New posts of subreddits and searches on Reddit, with their comments.

    `search` is looked for in the subreddits `search_in`, everywhere if none are named; without
    it and `subreddits`, what the brand's query needs is.
    `company_accounts` are the company's own. `overlap_hours` is how far before the newest known
    post each run reads again, so that late posts, edits, new comments and scores are seen. At
    most `expansions` requests unfold one long thread; `timeout` is seconds of silence.

    UMOT_REDDIT_CLIENT_ID and UMOT_REDDIT_CLIENT_SECRET hold the credentials.
    """

    observed_at_once = PAGE
    observed_requests = 60  # Reddit lets an app ask a hundred times a minute

    def __init__(
        self,
        subreddits: Sequence[str] = (),
        search: Sequence[str] = (),
        search_in: Sequence[str] = (),
        company_accounts: Sequence[str] = (),
        site_url: str = SITE,
        oauth_url: str | None = None,
        overlap_hours: float = 48.0,
        expansions: int = 32,
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        names, places = _subreddits(subreddits), "+".join(_subreddits(search_in))
        self._queries = [Query(f"r/{name}/new", {}) for name in names]
        # Whole subreddits are read whole: a search finds no comments.
        for words in listed(search or (() if names else query)):
            where = {"restrict_sr": "true" if places else "false", "sort": "new", "t": "all"}
            self._queries.append(Query(f"r/{places or 'all'}/search/", {"q": words, **where}))
        if not self._queries:
            raise Fatal("Reddit needs `subreddits`, `search` or both")
        self._site = site_url.rstrip("/")
        self._oauth = (oauth_url or (OAUTH if self._site == SITE else self._site)).rstrip("/")
        for url in (self._site, self._oauth):
            address(url)
        self._company = {name.removeprefix("u/").casefold() for name in listed(company_accounts)}
        self._overlap = overlap_hours * 3600
        self._expansions = expansions
        self._timeout = timeout

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each query's posts and comments, back to its newest known post minus the overlap.

        The cursor moves with the batch that completes a query: listings run newest first, so a
        run that is stopped earlier would else leave a hole. A query that cannot be read is told
        of after the others were.
        """
        known = dict((cursor or {}).get("queries", {}))
        absent: list[Absent] = []
        with requests.Session() as session:
            reader = Reader(self._api(session), self._site, self._overlap, self._expansions, now)
            for query in self._queries:
                chunk: list[RawItem] = []
                this = Pass(known.get(query.name, {}))
                try:
                    for item in reader.items(query, this):
                        if len(chunk) == PAGE:
                            yield Batch(tuple(chunk))
                            chunk = []
                        chunk.append(item)
                except UmotError as error:
                    # What arrived before the failure is kept.
                    if chunk:
                        yield Batch(tuple(chunk))
                    if not isinstance(error, Absent):
                        raise
                    absent.append(error)
                    continue
                known[query.name] = this.found
                yield Batch(tuple(chunk), {"queries": dict(known)}, "; ".join(this.notes) or None)
        if absent:
            raise Fatal("; ".join(map(str, absent)))

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Yield posts and comments as they are now, a hundred a request."""
        with requests.Session() as session:
            reader = Reader(self._api(session), self._site, self._overlap, self._expansions, now)
            for part in parts(known, PAGE):
                yield Batch(tuple(reader.named(part)))

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the submission or comment as a post; without its text once it was deleted."""
        data = raw.payload["data"]
        try:
            name, created = str(data["name"]), datetime.fromtimestamp(data["created_utc"], UTC)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Skippable(f"{raw.place}: no readable `name` and `created_utc`") from error
        comment = name.startswith("t1_")
        body = data.get("body" if comment else "selftext") or ""
        author = data.get("author")
        author = None if author in (None, "[deleted]") else str(author)
        gone = is_gone(data)
        edited = data.get("edited")  # False, a time, or for very old posts only True
        hidden = data.get("score_hidden") or data.get("hide_score")
        yield Post(
            platform="reddit",
            native_id=name,
            kind=Kind.COMMENT if comment else Kind.POST,
            title=None if gone else data.get("title"),
            body="" if gone else body,
            url=self._site + data["permalink"] if data.get("permalink") else None,
            author=author,
            author_role=self._role(author),
            posted_at=created,
            edited_at=datetime.fromtimestamp(edited, UTC)
            if edited and edited is not True
            else None,
            deleted_at=raw.fetched_at if gone else None,
            thread_id=f"reddit:{data.get('link_id', name)}",
            parent_id=f"reddit:{data['parent_id']}" if data.get("parent_id") else None,
            engagement=Engagement(
                raw.fetched_at,
                likes=None if hidden else data.get("score"),
                replies=data.get("num_comments"),
                shares=data.get("num_crossposts"),
                views=data.get("view_count"),
                audience=data.get("subreddit_subscribers"),
            ),
            attributes={"subreddit": data["subreddit"]} if data.get("subreddit") else {},
        )

    def _api(self, session: requests.Session) -> Api:
        client, secret = secrets("Reddit", "UMOT_REDDIT_CLIENT_ID", "UMOT_REDDIT_CLIENT_SECRET")
        return Api(
            session,
            site_url=self._site,
            oauth_url=self._oauth,
            client_id=client,
            client_secret=secret,
            timeout=self._timeout,
        )

    def _role(self, author: str | None) -> Role:
        if author is None or author == "AutoModerator":
            return Role.UNKNOWN
        return Role.BRAND if author.casefold() in self._company else Role.CUSTOMER


def _subreddits(given: Sequence[str]) -> list[str]:
    names = [name.strip("/ ").removeprefix("r/") for name in listed(given)]
    if wrong := [name for name in names if not name.replace("_", "").isalnum()]:
        raise Fatal(f"{wrong[0]!r} is no name of a subreddit, e.g. r/klantenservice")
    return names
