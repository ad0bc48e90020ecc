"""The Graph API, small enough for tests: a page's tags and posts, an account's tags and media."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from umot.testing import Ask, Item, Reply

TOKEN = "EAAG-geheim"
PAGE, ACCOUNT = "100", "200"


def facebook(number: str, at: datetime, **given: Any) -> dict[str, Any]:
    """A post as a page's edge gives it."""
    return {
        "id": number,
        "message": "tekst",
        "created_time": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "permalink_url": f"https://www.facebook.com/{number}",
        "from": {"name": "Anna de Vries", "id": "7"},
        "reactions": {"data": [], "summary": {"total_count": 0}},
    } | given


class FakeMeta:
    """`edges` are lists by their path, e.g. 100/tagged."""

    def __init__(self) -> None:
        self.keys = {"UMOT_META_TOKEN": TOKEN}
        self.edges: dict[str, list[dict[str, Any]]] = {}
        self.token = TOKEN

    def expire(self) -> None:
        """Let in nobody with the token."""
        self.token = "een andere"

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these as posts that tag the page."""
        self.edges[f"{PAGE}/tagged"] = [
            facebook(
                f"7_{item.number}",
                item.at,
                message=item.text,
                reactions={"data": [], "summary": {"total_count": item.likes}},
            )
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def answer(self, ask: Ask) -> Reply:
        """Answer as the Graph API does."""
        if ask.headers.get("authorization") != f"Bearer {self.token}":
            return error(190, "OAuthException", 401)
        path = ask.path.removeprefix("/v23.0/")
        if path.split("/")[0] in (PAGE, ACCOUNT):
            found = self.edges.get(path, [])
            size, at = int(ask.query["limit"]), int(ask.query.get("after", 0))
            some = found[at : at + size]
            paging: dict[str, Any] = {"cursors": {"before": str(at), "after": str(at + size)}}
            if at + size < len(found):
                paging["next"] = f"https://graph.example/{path}?access_token={TOKEN}"
            return Reply.json({"data": some, "paging": paging} if some else {"data": []})
        for one in (one for edge in self.edges.values() for one in edge):
            if one["id"] == path:
                return Reply.json(one)
        return error(100, "GraphMethodException", 400)


def error(code: int, kind: str, status: int) -> Reply:
    """An error in Meta's form."""
    return Reply.json(
        {"error": {"message": "…", "type": kind, "code": code, "fbtrace_id": "x"}}, status
    )
