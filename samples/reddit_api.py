"""Reddit's API as far as PRAW uses it to read: tokens, listings, search, comment trees, info."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from samples.content import brand
from samples.reddit_things import community_thing, escaped, listing, place, thread_thing
from samples.reddit_tree import Tree
from samples.web import Request, Response, as_json

CREDENTIALS = {
    "UMOT_REDDIT_CLIENT_ID": "sample-client",
    "UMOT_REDDIT_CLIENT_SECRET": "sample-secret",
}
"""Environment variables with which the sample's Reddit gives out a token."""

DEFAULT_LIMIT, MOST_LIMIT, MOST_INFO = 25, 100, 100
WINDOW_REQUESTS, WINDOW_SECONDS = 1000, 300
PERIODS = {"hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}


class Reddit:
    """The sample's Reddit; tokens are the only thing it remembers between requests."""

    def __init__(self, anchor: datetime) -> None:
        self._placed = sorted(place(anchor), key=lambda one: (one.created, one.name), reverse=True)
        self._tree = Tree(self._placed)
        self._tokens: set[str] = set()
        self._numbers = count(1)
        self._used = count(1)
        name = r"(?P<sub>[\w+]+)"
        self._routes: list[tuple[re.Pattern[str], Callable[..., Response]]] = [
            (re.compile(rf"/r/{name}/new"), self._new),
            (re.compile(rf"/r/{name}/search"), self._search),
            (re.compile(rf"/r/{name}/comments"), self._recent_comments),
            (re.compile(rf"/r/{name}/about"), self._about),
            (
                re.compile(r"(?:/r/\w+)?/comments/(?P<post>\w+)(?:/[^/]+)?(?:/(?P<focus>\w+))?"),
                self._thread,
            ),
            (re.compile(r"/api/info"), self._info),
            (re.compile(r"/api/morechildren"), self._more),
        ]

    def respond(self, request: Request, now: datetime) -> Response:
        """Return the answer to one request; anything but a token needs a bearer token."""
        path = request.path.rstrip("/").removesuffix(".json")
        if path == "/api/v1/access_token":
            return self._token(request)
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme.lower() != "bearer" or token not in self._tokens:
            return _error(401, "Unauthorized")
        for pattern, handler in self._routes:
            if match := pattern.fullmatch(path):
                answer = handler(request, now, **match.groupdict())
                return replace(answer, headers=dict(answer.headers) | self._limits())
        return _error(404, "Not Found")

    def _limits(self) -> dict[str, str]:
        """Return the rate-limit headers; so little is ever used that no client has to wait."""
        used = next(self._used) % 100 + 1
        return {
            "x-ratelimit-used": str(used),
            "x-ratelimit-remaining": f"{WINDOW_REQUESTS - used}.0",
            "x-ratelimit-reset": str(WINDOW_SECONDS),
        }

    def _token(self, request: Request) -> Response:
        """OAuth's client-credentials grant, by basic authentication."""
        known = ":".join(CREDENTIALS.values()).encode()
        expected = f"Basic {base64.b64encode(known).decode()}"
        if request.method != "POST" or request.header("authorization") != expected:
            return _error(401, "Unauthorized")
        if request.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"})  # Reddit says this with a 200
        token = f"sample-token-{next(self._numbers)}"
        self._tokens.add(token)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return as_json(answer)

    def _new(self, request: Request, now: datetime, sub: str) -> Response:
        """/r/SUB/new: posts, newest first; deleted and removed ones are not in it."""
        return self._page(request, now, sub, "t3_")

    def _recent_comments(self, request: Request, now: datetime, sub: str) -> Response:
        """/r/SUB/comments: the community's comments, newest first."""
        return self._page(request, now, sub, "t1_")

    def _search(self, request: Request, now: datetime, sub: str) -> Response:
        """/r/SUB/search: posts with every word of ``q`` in their title or text."""
        everywhere = request.query.get("restrict_sr", "").lower() in ("", "0", "false", "none")
        hours = PERIODS.get(request.query.get("t", "all"))
        since = now - timedelta(hours=hours) if hours else None
        wanted = re.findall(r'"[^"]+"|\S+', request.query.get("q", "").lower())

        def fits(text: str, created: datetime) -> bool:
            recent = since is None or created >= since
            return recent and all(_words(phrase) in _words(text) for phrase in wanted)

        return self._page(request, now, "all" if everywhere else sub, "t3_", fits)

    def _page(
        self,
        request: Request,
        now: datetime,
        sub: str,
        kind: str,
        fits: Callable[[str, datetime], bool] | None = None,
    ) -> Response:
        """One page of a listing, between ``before`` and ``after``, at most ``limit`` long."""
        names = {one.lower() for one in sub.split("+")}
        known = {one.lower() for one in brand().reddit["communities"]}
        if "all" not in names and not names & known:
            return Response(302, headers={"location": f"/subreddits/search?q={sub}"})
        things = []
        for placed in self._placed:
            inside = "all" in names or placed.thread.subreddit.lower() in names
            if inside and placed.created <= now and placed.name.startswith(kind):
                thing = self._tree.flat(placed, now)
                text = f"{thing['data'].get('title', '')} {thing['data'].get('selftext', '')}"
                wanted = fits is None or fits(text, placed.created)
                if wanted and not placed.lost(now):
                    things.append(thing)
        order = [thing["data"]["name"] for thing in things]
        if (after := request.query.get("after")) is not None:
            things = things[order.index(after) + 1 :] if after in order else []
        elif (before := request.query.get("before")) is not None:
            things = things[: order.index(before)] if before in order else []
        limit = _limit(request)
        last = things[limit - 1]["data"]["name"] if len(things) > limit else None
        return _json(request, listing(things[:limit], last))

    def _about(self, request: Request, _now: datetime, sub: str) -> Response:
        """/r/SUB/about: the community and its number of subscribers."""
        for name in brand().reddit["communities"]:
            if name.lower() == sub.lower():
                return _json(request, community_thing(name))
        return Response(302, headers={"location": f"/subreddits/search?q={sub}"})

    def _thread(self, request: Request, now: datetime, post: str, focus: str | None) -> Response:
        """/comments/ID: the post and its comment tree, or the tree below one comment."""
        thread = self._tree.find(f"t3_{post}", now)
        if thread is None:
            return _error(404, "Not Found")
        root = thread_thing(thread, self._tree.readable(post, now), now)
        sort = request.query.get("sort", "confidence")
        comments = self._tree.below(f"t3_{post}", focus, sort, now)
        return _json(request, [listing([root]), listing(comments)])

    def _info(self, request: Request, now: datetime) -> Response:
        """/api/info: things by their fullnames, deleted and removed ones in their last form."""
        names = request.query.get("id", "").split(",")[:MOST_INFO]
        found = (self._tree.find(name, now) for name in names)
        return _json(request, listing(self._tree.flat(one, now) for one in found if one))

    def _more(self, request: Request, now: datetime) -> Response:
        """/api/morechildren: comments a tree left out, with their answers, as one flat list."""
        asked = dict(request.query) | dict(request.form)
        children = [f"t1_{one}" for one in asked.get("children", "").split(",")]
        things = self._tree.flattened(children, asked.get("link_id", ""), now)
        return _json(request, {"json": {"errors": [], "data": {"things": things}}})


def _limit(request: Request) -> int:
    """How many things a page holds."""
    asked = request.query.get("limit", "")
    return min(max(int(asked), 1), MOST_LIMIT) if asked.isdigit() else DEFAULT_LIMIT


def _words(text: str) -> str:
    """Return a text as lower-case words with a space around each, to find whole words."""
    return " " + " ".join(re.findall(r"\w+", text.lower())) + " "


def _json(request: Request, value: object) -> Response:
    """JSON, with entities for those who do not ask for it raw."""
    return as_json(value if request.query.get("raw_json") == "1" else escaped(value))


def _error(status: int, message: str) -> Response:
    """Return an error in Reddit's words."""
    return as_json({"message": message, "error": status}, status)
