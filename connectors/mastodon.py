"""Mastodon: posts by hashtag, mentions of an account and searches, on any server."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors._keys import listed
from connectors._mastodon_read import WANTS_TOKEN, Pass, Query, Reader, link, native_id
from connectors._text import html_to_text
from connectors._values import language_code, whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address, web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

TOKEN = "UMOT_MASTODON_TOKEN"  # noqa: S105 - the name of the variable that holds it


class Mastodon:
    """Public posts on Mastodon by hashtag, and mentions of an account, on any server.

    `instance` is the address of the server that is asked. `mentions` are those of the account
    whose token is used; it and `search` need one. Without any of the three it searches for what
    the brand's query needs. The variable `token_variable` (its name starts
    with UMOT_) holds it. `company_accounts` are the company's own, as name@server. The first run
    goes `history_days` back; each later one reads `overlap_hours` before the newest known post
    again, so that edits, deletions, counts and late posts are seen. `timeout` is seconds of
    silence.
    """

    observed_at_once = 1
    observed_requests = 60  # a server lets an address ask 300 times in five minutes

    def __init__(
        self,
        instance: str = "https://mastodon.social",
        hashtags: Sequence[str] = (),
        mentions: bool = False,
        search: Sequence[str] = (),
        company_accounts: Sequence[str] = (),
        token_variable: str = TOKEN,
        history_days: float = 30.0,
        overlap_hours: float = 48.0,
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._instance = instance.rstrip("/")
        self._host = address(self._instance).host
        if not token_variable.startswith("UMOT_"):
            raise Fatal(f"token_variable {token_variable!r} does not start with UMOT_")
        self._variable = token_variable
        self._queries = [_hashtag(tag) for tag in listed(hashtags)]
        searches = listed(search or (() if hashtags or mentions else query))
        self._needs_token = bool(mentions or searches)
        if mentions:
            of = {"types[]": ["mention"]}
            self._queries.append(Query("mentions", "/api/v1/notifications", of, "status"))
        for words in searches:
            asked = {"q": words, "type": "statuses"}
            self._queries.append(Query(f"search {words}", "/api/v2/search", asked, "statuses"))
        if not self._queries:
            raise Fatal("Mastodon needs `hashtags`, `mentions` or `search`")
        self._company = {self._account(name) for name in listed(company_accounts)}
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each query's public posts page by page, the cursor moving with every page.

        A run that is stopped goes on where it was. A query that is refused is told of after the
        others were read.
        """
        token = os.environ.get(self._variable, "").strip()
        if self._needs_token and not token:
            raise Fatal(f"Mastodon needs the environment variable {self._variable}")
        known = dict((cursor or {}).get("queries", {}))
        refused: list[UmotError] = []
        with Client(self._limits) as http:
            reader = Reader(
                http, self._instance, self._headers(), self._overlap, self._history, now
            )
            for query in self._queries:
                key = f"{self._host} {query.name}"
                this = Pass.of(known.get(key, {}))
                try:
                    for items in reader.pages(query, this):
                        known[key] = this.state()
                        yield Batch(items, {"queries": dict(known)})
                except Refused as error:
                    refused.append(self._explained(error, bool(token)))
                if this.notes:
                    yield Batch((), None, "; ".join(this.notes))
        if refused:
            raise Fatal("; ".join(map(str, refused)))

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Yield posts as they are now, a post a request."""
        with Client(self._limits) as http:
            reader = Reader(http, self._instance, self._headers(), 0, 0, now)
            for item in known:
                yield reader.again(item)

    def _headers(self) -> dict[str, str]:
        token = os.environ.get(self._variable, "").strip()
        return {"Authorization": f"Bearer {token}"} if token else {}

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post as it is; without its text once it was deleted."""
        if gone := raw.payload.get("gone"):
            name = gone["native_id"]
            yield Post("mastodon", name, body="", deleted_at=raw.fetched_at)
            return
        data = raw.payload["status"]
        try:
            posted = datetime.fromisoformat(data["created_at"])
            edited = datetime.fromisoformat(data["edited_at"]) if data.get("edited_at") else None
            native, account = native_id(data), data["account"]
        except (KeyError, TypeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable time, address or account") from error
        author = self._account(str(account.get("acct") or "")) or None
        reply = data.get("in_reply_to_id") is not None
        yield Post(
            platform="mastodon",
            native_id=native,
            kind=Kind.COMMENT if reply else Kind.POST,
            title=data.get("spoiler_text") or None,
            body=html_to_text(data.get("content") or ""),
            url=web_link(link(data)),
            author=author,
            author_role=self._role(author, bool(account.get("bot"))),
            language=language_code(data.get("language")),
            posted_at=posted,
            edited_at=edited,
            # Only the server's own number of the post replied to is given, not its address.
            thread_id=None if reply else f"mastodon:{native}",
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(data.get("favourites_count")),
                replies=whole(data.get("replies_count")),
                shares=whole(data.get("reblogs_count")),
                audience=whole(account.get("followers_count")),
            ),
        )

    def _account(self, name: str) -> str:
        """Write an account as name@server: a server leaves its own name out."""
        plain = name.strip().removeprefix("@").casefold()
        return f"{plain}@{self._host}" if plain and "@" not in plain else plain

    def _role(self, author: str | None, bot: bool) -> Role:
        if author in self._company:
            return Role.BRAND
        return Role.UNKNOWN if bot or author is None else Role.CUSTOMER

    def _explained(self, error: Refused, token: bool) -> UmotError:
        """Say which setting may mend a refusal."""
        if error.status not in WANTS_TOKEN:
            return Fatal(
                f"{error}: no such hashtag there (yet), or `instance` is no Mastodon server"
            )
        if not token:
            return Fatal(f"{error}: this server wants a token; put one in {self._variable}")
        return Fatal(f"{error}: the token was refused; check {self._variable} and its scopes")


def _hashtag(given: str) -> Query:
    name = given.strip().removeprefix("#").casefold()
    if not name or any(sign.isspace() or sign in "#/?%@." for sign in name):
        raise Fatal(f"{given!r} is no hashtag, e.g. stadsfiets")
    return Query(f"#{name}", f"/api/v1/timelines/tag/{quote(name, safe='')}")
