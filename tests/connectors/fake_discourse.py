"""A Discourse forum, small enough for tests: latest posts, search, single posts."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from umot.testing import Ask, Item, Reply

KEY = "geheim-1234"


def post(number: int, topic: int, at: str, **given: Any) -> dict[str, Any]:
    """A post as the forum gives it, `number` within its topic."""
    return {
        "id": topic * 100 + number,
        "name": "Anna de Vries",
        "username": "anna",
        "avatar_template": "/letter_avatar_proxy/v4/letter/a/{size}.png",
        "created_at": at,
        "cooked": "<p>tekst</p>",
        "post_number": number,
        "post_type": 1,
        "posts_count": 2,
        "updated_at": at,
        "reply_count": 0,
        "reply_to_post_number": None,
        "reads": 7,
        "score": 1.4,
        "topic_id": topic,
        "topic_slug": "over-de-polis",
        "topic_title": "Over de polis",
        "category_id": 4,
        "version": 1,
        "actions_summary": [{"id": 2, "count": 0}, {"id": 3, "can_act": True}],
        "moderator": False,
        "staff": False,
        "hidden": False,
        "user_deleted": False,
    } | given


class FakeDiscourse:
    """`posts` are in the forum, in the order they were written. A key need not be given.

    `newer` gives latest posts as since 2025: the fifty below a number, which is left out itself.
    `limit` is what a page of a search beyond the tenth is answered with, None by old forums.
    """

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.key = KEY
        self.newer = False
        self.limit: Reply | None = Reply.json({"errors": ["page parameter"]}, 400)

    def expire(self) -> None:
        """Let in nobody with the key."""
        self.key = "een andere"

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these; every third opens a topic, the others answer in one."""
        kept = sorted((item for item in items if not item.deleted), key=lambda item: item.at)
        self.posts = [
            post(
                1 if item.number % 3 == 0 else 2,
                1000 + item.number,
                item.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                id=place,
                cooked=f"<p>{html.escape(item.text)}</p>",
                actions_summary=[{"id": 2, "count": item.likes}],
            )
            for place, item in enumerate(kept, start=1)
        ]

    def answer(self, ask: Ask) -> Reply:
        """Answer as the forum does."""
        if ask.headers.get("api-key", self.key) != self.key:
            return Reply.json({"errors": ["no"], "error_type": "invalid_access"}, 403)
        if ask.path == "/posts.json" and self.newer:
            below = int(ask.query.get("before", 10**9))
            newest = sorted((p for p in self.posts if p["id"] < below), key=lambda p: -p["id"])
            return Reply.json({"latest_posts": newest[:50]})
        if ask.path == "/posts.json":
            last = int(ask.query.get("before", 0)) or max((p["id"] for p in self.posts), default=0)
            found = [p for p in self.posts if last - 50 < p["id"] <= last]
            return Reply.json({"latest_posts": found[::-1]})
        if match := re.fullmatch(r"/posts/by_number/(\d+)/(\d+)\.json", ask.path):
            place = (int(match[1]), int(match[2]))
            for one in self.posts:
                if (one["topic_id"], one["post_number"]) == place:
                    return Reply.json({**one, "raw": "ruw"})
            return Reply.json({"errors": ["not found"], "error_type": "not_found"}, 404)
        if ask.path == "/search.json":
            words = ask.query["q"].removesuffix(" order:latest").strip('"').casefold()
            found = [p for p in self.posts if words in p["cooked"].casefold()][::-1]
            page = int(ask.query["page"])
            if page > 10 and self.limit:
                return self.limit
            start = ((page if page <= 10 else 1) - 1) * 50
            keys = ("id", "username", "created_at", "post_number", "topic_id")
            briefly = [{key: p[key] for key in keys} | {"blurb": "…"} for p in found]
            more = {"more_full_page_results": len(found) > start + 50 or None}
            return Reply.json({"posts": briefly[start : start + 50], "grouped_search_result": more})
        return Reply.json({"errors": ["not found"]}, 404)
