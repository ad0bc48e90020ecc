"""The interface of X, small enough for tests: the recent search, and posts by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from umot.testing import Ask, Item, Reply

TOKEN = "AAAA%2Fgeheim"


def tweet(number: int, at: datetime, **given: Any) -> dict[str, Any]:
    """A post with the fields that the connector asks for."""
    return {
        "id": str(number),
        "text": "tekst",
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lang": "nl",
        "author_id": "42",
        "conversation_id": str(number),
        "edit_history_tweet_ids": [str(number)],
        "public_metrics": {
            "retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0,
            "bookmark_count": 0, "impression_count": 9,
        },
    } | given  # fmt: skip


class FakeX:
    """`posts` are found by every search."""

    def __init__(self) -> None:
        self.keys = {"UMOT_X_TOKEN": TOKEN}
        self.posts: list[dict[str, Any]] = []
        self.token = TOKEN

    def expire(self) -> None:
        """Let in nobody with the token."""
        self.token = "een andere"

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these."""
        self.posts = [
            tweet(10**18 + item.number, item.at, text=item.text,
                  public_metrics={"like_count": item.likes})
            for item in items
            if not item.deleted
        ]  # fmt: skip

    def answer(self, ask: Ask) -> Reply:
        """Answer as X does."""
        if ask.headers.get("authorization") != f"Bearer {self.token}":
            return Reply.json({"title": "Unauthorized", "status": 401}, 401)
        if ask.path == "/2/tweets/search/recent":
            start = ask.query["start_time"]
            found = [one for one in self.posts if one["created_at"] >= start]
            found.sort(key=lambda one: one["created_at"], reverse=True)
            size, at = int(ask.query["max_results"]), int(ask.query.get("next_token", 0))
            some = found[at : at + size]
            meta: dict[str, Any] = {"result_count": len(some)}
            if some:
                meta |= {"newest_id": some[0]["id"], "oldest_id": some[-1]["id"]}
            if at + size < len(found):
                meta["next_token"] = str(at + size)
            return Reply.json(self._with_users(some) | {"meta": meta})
        if ask.path == "/2/tweets":
            wanted = ask.query["ids"].split(",")
            some = [one for one in self.posts if one["id"] in wanted]
            missing = set(wanted) - {one["id"] for one in some}
            errors = [{"value": one, "title": "Not Found Error"} for one in missing]
            return Reply.json(self._with_users(some) | ({"errors": errors} if errors else {}))
        return Reply.json({"status": 404}, 404)

    def _with_users(self, some: list[dict[str, Any]]) -> dict[str, Any]:
        user = {"id": "42", "username": "Anna", "name": "Anna de Vries",
                "public_metrics": {"followers_count": 300}}  # fmt: skip
        return {"data": some, "includes": {"users": [user]}} if some else {}
