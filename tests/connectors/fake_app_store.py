"""Apple's two ways to reviews, small enough for tests: public feeds, and App Store Connect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.connectors.feed_payloads import ATOM
from tests.connectors.signing_keys import opened, p256_key, pem
from umot.testing import Ask, Item, Reply

APP = "999"
ISSUER, KEY_ID = "57246542-96fe-1a63-e053-0824d011072a", "2X9R4HXF34"
COUNTRIES = ("nl", "be", "de", "fr", "gb", "us", "es", "it", "at", "ch")
FEED = re.compile(r"/(\w\w)/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/xml")


def entry(number: int, at: datetime, text: str, likes: int = 0) -> str:
    """An entry of a feed of reviews."""
    return (
        f"<entry><updated>{at.isoformat()}</updated><id>{13_000_000_000 + number}</id>"
        f'<title>Titel {number}</title><content type="text">{escape(text)}</content>'
        '<im:contentType term="Application" label="Application"/>'
        f"<im:voteSum>{likes}</im:voteSum><im:voteCount>{likes}</im:voteCount>"
        "<im:rating>4</im:rating><im:version>4.8.0</im:version>"
        "<author><name>Een fietser</name><uri>https://itunes.apple.com/nl/reviews/id1</uri>"
        '</author><link rel="related" href="https://itunes.apple.com/nl/review?id=999"/></entry>'
    )


class FakeFeeds:
    """`entries` of each country, 50 on a page and 10 pages; the last names itself as the next."""

    def __init__(self) -> None:
        self.entries: dict[str, list[str]] = {}
        self.fails: set[str] = set()

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these, 500 a country."""
        shown = [item for item in sorted(items, key=lambda i: i.at, reverse=True)
                 if not item.deleted]  # fmt: skip
        made = [entry(item.number, item.at, item.text, item.likes) for item in shown]
        parts = [made[start : start + 500] for start in range(0, len(made), 500)]
        self.entries = dict(zip(COUNTRIES, parts, strict=False))

    def answer(self, ask: Ask) -> Reply:
        """Answer as the store does."""
        asked = FEED.fullmatch(ask.path)
        if asked is None or asked[3] != APP or asked[1] in self.fails:
            return Reply(404, b"")
        country, number = asked[1], int(asked[2])
        every = self.entries.get(country, [])
        pages = max(1, -(-len(every) // 50))
        onward = ask.path.replace(f"page={number}", f"page={min(number + 1, pages)}")
        body = (
            '<?xml version="1.0" encoding="utf-8"?><feed xmlns:im="http://itunes.apple.com/rss"'
            f' xmlns="http://www.w3.org/2005/Atom" xml:lang="{country}"><id>{ask.path}</id>'
            "<title>iTunes Store: Recensies van klanten</title>"
            f'<link rel="next" href="{onward}"/>{"".join(every[(number - 1) * 50 : number * 50])}'
            "</feed>"
        )
        return Reply(200, body.encode(), {"Content-Type": ATOM})


def review(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A review in the documented shape; `answer` is the id of a response."""
    answer = given.pop("answer", None)
    url = f"https://api.appstoreconnect.apple.com/v1/customerReviews/{name}"
    data = {"data": {"type": "customerReviewResponses", "id": answer}} if answer else {}
    return {
        "type": "customerReviews",
        "id": name,
        "attributes": {
            "rating": 4,
            "title": "Titel",
            "body": text,
            "reviewerNickname": "Een fietser",
            "createdDate": at.isoformat(),
            "territory": "NLD",
        }
        | given,
        "relationships": {"response": data | {"links": {"related": f"{url}/response"}}},
        "links": {"self": url},
    }


class FakeConnect:
    """`reviews` of `APP`, and `responses` to them by id."""

    def __init__(self) -> None:
        self.keys = {"UMOT_APP_STORE_KEY": pem(p256_key(0))}
        self.reviews: list[dict[str, Any]] = []
        self.responses: dict[str, dict[str, Any]] = {}
        self.too_old = ""
        self.url = ""

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.reviews = [
            review(f"00000028-b08c-{item.number:04}", item.at, item.text)
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def expire(self) -> None:
        """Let in nobody with the token that came last."""
        self.too_old = self.last

    def answer(self, ask: Ask) -> Reply:
        """Answer as App Store Connect does."""
        self.last = ask.headers.get("authorization", "").removeprefix("Bearer ")
        told = opened(self.last, p256_key(0)) if self.last.count(".") == 2 else None
        if told is None or self.last == self.too_old:
            return _error(401, "NOT_AUTHORIZED")
        header, claims = told
        assert header == {"alg": "ES256", "kid": KEY_ID, "typ": "JWT"}
        assert (claims["iss"], claims["aud"]) == (ISSUER, "appstoreconnect-v1")
        assert claims["exp"] - claims["iat"] <= 1200
        if ask.path == f"/v1/apps/{APP}/customerReviews":
            return self._listed(ask)
        for one in self.reviews:
            if ask.path == f"/v1/customerReviews/{one['id']}":
                return Reply.json({"data": one} | self._included([one]))
        return _error(404, "NOT_FOUND")

    def _listed(self, ask: Ask) -> Reply:
        assert (ask.query["sort"], ask.query["include"]) == ("-createdDate", "response")
        size, start = int(ask.query["limit"]), int(ask.query.get("cursor", 0))
        assert size <= 200
        shown = self.reviews[start : start + size]
        links = {"self": f"{self.url}{ask.path}"}
        if start + size < len(self.reviews):
            asked = f"sort=-createdDate&include=response&limit={size}&cursor={start + size}"
            links["next"] = f"{self.url}{ask.path}?{asked}"
        meta = {"paging": {"total": len(self.reviews), "limit": size}}
        return Reply.json({"data": shown, "links": links, "meta": meta} | self._included(shown))

    def _included(self, reviews: Sequence[dict[str, Any]]) -> dict[str, Any]:
        wanted = [one["relationships"]["response"].get("data", {}).get("id") for one in reviews]
        found = [
            {"type": "customerReviewResponses", "id": name, "attributes": self.responses[name]}
            for name in wanted
            if name in self.responses
        ]
        return {"included": found} if found else {}


def response(text: str, at: datetime, state: str = "PUBLISHED") -> dict[str, Any]:
    """The attributes of an answer of the company."""
    written = at.astimezone(UTC).isoformat()
    return {"responseBody": text, "lastModifiedDate": written, "state": state}


def _error(code: int, name: str) -> Reply:
    told = {"status": str(code), "code": name, "title": "nee", "detail": "nee"}
    return Reply.json({"errors": [told]}, code)
