"""Google's token server and its two interfaces for reviews, small enough for tests."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.connectors.fake_youtube import refusal
from tests.connectors.signing_keys import opened, pem, rsa_key
from umot.testing import Ask, Item, Reply

CLIENT = ("app-7.apps.googleusercontent.com", "GOCSPX-geheim-7")
REFRESH = "1//ververs-geheim-7"
EMAIL = "umot@winkel.iam.gserviceaccount.com"
APP = "nl.vlotwiel.app"
LOCATION = "accounts/1/locations/2"


def account(token_url: str, number: int = 0) -> str:
    """The key file of a service account."""
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "winkel",
            "private_key_id": "a1b2",
            "private_key": pem(rsa_key(number)),
            "client_email": EMAIL,
            "token_uri": token_url,
        }
    )


class Google(ABC):
    """Signing in: tokens by assertion and by refresh token."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.given = 0
        self.url = ""

    def expire(self) -> None:
        """Let in nobody with a token given until now."""
        self.tokens.clear()

    def token(self, ask: Ask) -> Reply:
        """Answer at /token."""
        if ask.form.get("grant_type") == "refresh_token":
            if (ask.form["client_id"], ask.form["client_secret"]) != CLIENT:
                return Reply(401, b'{"error": "invalid_client"}')
            if ask.form["refresh_token"] != REFRESH:
                gone = {"error": "invalid_grant", "error_description": "expired or revoked"}
                return Reply(400, json.dumps(gone).encode())
        else:
            assert ask.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            told = opened(ask.form["assertion"], rsa_key(0))
            if told is None:
                return Reply(400, b'{"error": "invalid_grant"}')
            header, claims = told
            assert header == {"alg": "RS256", "typ": "JWT"}
            assert (claims["iss"], claims["aud"]) == (EMAIL, f"{self.url}/token")
            assert claims["exp"] - claims["iat"] <= 3600
        self.given += 1
        self.tokens.add(f"ya29.toegang-{self.given}")
        token = {"access_token": f"ya29.toegang-{self.given}", "expires_in": 3599}
        return Reply.json(token | {"token_type": "Bearer"})

    def answer(self, ask: Ask) -> Reply:
        """Answer as Google does."""
        if ask.path == "/token":
            return self.token(ask)
        if ask.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return refusal(401, "authError", "UNAUTHENTICATED")
        return self.asked(ask)

    @abstractmethod
    def asked(self, ask: Ask) -> Reply:
        """Answer to one who signed in."""


def play_review(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A review in the shape of the documentation's example."""
    reply = given.pop("reply", None)
    moment = {"seconds": str(int(at.timestamp())), "nanos": 713_000_000}
    said = {
        "text": f"\t{text}",
        "lastModified": moment,
        "starRating": 4,
        "reviewerLanguage": "nl",
        "device": "trltecan",
        "androidOsVersion": 34,
        "appVersionCode": 48,
        "appVersionName": "4.8.0",
        "thumbsUpCount": 3,
        "thumbsDownCount": 1,
    } | given
    comments: list[dict[str, Any]] = [{"userComment": said}]
    if reply:
        comments.append({"developerComment": {"text": reply, "lastModified": moment}})
    return {"reviewId": name, "authorName": "Een fietser", "comments": comments}


class FakePlay(Google):
    """`reviews` of `APP`."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: list[dict[str, Any]] = []

    @property
    def keys(self) -> dict[str, str]:
        """A key file, which says where this server gives tokens."""
        return {"UMOT_GOOGLE_PLAY_ACCOUNT": account(f"{self.url}/token")}

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.reviews = [
            play_review(f"gp:{item.number}", item.at, item.text, thumbsUpCount=item.likes)
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def asked(self, ask: Ask) -> Reply:
        root = f"/androidpublisher/v3/applications/{APP}/reviews"
        if ask.path == root:
            size, start = int(ask.query["maxResults"]), int(ask.query.get("token", 0))
            shown = self.reviews[start : start + size]
            more = start + size < len(self.reviews)
            onward = {"tokenPagination": {"nextPageToken": str(start + size)}} if more else {}
            return Reply.json(({"reviews": shown} if shown else {}) | onward)
        for one in self.reviews:
            if ask.path == f"{root}/{one['reviewId']}":
                return Reply.json(one)
        return refusal(404, "notFound", "NOT_FOUND")


def business_review(name: str, at: datetime, text: str = "Bericht", **given: Any) -> dict[str, Any]:
    """A review in the documented shape."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "name": f"{LOCATION}/reviews/{name}",
        "reviewId": name,
        "reviewer": {
            "profilePhotoUrl": "https://lh3.example/a",
            "displayName": "Een fietser",
        },
        "starRating": "FOUR",
        "comment": text,
        "createTime": stamp,
        "updateTime": stamp,
    } | given


class FakeBusiness(Google):
    """`reviews` of `LOCATION`."""

    def __init__(self) -> None:
        self.keys = {
            "UMOT_GOOGLE_BUSINESS_CLIENT_ID": CLIENT[0],
            "UMOT_GOOGLE_BUSINESS_CLIENT_SECRET": CLIENT[1],
            "UMOT_GOOGLE_BUSINESS_REFRESH_TOKEN": REFRESH,
        }
        super().__init__()
        self.reviews: list[dict[str, Any]] = []

    def serve(self, items: Sequence[Item]) -> None:
        """Hold these: what was deleted is nowhere any more."""
        self.reviews = [
            business_review(f"AbF{item.number}", item.at, item.text)
            for item in sorted(items, key=lambda item: item.at, reverse=True)
            if not item.deleted
        ]

    def asked(self, ask: Ask) -> Reply:
        root = f"/v4/{LOCATION}/reviews"
        if ask.path == root:
            assert ask.query["orderBy"] == "updateTime desc"
            size, start = int(ask.query["pageSize"]), int(ask.query.get("pageToken", 0))
            assert size <= 50
            shown = self.reviews[start : start + size]
            if not shown:
                return Reply.json({})
            more = start + size < len(self.reviews)
            onward = {"nextPageToken": str(start + size)} if more else {}
            counts = {"averageRating": 4.1, "totalReviewCount": len(self.reviews)}
            return Reply.json({"reviews": shown} | counts | onward)
        for one in self.reviews:
            if ask.path == f"{root}/{one['reviewId']}":
                return Reply.json(one)
        return refusal(404, "notFound", "NOT_FOUND")
