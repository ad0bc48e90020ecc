"""The interface of Stack Exchange, small enough for tests."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from umot.testing import Ask, Item, Reply

OWNER = {
    "account_id": 1, "reputation": 101, "user_id": 42, "user_type": "registered",
    "profile_image": "https://i.example/x.png", "display_name": "Anna", "link": "https://u.example",
}  # fmt: skip

KEY = "sleutel-9876"


def question(number: int, at: int, **given: Any) -> dict[str, Any]:
    """A question as it is given with the filter withbody."""
    return {
        "tags": ["klaver", "polis"],
        "owner": OWNER,
        "is_answered": False,
        "view_count": 12,
        "answer_count": 0,
        "score": 0,
        "last_activity_date": at,
        "creation_date": at,
        "question_id": number,
        "content_license": "CC BY-SA 4.0",
        "link": f"https://vragen.example/questions/{number}/titel",
        "title": "",
        "body": "<p>vraag</p>",
    } | given


def reply(number: int, of: int, at: int, **given: Any) -> dict[str, Any]:
    """An answer to a question."""
    return {
        "owner": OWNER,
        "is_accepted": False,
        "score": 3,
        "last_activity_date": at,
        "creation_date": at,
        "answer_id": number,
        "question_id": of,
        "body": "<p>antwoord</p>",
    } | given


class FakeStackExchange:
    """`questions` and `answers` of one site; `backoff` is said with every answer.

    A key need not be given.
    """

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.backoff: int | None = None
        self.key = KEY

    def expire(self) -> None:
        """Know the key no more."""
        self.key = "een andere"

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these as questions."""
        self.questions = [
            question(
                1000 + item.number,
                int(item.at.timestamp()),
                body=f"<p>{html.escape(item.text)}</p>",
                score=item.likes,
            )
            for item in items
            if not item.deleted
        ]

    def answer(self, ask: Ask) -> Reply:
        """Answer as the interface does."""
        known = ask.query.get("key", self.key) == self.key
        if ask.query.get("site") != "forum" or not known:
            return Reply.json({"error_id": 400, "error_name": "bad_parameter"}, 400)
        if ask.path == "/2.3/search/advanced":
            last = int(ask.query.get("todate", 2**40))
            words = ask.query.get("q", "").strip('"')
            tag = ask.query.get("tagged")
            found = [
                one
                for one in self.questions
                if one["creation_date"] <= last
                and words in one["title"] + one["body"]
                and (tag is None or tag in one["tags"])
            ]
            found.sort(key=lambda one: -one["creation_date"])
            return self._page(found, ask)
        if match := re.fullmatch(r"/2.3/questions/([\d;]+)(/answers)?", ask.path):
            numbers = set(map(int, match[1].split(";")))
            held = self.answers if match[2] else self.questions
            return self._page([one for one in held if one["question_id"] in numbers], ask)
        return Reply.json({"error_id": 404, "error_name": "no_method"}, 404)

    def _page(self, found: list[dict[str, Any]], ask: Ask) -> Reply:
        size, page = int(ask.query["pagesize"]), int(ask.query.get("page", 1))
        wrapped = {
            "items": found[(page - 1) * size : page * size],
            "has_more": len(found) > page * size,
            "quota_max": 300,
            "quota_remaining": 200,
        }
        return Reply.json(wrapped | ({"backoff": self.backoff} if self.backoff else {}))
