"""X: recent posts that a search finds, with a paid key of your own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors._answers import shaped
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._text import storable
from connectors._values import language_code, total, whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

TOKEN = "UMOT_X_TOKEN"  # noqa: S105 - the name of the variable that holds it
PAGE = 100
LONGEST = 512  # characters of a search, by the plan that most have
REACH = timedelta(days=7) - timedelta(minutes=5)  # how far the recent search goes back
FIELDS = {
    "tweet.fields": "created_at,lang,public_metrics,conversation_id,referenced_tweets,author_id",
    "expansions": "author_id",
    "user.fields": "username,public_metrics",
}
KEPT = (
    "id", "text", "created_at", "lang", "public_metrics", "conversation_id", "referenced_tweets",
    "author_id", "note_tweet",
)  # fmt: skip


class X:
    """Posts on X of the last seven days that a search finds.

    `search` is in X's own language, each on its own; without it the brand's `query` is looked for,
    without reposts. UMOT_X_TOKEN is the bearer token of an app with a paid plan: each post that is
    read costs. `company_accounts` are the company's own. Each run reads `overlap_hours` before the
    newest known post again, so that deletions and counts are seen: 0 costs least. `timeout` is
    seconds of silence.
    """

    def __init__(
        self,
        search: Sequence[str] = (),
        company_accounts: Sequence[str] = (),
        history_days: float = 7.0,
        overlap_hours: float = 12.0,
        api_url: str = "https://api.x.com/2",
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._searches = several(search) or _joined(query)
        if not self._searches:
            raise Fatal("X needs `search`, or a query of the brand that can be looked for")
        for words in self._searches:
            if len(words) > LONGEST:
                raise Fatal(f"X takes searches of {LONGEST} characters; one has {len(words)}")
        self._company = {_plain(name) for name in several(company_accounts)}
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._url = api_url.rstrip("/")
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what each search finds page by page, the cursor moving with each."""
        (token,) = secrets("X", TOKEN)
        with Client(self._limits) as http:
            first = now - timedelta(seconds=self._history)
            asks, known = _Api(http, self._url, token), (cursor or {}).get("lists", {})
            lists = []
            for words in self._searches:
                start = _since(known.get(_name(words), {}), first, self._overlap)
                lists.append(asks.search(words, max(now - REACH, start)))
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(lists, cursor, reader, _explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post as it is; without its text once it was deleted."""
        if deleted := gone("x", raw):
            yield deleted
            return
        data = raw.payload
        try:
            number, posted = str(data["id"]), datetime.fromisoformat(data["created_at"])
            text = str((data.get("note_tweet") or {}).get("text") or data["text"])
            referred = {one["type"]: one["id"] for one in data.get("referenced_tweets") or ()}
        except (KeyError, TypeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable number, time or text") from error
        user, counts = data.get("user") or {}, data.get("public_metrics") or {}
        name = _plain(str(user.get("username") or "")) or None
        parent = referred.get("replied_to")
        yield Post(
            platform="x",
            native_id=number,
            kind=Kind.COMMENT if parent else Kind.POST,
            body=text,
            url=f"https://x.com/{name or 'i'}/status/{number}",
            author=name or (str(data["author_id"]) if data.get("author_id") else None),
            author_role=Role.BRAND if name in self._company else Role.CUSTOMER,
            language=language_code(data.get("lang")),
            posted_at=posted,
            thread_id=f"x:{data.get('conversation_id') or number}",
            parent_id=f"x:{parent}" if parent else None,
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(counts.get("like_count")),
                replies=whole(counts.get("reply_count")),
                shares=total(whole(counts.get("retweet_count")), whole(counts.get("quote_count"))),
                views=whole(counts.get("impression_count")),
                audience=whole((user.get("public_metrics") or {}).get("followers_count")),
            ),
        )


class _Api:
    """Asks X for posts."""

    def __init__(self, http: Client, url: str, token: str) -> None:
        self._http, self._url = http, url
        self._headers = {"Authorization": f"Bearer {token}"}

    def search(self, words: str, since: datetime) -> Listing:
        """The posts from `since` on that a search finds, the newest first."""
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

        def page(place: str | None) -> Page:
            asked: dict[str, Any] = {"query": words, "max_results": PAGE, "start_time": start}
            given = self._ask(
                "/tweets/search/recent", asked | ({"next_token": place} if place else {})
            )
            with shaped(self._url):
                count = int(given["meta"]["result_count"])
                lines = _lines(given) if count else []
                return Page(lines, given["meta"].get("next_token"))

        return Listing(_name(words), f"{self._url} post", page, self._lookup)

    def _lookup(self, lost: Mapping[str, float]) -> list[Line]:
        """Ask for posts by their number; those that do not come are gone."""
        numbers, lines = list(lost), []
        for at in range(0, len(numbers), PAGE):
            given = self._ask("/tweets", {"ids": ",".join(numbers[at : at + PAGE])})
            with shaped(self._url):
                if "data" not in given and "errors" not in given:
                    raise KeyError("data")
                lines += _lines(given)
        return lines

    def _ask(self, path: str, params: Mapping[str, Any]) -> Any:
        asked = {**FIELDS, **params}
        return storable(
            self._http.get(f"{self._url}{path}", params=asked, headers=self._headers).json()
        )


def _lines(given: Mapping[str, Any]) -> list[Line]:
    users = {one["id"]: one for one in (given.get("includes") or {}).get("users") or ()}
    lines = []
    for one in given.get("data") or ():
        user = users.get(one.get("author_id")) or {}
        kept = {key: one[key] for key in KEPT if key in one}
        kept["user"] = {key: user[key] for key in ("username", "public_metrics") if key in user}
        lines.append(
            Line(str(one["id"]), datetime.fromisoformat(one["created_at"]).timestamp(), kept)
        )
    return lines


def _joined(query: Sequence[str]) -> list[str]:
    """Searches as one in X's own language, since each post that is read twice costs twice."""
    parts = [f"({words})" for words in query]
    one = f"({' OR '.join(parts)}) -is:retweet"
    return ([one] if len(one) <= LONGEST else [f"{p} -is:retweet" for p in parts]) if parts else []


def _name(words: str) -> str:
    return f"search {words}"


def _since(state: Mapping[str, Any], first: datetime, overlap: float) -> datetime:
    """The oldest moment that a list still has to be read from; `first` where it never was read."""
    floor: float | None = (state.get("walk") or {}).get("floor")
    if floor is None and state.get("since") is not None:
        floor = state["since"] - overlap
    return first if floor is None else datetime.fromtimestamp(max(floor, 0.0), UTC)


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").casefold()


def _explained(error: Refused) -> UmotError:
    if error.status in (401, 402, 403):
        return Fatal(f"{error}: check {TOKEN}, and that the app's plan has the recent search")
    return Fatal(f"{error}: X does not take `search` as it is")
