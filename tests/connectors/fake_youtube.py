"""YouTube's Data API, small enough for tests: threads, replies, single comments, searches."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from umot.testing import Ask, Item, Reply

KEY = "AIza-geheime-sleutel-7"
CHANNEL = "UC0123456789abcdefghijkl"
VIDEO = "dQvlotwiel1"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def comment(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A comment resource."""
    return {
        "kind": "youtube#comment",
        "etag": "e",
        "id": name,
        "snippet": {
            "channelId": CHANNEL,
            "textDisplay": text,
            "textOriginal": text,
            "authorDisplayName": "@fietser",
            "authorProfileImageUrl": "https://yt3.example/a",
            "authorChannelUrl": "http://www.youtube.com/@fietser",
            "authorChannelId": {"value": "UCfietserfietserfietser7"},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 4,
            "publishedAt": stamp(at),
            "updatedAt": stamp(at),
        }
        | given,
    }


class FakeYouTube:
    """`comments` are under `VIDEO` of `CHANNEL`; `replies` are to them, by the id of theirs."""

    def __init__(self) -> None:
        self.keys = {"UMOT_YOUTUBE_KEY": KEY}
        self.comments: list[dict[str, Any]] = []
        self.replies: dict[str, list[dict[str, Any]]] = {}
        self.found: list[str] = [VIDEO]
        self.key = KEY
        self.refuses: dict[str, tuple[int, str]] = {}

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.comments = [
            comment(f"Ugx{item.number}", item.at, item.text, likeCount=item.likes)
            for item in items
            if not item.deleted
        ]

    def expire(self) -> None:
        """Let in nobody with the key."""
        self.key = "een andere"

    def answer(self, ask: Ask) -> Reply:
        """Answer as Google does."""
        assert "key" not in ask.query, "it would stand in logs of servers on the way"
        if ask.headers.get("x-goog-api-key") != self.key:
            return refusal(400, "badRequest", "INVALID_ARGUMENT", "API_KEY_INVALID")
        what = ask.path.rsplit("/", 1)[-1]
        if what in self.refuses:
            return refusal(*self.refuses[what], "FORBIDDEN")
        match what:
            case "channels":
                known = ask.query["forHandle"] == "@vlotwiel"
                return _list("channel", [{"id": CHANNEL}] if known else [])
            case "search":
                assert ask.query["type"] == "video"
                ids = [{"kind": "youtube#video", "videoId": one} for one in self.found]
                return _list("searchResult", [{"id": one} for one in ids])
            case "commentThreads":
                return self._threads(ask)
            case "comments" if "parentId" in ask.query:
                return _page("comment", self.replies.get(ask.query["parentId"], []), ask)
            case "comments":
                wanted = ask.query["id"].split(",")
                assert len(wanted) <= 50
                every = self.comments + [one for some in self.replies.values() for one in some]
                found = [one for one in every if one["id"] in wanted]
                whole = "snippet" in ask.query["part"]
                return _list("comment", found if whole else [{"id": one["id"]} for one in found])
        return refusal(404, "notFound", "NOT_FOUND")

    def _threads(self, ask: Ask) -> Reply:
        assert ask.query["textFormat"] == "plainText"
        assert ask.query["order"] == "time"
        if ask.query.get("allThreadsRelatedToChannelId") != CHANNEL:
            if ask.query["videoId"] == "uit":
                return refusal(403, "commentsDisabled", "FORBIDDEN")
            if ask.query["videoId"] != VIDEO:
                return refusal(404, "videoNotFound", "NOT_FOUND")
        newest = sorted(self.comments, key=lambda c: c["snippet"]["publishedAt"], reverse=True)
        return _page("commentThread", newest, ask, self._thread)

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        replies = self.replies.get(top["id"], [])
        shown = {"replies": {"comments": replies[:2]}} if replies else {}
        return {
            "kind": "youtube#commentThread",
            "id": top["id"],
            "snippet": {
                "channelId": CHANNEL,
                "videoId": VIDEO,
                "topLevelComment": top,
                "canReply": True,
                "totalReplyCount": len(replies),
                "isPublic": True,
            },
        } | shown


def refusal(code: int, reason: str, status: str, detail: str = "") -> Reply:
    """An error in Google's shape."""
    lines = [{"message": "nee", "domain": "youtube.x", "reason": reason}]
    error: dict[str, Any] = {"code": code, "message": "nee", "errors": lines, "status": status}
    if detail:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": detail, "domain": "googleapis.com"}]
    return Reply(code, json.dumps({"error": error}).encode())


def _page(
    kind: str,
    every: list[dict[str, Any]],
    ask: Ask,
    shown: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> Reply:
    size, start = int(ask.query["maxResults"]), int(ask.query.get("pageToken", "T0")[1:])
    assert size <= 100
    more = {"nextPageToken": f"T{start + size}"} if start + size < len(every) else {}
    return _list(kind, [shown(one) for one in every[start : start + size]], more)


def _list(kind: str, items: list[Any], more: dict[str, Any] | None = None) -> Reply:
    info = {"totalResults": len(items), "resultsPerPage": 100}
    given = {"kind": f"youtube#{kind}ListResponse", "etag": "e", "pageInfo": info, "items": items}
    return Reply(200, json.dumps(given | (more or {})).encode())
