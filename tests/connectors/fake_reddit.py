"""A Reddit small enough for tests: tokens, listings, search, trees with folds, info."""

from __future__ import annotations

import base64
from typing import Any

from connectors.reddit import Reddit
from umot.post import Post
from umot.testing import Ask, Item, LocalServer, Reply

CLIENT_ID, CLIENT_SECRET, TOKEN = "geheime-app", "heel-geheim-woord", "drager-token-1"
BASIC = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
LIMITS = {"x-ratelimit-used": "1", "x-ratelimit-remaining": "900.0", "x-ratelimit-reset": "300"}


def submission(name: str, created: float, **given: Any) -> dict[str, Any]:
    """Make a post's data in Reddit's own shape, as far as it matters."""
    return {
        "name": name,
        "id": name.removeprefix("t3_"),
        "author": "fietser",
        "title": f"Titel van {name}",
        "selftext": "tekst",
        "created_utc": created,
        "edited": False,
        "score": 5,
        "num_comments": 0,
        "num_crossposts": 1,
        "subreddit": "Vlotwiel",
        "subreddit_subscribers": 4200,
        "permalink": f"/r/Vlotwiel/comments/{name.removeprefix('t3_')}/titel/",
        "removed_by_category": None,
    } | given


def comment(name: str, of: str, created: float, **given: Any) -> dict[str, Any]:
    """Make a comment's data in Reddit's own shape, as far as it matters."""
    return {
        "name": name,
        "id": name.removeprefix("t1_"),
        "author": "ander",
        "body": "reactie",
        "created_utc": created,
        "edited": False,
        "score": 2,
        "score_hidden": False,
        "subreddit": "Vlotwiel",
        "link_id": of,
        "parent_id": of,
        "permalink": f"/r/Vlotwiel/comments/{of.removeprefix('t3_')}/titel/{name[3:]}/",
        "replies": "",
    } | given


def listing(things: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    """Wrap things in a Listing."""
    return {"kind": "Listing", "data": {"after": after, "children": things}}


class FakeReddit:
    """`posts` are listed newest first; `comments` by post; `shown` comments unfolded at first."""

    def __init__(self) -> None:
        self.keys = {"UMOT_REDDIT_CLIENT_ID": CLIENT_ID, "UMOT_REDDIT_CLIENT_SECRET": CLIENT_SECRET}
        self.posts: list[dict[str, Any]] = []
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.unlisted: set[str] = set()
        self.shown = 500
        self.secret, self.token = BASIC, TOKEN

    def expire(self) -> None:
        """Let in nobody with the token that is given."""
        self.token = "een andere"

    def serve(self, items: list[Item]) -> None:
        """Hold these items: each first of a group is a post, the others are its comments."""
        size = 3 if len(items) < 100 else 50
        self.posts, self.comments = [], {}
        for item in items:
            of = item.number - item.number % size
            post, at = f"t3_p{of}", item.at.timestamp()
            text = "[deleted]" if item.deleted else item.text
            if item.number == of:
                new = submission(post, at, selftext=text, num_comments=size, score=item.likes)
                self.posts.append(new)
            else:
                reply = comment(f"t1_c{item.number}", post, at, body=text, score=item.likes)
                self.comments.setdefault(post, []).append(reply)

    def answer(self, ask: Ask) -> Reply:
        """Answer as Reddit does."""
        if ask.path == "/api/v1/access_token":
            if ask.headers.get("authorization") != f"Basic {self.secret}":
                return Reply(401, b'{"message": "Unauthorized", "error": 401}')
            return _json({"access_token": TOKEN, "expires_in": 3600, "scope": "*"})
        if ask.headers.get("authorization") != f"bearer {self.token}":
            return Reply(401)
        assert ask.query["raw_json"] == "1"
        path = ask.path.strip("/").split("/")
        match path:
            case ["r", _, "new"] | ["r", _, "search"]:
                return _json(self._listed(ask))
            case ["comments", post]:
                return _json(self._thread(f"t3_{post}"))
            case ["comments", post, "_", focus]:
                return _json(self._deeper(f"t3_{post}", f"t1_{focus}"))
            case ["api", "info"]:
                wanted = ask.query["id"].split(",")
                assert len(wanted) <= 100
                found = [_thing(post) for post in self.posts if post["name"] in wanted]
                return _json(listing(found))
            case ["api", "morechildren"]:
                wanted = ask.form["children"].split(",")
                assert len(wanted) <= 100
                every = self.comments[ask.form["link_id"]]
                things = [_thing(one) for one in every if one["id"] in wanted]
                return _json({"json": {"errors": [], "data": {"things": things}}})
        return Reply(404, b"{}")

    def _listed(self, ask: Ask) -> dict[str, Any]:
        posts = [post for post in self.posts if post["name"] not in self.unlisted]
        if wanted := ask.query.get("q"):
            posts = [post for post in posts if wanted in post["title"] + post["selftext"]]
        names = [post["name"] for post in posts]
        start = names.index(ask.query["after"]) + 1 if "after" in ask.query else 0
        page = posts[start : start + int(ask.query["limit"])]
        more = start + len(page) < min(len(posts), 1000)
        return listing([_thing(post) for post in page], page[-1]["name"] if more else None)

    def _thread(self, name: str) -> list[dict[str, Any]]:
        post = next(one for one in self.posts if one["name"] == name)
        every = self.comments.get(name, [])
        things = [_thing(one) for one in every[: self.shown]]
        if folded := [one["id"] for one in every[self.shown :]]:
            fold = {"name": f"t1_{folded[0]}", "count": len(folded), "children": folded}
            things.append({"kind": "more", "data": fold | {"parent_id": name}})
        return [listing([_thing(post)]), listing(things)]

    def _deeper(self, post: str, focus: str) -> list[dict[str, Any]]:
        """Give a comment with its answers, which "continue this thread" leads to."""
        every = self.comments[f"{post}/{focus}"]
        return [
            listing([]),
            listing([_thing(every[0] | {"replies": listing(list(map(_thing, every[1:])))})]),
        ]


def _thing(data: dict[str, Any]) -> dict[str, Any]:
    return {"kind": data["name"][:2], "data": data}


def _json(value: Any) -> Reply:
    return Reply.json(value, headers=LIMITS)


def reddit(server: LocalServer, **settings: Any) -> Reddit:
    given = {"subreddits": ["Vlotwiel"], "site_url": server.url, "timeout": 5.0}
    return Reddit(**(given | settings))


def by_id(posts: list[Post]) -> dict[str, Post]:
    return {post.native_id: post for post in posts}
