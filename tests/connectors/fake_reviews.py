"""Trustpilot and Kiyoh, small enough for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from umot.testing import Ask, Item, Reply

KEY = "tp-geheime-sleutel-7"
UNIT = "46d6a890000064000500e0c3"
TOKEN = "kiyoh-geheim-7"
LOCATION = "1040547"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def review(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A review in Trustpilot's shape."""
    return {
        "links": [{"href": f"https://api.trustpilot.com/v1/reviews/{name}", "rel": "self"}],
        "id": name,
        "consumer": {
            "links": [],
            "id": "5a000000000000000000000f",
            "displayName": "Een fietser",
            "displayLocation": "Utrecht",
            "numberOfReviews": 3,
        },
        "businessUnit": {"id": UNIT, "identifyingName": "vlotwiel.example"},
        "stars": 4,
        "title": "Titel",
        "text": text,
        "language": "nl",
        "createdAt": stamp(at),
        "experiencedAt": "2026-11-18T00:00:00Z",
        "updatedAt": None,
        "companyReply": None,
        "isVerified": True,
        "numberOfLikes": 2,
        "status": "active",
        "reportData": None,
        "complianceLabels": [],
    } | given


class FakeTrustpilot:
    """`reviews` of `UNIT`, whose domain is vlotwiel.example; `taken_down` are ids of any."""

    def __init__(self) -> None:
        self.keys = {"UMOT_TRUSTPILOT_KEY": KEY}
        self.reviews: list[dict[str, Any]] = []
        self.key = KEY
        self.taken_down: list[str] = []

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.reviews = [
            review(f"5b{item.number}", item.at, item.text, numberOfLikes=item.likes)
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def expire(self) -> None:
        """Let in nobody with the key."""
        self.key = "een andere"

    def answer(self, ask: Ask) -> Reply:
        """Answer as Trustpilot does."""
        if ask.headers.get("apikey") != self.key:
            return Reply.json({"message": "Invalid ApiKey"}, 403)
        match ask.path.strip("/").split("/"):
            case ["v1", "business-units", "find"] if ask.query["name"] == "vlotwiel.example":
                return Reply.json({"id": UNIT, "displayName": "Vlotwiel"})
            case ["v1", "business-units", unit, "reviews"] if unit == UNIT:
                assert ask.query["orderBy"] == "createdat.desc"
                size, number = int(ask.query["perPage"]), int(ask.query["page"])
                assert size <= 100
                shown = self.reviews[(number - 1) * size : number * size]
                return Reply.json({"links": [], "reviews": shown})
            case ["v1", "reviews", "deletions"]:
                size, start = int(ask.query["limit"]), int(ask.query.get("nextToken", 0))
                shown = [
                    {"reviewId": one, "deletedAt": f"{ask.query['startDate']}T10:00:00.000Z"}
                    for one in self.taken_down[start : start + size]
                ]
                more = start + size < len(self.taken_down)
                return Reply.json(
                    {"reviews": shown, "nextToken": str(start + size) if more else None}
                )
            case ["v1", "reviews", name]:
                for one in self.reviews:
                    if one["id"] == name:
                        return Reply.json(one)
        return Reply.json({"message": "Not found"}, 404)


def judged(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A review in Kiyoh's shape."""
    title = given.pop("title", "Prima")
    return {
        "reviewId": name,
        "reviewAuthor": "Een fietser",
        "city": "Utrecht",
        "rating": 8,
        "reviewContent": [
            _answered("DEFAULT_OVERALL", "INT", 8, 1),
            _answered("DEFAULT_RECOMMEND", "BOOLEAN", True, 2),
            _answered("DEFAULT_ONELINER", "TEXT", title, 3),
            _answered("DEFAULT_OPINION", "TEXT", text, 4),
        ],
        "dateSince": stamp(at),
        "updatedSince": stamp(at),
        "referenceCode": "order-7",
    } | given


def _answered(group: str, kind: str, value: Any, order: int) -> dict[str, Any]:
    return {
        "questionGroup": group,
        "questionType": kind,
        "rating": value,
        "order": order,
        "questionTranslation": "Vraag",
    }


class FakeKiyoh:
    """`reviews` of `LOCATION`; never more than `cap` are given at a time."""

    def __init__(self) -> None:
        self.keys = {"UMOT_KIYOH_TOKEN": TOKEN}
        self.reviews: list[dict[str, Any]] = []
        self.token = TOKEN
        self.cap = 10_000

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.reviews = [
            judged(f"KV-{item.number}", item.at, item.text)
            for item in sorted(items, key=lambda item: item.at)
            if not item.deleted
        ]

    def expire(self) -> None:
        """Let in nobody with the token."""
        self.token = "een andere"

    def answer(self, ask: Ask) -> Reply:
        """Answer as Kiyoh does."""
        assert ask.path == "/v1/publication/review/external"
        if ask.headers.get("x-publication-api-token") != self.token:
            return Reply.json({"errorCode": "INVALID_TOKEN"}, 401)
        if ask.query["locationId"] != LOCATION:
            return Reply.json({"errorCode": "LOCATION_NOT_FOUND"}, 404)
        assert (ask.query["orderBy"], ask.query["sortOrder"]) == ("UPDATE_DATE", "ASC")
        since = datetime.fromisoformat(ask.query["updatedSince"])
        later = [r for r in self.reviews if datetime.fromisoformat(r["updatedSince"]) >= since]
        shown = later[: min(int(ask.query["limit"]), self.cap)]
        return Reply.json(
            {
                "locationId": LOCATION,
                "locationName": "Vlotwiel",
                "averageRating": 8.2,
                "numberReviews": len(self.reviews),
                "percentageRecommendation": 91,
                "viewReviewUrl": "https://www.kiyoh.com/reviews/1040547/vlotwiel",
                "reviews": shown,
            }
        )
