"""Bluesky: posts by search, those of accounts, and the replies to these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors._answers import shaped
from connectors._bearer import Bearer
from connectors._bluesky_read import AT_ONCE, Lists, posted
from connectors._keys import secrets, several
from connectors._listing import Reader, batches, gone
from connectors._observing import looked_up
from connectors._values import language_code, total, whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Answer, Client, Limits, Refused, address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

PASSWORD = "UMOT_BLUESKY_PASSWORD"  # noqa: S105 - the name of the variable that holds it


class Bluesky:
    """Posts on Bluesky by search, those of accounts, and the replies to these.

    `accounts` are read with all they post; with `replies` also what is answered to them. With
    neither these nor `search`, what the brand's `query` comes to is looked for. A search wants an
    `account` to sign in with, as handle, whose app password is in UMOT_BLUESKY_PASSWORD; without
    one Bluesky may refuse. `company_accounts` are the company's own handles. The first run goes
    `history_days` back; each later one reads `overlap_hours` before the newest known post again,
    so that deletions, counts and late posts are seen. `timeout` is seconds of silence.
    """

    observed_at_once = AT_ONCE
    observed_requests = 60  # 3,000 requests in five minutes are let in

    def __init__(
        self,
        search: Sequence[str] = (),
        accounts: Sequence[str] = (),
        replies: bool = True,
        company_accounts: Sequence[str] = (),
        account: str = "",
        history_days: float = 30.0,
        overlap_hours: float = 48.0,
        server_url: str = "https://bsky.social",
        public_url: str = "https://api.bsky.app",
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._search = several(search or (() if accounts else query))
        self._accounts = [_handle(name) for name in several(accounts)]
        if not self._search and not self._accounts:
            raise Fatal("Bluesky needs `search` or `accounts`")
        self._replies = replies
        self._company = {_handle(name) for name in several(company_accounts)}
        self._account = _handle(account) if account else ""
        self._url = (server_url if self._account else public_url).rstrip("/")
        address(self._url)
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what each search and account has, page by page, the cursor moving with each.

        One that is refused is told of after the others were read.
        """
        with self._lists() as lists:
            listings = [lists.search(words) for words in self._search]
            listings += [lists.account(name) for name in self._accounts]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(listings, cursor, reader, self._explained)

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Yield posts as they are now, 25 a request; those that are not given are gone."""
        with self._lists() as lists:
            try:
                yield from looked_up(known, AT_ONCE, "uri", lists.now, now)
            except Refused as error:
                raise self._explained(error) from error

    @contextmanager
    def _lists(self) -> Iterator[Lists]:
        password = secrets("Bluesky", PASSWORD)[0] if self._account else ""
        with Client(self._limits) as http:
            signed = Bearer(http, lambda: self._sign_in(http, password))

            def get(method: str, params: Mapping[str, Any]) -> Answer:
                url = f"{self._url}/xrpc/app.bsky.feed.{method}"
                return signed.get(url, params) if password else http.get(url, params=params)

            yield Lists(get, replies=self._replies)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post as it is; without its text once it was deleted."""
        if deleted := gone("bluesky", raw):
            yield deleted
            return
        view = raw.payload
        try:
            record, author, uri = view["record"], view["author"], str(view["uri"])
            at = posted(view)
            handle = str(author["handle"]).casefold()
            reply = record.get("reply") or {}
            root, parent = (reply.get(name, {}).get("uri") for name in ("root", "parent"))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable address, time or account") from error
        languages = record.get("langs") or [None]
        yield Post(
            platform="bluesky",
            native_id=uri,
            kind=Kind.COMMENT if parent else Kind.POST,
            body=str(record.get("text") or ""),
            url=f"https://bsky.app/profile/{handle}/post/{uri.rsplit('/', 1)[-1]}",
            author=handle,
            author_role=Role.BRAND if handle in self._company else Role.CUSTOMER,
            language=language_code(languages[0]),
            posted_at=at,
            thread_id=f"bluesky:{root or uri}",
            parent_id=f"bluesky:{parent}" if parent else None,
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(view.get("likeCount")),
                replies=whole(view.get("replyCount")),
                shares=total(whole(view.get("repostCount")), whole(view.get("quoteCount"))),
            ),
        )

    def _sign_in(self, http: Client, password: str) -> str:
        url = f"{self._url}/xrpc/com.atproto.server.createSession"
        try:
            answer = http.post(url, json={"identifier": self._account, "password": password})
        except Refused as error:
            raise Fatal(f"{error}: check `account` and {PASSWORD}, an app password") from error
        with shaped(url):
            return str(answer.json()["accessJwt"])

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403) and not self._account:
            return Fatal(f"{error}: it wants one to sign in; set `account` and {PASSWORD}")
        if error.status in (401, 403):
            return Fatal(f"{error}: check `account` and {PASSWORD}")
        return Fatal(f"{error}: check `accounts`; a handle may have changed")


def _handle(given: str) -> str:
    name = given.strip().removeprefix("@").casefold()
    if "." not in name and not name.startswith("did:"):
        raise Fatal(f"{given!r} is no Bluesky handle, e.g. klaver.bsky.social")
    return name
