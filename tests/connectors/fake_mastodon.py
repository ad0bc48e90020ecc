"""A Mastodon server small enough for tests: timelines, notifications, search, single posts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.mastodon import Mastodon
from umot.testing import Ask, Item, LocalServer, Reply

TOKEN = "drager-van-geheim-7"
HOME = "https://fiets.example"


def snowflake(at: datetime) -> str:
    """Make an id of a time, as Mastodon does."""
    return str(int(at.timestamp() * 1000) << 16)


def paragraphs(text: str) -> str:
    """Write a text as Mastodon does."""
    parts = html.escape(text).split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in parts)


def status(at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A post in the shape of the documentation's example."""
    name = given.get("id") or snowflake(at)
    return {
        "id": name,
        "created_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "nl",
        "uri": f"{HOME}/users/Fietser/statuses/{name}",
        "url": f"{HOME}/@Fietser/{name}",
        "replies_count": 2,
        "reblogs_count": 3,
        "favourites_count": 4,
        "edited_at": None,
        "content": paragraphs(text),
        "reblog": None,
        "account": {
            "id": "14715",
            "username": "Fietser",
            "acct": "Fietser",
            "display_name": "Een fietser",
            "bot": False,
            "url": f"{HOME}/@Fietser",
            "note": "<p>over mij</p>",
            "followers_count": 320,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": "stadsfiets", "url": f"{HOME}/tags/stadsfiets"}],
        "emojis": [],
        "card": None,
        "poll": None,
    } | given


class FakeMastodon:
    """`statuses` are listed under one hashtag, are found by every search and mention the account.

    `others` are notifications of other kinds, which old servers (not `knows_types`) always give.
    """

    def __init__(self) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self.knows_types = True
        self.wants_token, self.token = False, TOKEN

    def expire(self) -> None:
        """Let in nobody with the token."""
        self.token = "een andere"

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.statuses = [
            status(item.at, item.text, favourites_count=item.likes)
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def answer(self, ask: Ask) -> Reply:
        """Answer as Mastodon does."""
        given = ask.headers.get("authorization")
        if given != f"Bearer {self.token}" and (given or self.wants_token):
            return _json({"error": "The access token is invalid"}, 401)
        match ask.path.strip("/").split("/"):
            case ["api", "v1", "timelines", "tag", _]:
                return _json(_page([s for s in self.statuses if not s["reblog"]], ask))
            case ["api", "v1", "notifications"] if given:
                told = [_mention(one) for one in self.statuses]
                if "types[]" not in ask.query or not self.knows_types:
                    told += self.others
                return _json(_page(sorted(told, key=lambda n: -int(n["id"])), ask))
            case ["api", "v2", "search"] if given:
                assert ask.query["type"] == "statuses"
                start = int(ask.query.get("offset", 0))
                found = self.statuses[start : start + int(ask.query["limit"])]
                return _json({"accounts": [], "statuses": found, "hashtags": []})
            case ["api", "v1", "statuses", name]:
                for one in self.statuses:
                    if one["id"] == name:
                        return _json(one)
                return _json({"error": "Record not found"}, 404)
        return _json({"error": "The access token is invalid"}, 401)


def _mention(of: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(int(of["id"]) >> 16),
        "type": "mention",
        "created_at": of["created_at"],
        "account": of["account"],
        "status": of,
    }


def _page(entries: list[dict[str, Any]], ask: Ask) -> list[dict[str, Any]]:
    size = int(ask.query["limit"])
    assert size <= 40
    if (before := ask.query.get("max_id")) is not None:
        entries = [one for one in entries if int(one["id"]) < int(before)]
    return entries[:size]


def _json(value: Any, code: int = 200) -> Reply:
    headers = {
        "X-RateLimit-Limit": "300",
        "X-RateLimit-Remaining": "299",
        "X-RateLimit-Reset": "2026-11-20T11:05:00.000000Z",
    }
    return Reply.json(value, code, headers)


def mastodon(server: LocalServer, **settings: Any) -> Mastodon:
    return Mastodon(**({"instance": server.url, "timeout": 9} | settings))
