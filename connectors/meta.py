"""Meta: what is said on and about a Facebook page, and where an Instagram account is tagged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors._answers import shaped
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches
from connectors._text import storable
from connectors._values import whole
from umot.errors import Fatal, Retriable, Skippable, UmotError
from umot.http import Client, Limits, Refused, address, show, web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

TOKEN = "UMOT_META_TOKEN"  # noqa: S105 - the name of the variable that holds it
PAGE = 50
# Comments that come with each post: as many as are asked for, of Instagram 50 at the very most.
WITHIN = {"facebook": 100, "instagram": 50}
BUSY = frozenset({1, 2, 4, 17, 32, 341, 613})  # numbers of errors that pass
SIGNED_OUT = frozenset({10, 102, 190, 200, 299})
FACEBOOK = "id,message,created_time,permalink_url,from,shares,reactions.summary(true).limit(0)"
COMMENT = "id,message,created_time,from,like_count,permalink_url,parent{id}"
ANSWERS = f"comments.limit({WITHIN['facebook']}).filter(stream){{{COMMENT}}}"
INSTAGRAM = "id,caption,timestamp,permalink,username,like_count,comments_count"
REMARKS = f"comments.limit({WITHIN['instagram']}){{id,text,timestamp,username,like_count}}"


class Meta:
    """Posts that tag a Facebook page, comments on its posts, and tags of an Instagram account.

    `page` and `instagram` are the numbers of the page and of the professional account that is
    tied to it. UMOT_META_TOKEN is a page's access token. The page's and the account's own posts
    come along, for what is answered to them. The first run goes `history_days` back; each later
    one reads `overlap_hours` before the newest known post again, so that comments, deletions and
    counts are seen. `timeout` is seconds of silence.
    """

    about_brand = True  # it is the company's own page, or names it

    def __init__(
        self,
        page: str = "",
        instagram: str = "",
        company_accounts: Sequence[str] = (),
        history_days: float = 90.0,
        overlap_hours: float = 336.0,
        api_url: str = "https://graph.facebook.com/v23.0",
        timeout: float = 30.0,
    ) -> None:
        for name, given in (("page", page), ("instagram", instagram)):
            if given and not str(given).isdecimal():
                raise Fatal(f"{name} {given!r} is not the number of one")
        if not (page or instagram):
            raise Fatal("Meta needs `page` or `instagram`")
        self._page, self._instagram = str(page), str(instagram)
        self._company = {name.casefold().removeprefix("@") for name in several(company_accounts)}
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._url = api_url.rstrip("/")
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each list page by page, the cursor moving with each."""
        (token,) = secrets("Meta", TOKEN)
        with Client(self._limits) as http:
            graph = _Graph(http, self._url, token)
            lists = []
            if self._page:
                lists += [
                    graph.listing("facebook", f"{self._page}/tagged", FACEBOOK, ""),
                    graph.listing("facebook", f"{self._page}/posts", FACEBOOK, ANSWERS),
                ]
            if self._instagram:
                lists += [
                    graph.listing("instagram", f"{self._instagram}/tags", INSTAGRAM, ""),
                    graph.listing("instagram", f"{self._instagram}/media", INSTAGRAM, REMARKS),
                ]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(lists, cursor, reader, _explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the post and each of its comments; a deleted one without its text."""
        if name := raw.payload.get("gone"):
            platform, number = str(name).split(" ")
            yield Post(platform, number, body="", deleted_at=raw.fetched_at)
            return
        data = raw.payload
        try:
            own = f"{data['platform']}:{data['id']}"
            yield self._post(raw, data, data["platform"], own, None)
            for one in (data.get("comments") or {}).get("data") or ():
                above = (one.get("parent") or {}).get("id")
                parent = f"{data['platform']}:{above}" if above else own
                yield self._post(raw, one, data["platform"], own, parent)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable number or time") from error

    def _post(
        self, raw: RawItem, data: Mapping[str, Any], platform: str, thread: str, parent: str | None
    ) -> Post:
        writer = data.get("from") or {}
        name = str(data.get("username") or writer.get("id") or "") or None
        text = data.get("message") or data.get("caption") or data.get("text")
        liked = ((data.get("reactions") or {}).get("summary") or {}).get("total_count")
        ours = {self._page, *self._company}
        known = {str(name or "").casefold(), str(writer.get("name") or "").casefold()}
        role = Role.CUSTOMER if name else Role.UNKNOWN
        return Post(
            platform=platform,
            native_id=str(data["id"]),
            kind=Kind.COMMENT if parent else Kind.POST,
            body=str(text or ""),
            url=web_link(data.get("permalink_url") or data.get("permalink")),
            author=name,
            author_role=Role.BRAND if known & ours - {""} else role,
            posted_at=_time(data),
            thread_id=thread,
            parent_id=parent,
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(data.get("like_count") if liked is None else liked),
                replies=whole(data.get("comments_count")),
                shares=whole((data.get("shares") or {}).get("count")),
            ),
        )


class _Graph:
    """Asks the Graph API for lists."""

    def __init__(self, http: Client, url: str, token: str) -> None:
        self._http, self._url = http, url
        self._headers = {"Authorization": f"Bearer {token}"}

    def listing(self, platform: str, edge: str, fields: str, within: str) -> Listing:
        """The posts on an edge, as PAGE/tagged; `within` asks for their comments."""
        asked = {"fields": f"{fields},{within}" if within else fields}

        def page(place: str | None) -> Page:
            turn = {"limit": PAGE, **asked} | ({"after": place} if place else {})
            given = self._ask(edge, turn)
            with shaped(self._url):
                lines = [_line(platform, one) for one in given["data"]]
                paging = given.get("paging") or {}
                after = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
            cut = any(line.partial for line in lines)
            note = f"{edge}: of some posts only {WITHIN[platform]} comments were given"
            return Page(lines, after, note if cut else None)

        return Listing(edge, f"{show(self._url)} {edge}", page, self._lookup(platform, asked))

    def _lookup(
        self, platform: str, asked: Mapping[str, str]
    ) -> Callable[[Mapping[str, float]], list[Line]]:
        def lookup(lost: Mapping[str, float]) -> list[Line]:
            lines = []
            for name in lost:
                try:
                    given = self._ask(name.split(" ")[1], asked)
                except Refused as error:
                    if error.status not in (400, 404) or _number(error) in SIGNED_OUT:
                        raise
                    continue  # 100: no such post, any more
                with shaped(self._url):
                    lines.append(_line(platform, given))
            return lines

        return lookup

    def _ask(self, path: str, params: Mapping[str, Any]) -> Any:
        try:
            answer = self._http.get(f"{self._url}/{path}", params=params, headers=self._headers)
        except Refused as error:
            if _number(error) in BUSY:
                raise Retriable(f"{error}: Meta asks to be left alone", retry_after=600) from error
            raise
        return storable(answer.json())


def _line(platform: str, one: Mapping[str, Any]) -> Line:
    given = one.get("comments") or {}
    inside = [c["id"] for c in given.get("data") or ()]
    item = {**one, "platform": platform}
    if given:
        item["comments"] = {"data": given.get("data") or []}  # its paging holds the token
    # Instagram gives the newest, and need not say that there are more.
    partial = bool((given.get("paging") or {}).get("next")) or len(inside) >= WITHIN[platform]
    return Line(
        f"{platform} {one['id']}",
        _time(one).timestamp(),
        item,
        tuple(f"{platform} {name}" for name in inside),
        partial,
    )


def _time(data: Mapping[str, Any]) -> datetime:
    at = datetime.fromisoformat(data.get("created_time") or data["timestamp"])
    if at.tzinfo is None:
        raise ValueError("no time zone")
    return at


def _number(error: Refused) -> int | None:
    said = error.json()
    inner = said.get("error") if isinstance(said, dict) else None
    code = inner.get("code") if isinstance(inner, dict) else None
    return code if isinstance(code, int) else None


def _explained(error: Refused) -> UmotError:
    if error.status in (401, 403) or _number(error) in SIGNED_OUT:
        return Fatal(f"{error}: the token is refused or lacks a permission; check {TOKEN}")
    return Fatal(f"{error}: check the numbers in `page` and `instagram`")
