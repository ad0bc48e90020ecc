"""A Bluesky server small enough for tests: search, feeds, threads, single posts, signing in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from umot.testing import Ask, Item, Reply

PASSWORD = "abcd-efgh-ijkl-7777"
HOME = "did:plc:fietser7", "fietser.bsky.social"
BRAND = "did:plc:vlotwiel", "vlotwiel.example"


def uri(name: str, who: tuple[str, str] = HOME) -> str:
    return f"at://{who[0]}/app.bsky.feed.post/{name}"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A view of a post in the shape of app.bsky.feed.defs#postView."""
    who, to = given.pop("who", HOME), given.pop("to", None)
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "createdAt": stamp(at),
        "langs": ["nl-NL"],
        "text": text,
    }
    if to:
        ends = [{"uri": one, "cid": "bafyreib"} for one in to]
        record["reply"] = {"root": ends[0], "parent": ends[1]}
    return {
        "uri": uri(name, who),
        "cid": "bafyreia",
        "author": {
            "did": who[0],
            "handle": who[1],
            "displayName": "Een fietser",
            "avatar": "https://cdn.example/a.jpeg",
            "labels": [],
            "createdAt": "2024-01-01T00:00:00.000Z",
        },
        "record": record,
        "replyCount": 0,
        "repostCount": 3,
        "likeCount": 4,
        "quoteCount": 1,
        "indexedAt": stamp(at),
        "labels": [],
    } | given


class FakeBluesky:
    """`posts` are found by every search and are on the feed of their writer.

    With `closed`, nothing is told to those who did not sign in.
    """

    def __init__(self) -> None:
        self.keys = {"UMOT_BLUESKY_PASSWORD": PASSWORD}
        self.posts: list[dict[str, Any]] = []
        self.reposts: list[dict[str, Any]] = []
        self.closed = False
        self.tokens: set[str] = set()
        self.signed_in = 0

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.posts = [
            post(f"3l{item.number}", item.at, item.text, likeCount=item.likes)
            for item in items
            if not item.deleted
        ]

    def expire(self) -> None:
        """Let in nobody with a token given until now."""
        self.tokens.clear()

    def answer(self, ask: Ask) -> Reply:
        """Answer as Bluesky does."""
        method = ask.path.removeprefix("/xrpc/")
        if method == "com.atproto.server.createSession" and ask.method == "POST":
            if ask.json() != {"identifier": HOME[1], "password": PASSWORD}:
                return _error(401, "AuthenticationRequired", "Invalid identifier or password")
            self.signed_in += 1
            self.tokens.add(f"eyJ.toegang.{self.signed_in}")
            given = {"accessJwt": f"eyJ.toegang.{self.signed_in}", "refreshJwt": "eyJ.ververs"}
            return _json(given | {"did": HOME[0], "handle": HOME[1]})
        token = ask.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            return _error(400, "ExpiredToken", "Token has expired")
        if self.closed and not token:
            return Reply(403, b"<html><title>403 Forbidden</title></html>")
        newest = sorted(self.posts, key=_when, reverse=True)
        match method:
            case "app.bsky.feed.searchPosts":
                assert ask.query["sort"] == "latest"
                assert "cursor" not in ask.query, "refused to those who did not sign in"
                until = ask.query.get("until", "9")
                found = [one for one in newest if _when(one) < until]
                size = int(ask.query["limit"])
                more = {"cursor": str(size)} if len(found) > size else {}
                return _json({"posts": found[:size]} | more)
            case "app.bsky.feed.getAuthorFeed":
                return self._feed(ask, newest)
            case "app.bsky.feed.getPostThread":
                found = [one for one in self.posts if one["uri"] == ask.query["uri"]]
                if not found:
                    return _error(400, "NotFound", "Post not found")
                return _json({"thread": self._thread(found[0])})
            case "app.bsky.feed.getPosts":
                wanted = [value for name, value in ask.pairs if name == "uris"]
                assert len(wanted) <= 25
                return _json({"posts": [one for one in self.posts if one["uri"] in wanted]})
        return _error(501, "MethodNotImplemented", "Method Not Implemented")

    def _feed(self, ask: Ask, newest: list[dict[str, Any]]) -> Reply:
        assert ask.query["filter"] == "posts_with_replies"
        actor, before = ask.query["actor"], ask.query.get("cursor", "9")
        own = [
            one
            for one in newest
            if actor in (one["author"]["did"], one["author"]["handle"]) and _when(one) < before
        ]
        if not own and before == "9" and actor.startswith("niemand"):
            return _error(400, "InvalidRequest", "Profile not found")
        shown = own[: int(ask.query["limit"])]
        feed = [{"post": one} for one in shown]
        reason = {"$type": "app.bsky.feed.defs#reasonRepost"}
        feed += [{"post": one, "reason": reason} for one in self.reposts if before == "9"]
        return _json({"feed": feed} | ({"cursor": _when(shown[-1])} if shown else {}))

    def _thread(self, of: dict[str, Any]) -> dict[str, Any]:
        answers = [
            self._thread(one)
            for one in self.posts
            if one["record"].get("reply", {}).get("parent", {}).get("uri") == of["uri"]
        ]
        if of["replyCount"] > len(answers):
            gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
            answers.append(gone)
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": of, "replies": answers}


def _when(view: dict[str, Any]) -> str:
    return min(view["record"]["createdAt"], view["indexedAt"])


def _error(code: int, name: str, message: str) -> Reply:
    return _json({"error": name, "message": message}, code)


def _json(value: Any, code: int = 200) -> Reply:
    headers = {
        "RateLimit-Limit": "3000",
        "RateLimit-Remaining": "2999",
        "RateLimit-Reset": "1795168800",
        "RateLimit-Policy": "3000;w=300",
    }
    return Reply.json(value, code, headers)
