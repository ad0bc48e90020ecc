"""Google Business Profile: reviews of one's own locations on Google Maps and Search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors._answers import shaped, still_there
from connectors._google import TOKEN, Google, refreshed
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._reviews import later, reply, reply_id, utc
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Kind, Post, RawItem, Role

VARIABLES = tuple(
    f"UMOT_GOOGLE_BUSINESS_{name}" for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
)
ALL = f"{VARIABLES[0]}, {VARIABLES[1]} and {VARIABLES[2]}"
PAGE = 50
KNOWN = frozenset({"reviews", "averageRating", "totalReviewCount", "nextPageToken"})
STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
# Google puts its translation beside what was written.
TRANSLATED = re.compile(r"\A\(Translated by Google\).*?\n\s*\(Original\)\s*\n?(.*)\Z", re.DOTALL)
FOLLOWED = re.compile(r"\n\s*\(Translated by Google\).*\Z", re.DOTALL)


class GoogleBusiness:
    """Reviews of one's own locations on Google (Maps, Search), with the replies to them.

    `locations` are names as accounts/1/locations/2. UMOT_GOOGLE_BUSINESS_CLIENT_ID, _CLIENT_SECRET
    and _REFRESH_TOKEN hold the credentials. The first run goes `history_days` back; each later
    one reads `overlap_hours` before the last known change again. `timeout` is seconds of silence.
    """

    about_brand = True  # reviews of what is named, whatever they say

    def __init__(
        self,
        locations: Sequence[str],
        history_days: float = 3650.0,
        overlap_hours: float = 720.0,
        api_url: str = "https://mybusiness.googleapis.com",
        token_url: str = TOKEN,
        timeout: float = 30.0,
    ) -> None:
        self._locations = several(locations)
        for name in self._locations:
            if not re.fullmatch(r"accounts/[\w-]+/locations/[\w-]+", name):
                raise Fatal(f"{name!r} is no location, e.g. accounts/1/locations/2")
        if not self._locations:
            raise Fatal("Google Business Profile needs `locations`")
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._url, self._token_url = api_url.rstrip("/") + "/v4", token_url
        for url in (self._url, token_url):
            address(url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each location's reviews page by page, the cursor moving with each."""
        client, secret, refresh = secrets("Google Business Profile", *VARIABLES)
        with Client(self._limits) as http:
            make = refreshed(http, self._token_url, (client, secret), refresh, ALL)
            api = Google(http, make, now)
            listings = [self._listing(api, name) for name in self._locations]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(listings, cursor, reader, self._explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the review and the reply to it; without text once the review was deleted."""
        if deleted := gone("google_business", raw):
            yield deleted
            return
        data = raw.payload
        try:
            name, posted = str(data["reviewId"]), utc(data["createTime"])
            edited = later(data.get("updateTime"), posted)
            rating, answer = STARS[data["starRating"]], data.get("reviewReply")
            at = utc(answer["updateTime"]) if answer else None
            writer = data.get("reviewer") or {}
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable id, time or rating") from error
        review = Post(
            platform="google_business",
            native_id=name,
            kind=Kind.REVIEW,
            body=_original(str(data.get("comment") or "")),
            author=None if writer.get("isAnonymous") else writer.get("displayName") or None,
            author_role=Role.CUSTOMER,
            rating=rating,
            posted_at=posted,
            edited_at=edited,
            thread_id=f"google_business:{name}",
            attributes={"location": data["location"]},
        )
        yield review
        if answer:
            yield reply(review, _original(str(answer.get("comment") or "")), at)

    def _listing(self, api: Google, location: str) -> Listing:
        url = f"{self._url}/{location}/reviews"

        def page(place: str | None) -> Page:
            asked: dict[str, str | int] = {"pageSize": PAGE, "orderBy": "updateTime desc"}
            turn = asked | ({"pageToken": place} if place else {})
            given = api.get(url, turn)
            with shaped(url):
                if given and not KNOWN & given.keys():
                    raise KeyError("reviews")
                lines = [_line(one, location) for one in given.get("reviews", ())]
                return Page(lines, given.get("nextPageToken"))

        def lookup(lost: Mapping[str, float]) -> list[Line]:
            lines = []
            for _, given in still_there(lost, lambda name: api.get(f"{url}/{name}")):
                with shaped(url):
                    lines.append(_line(given, location))
            return lines

        return Listing(location, f"google_business {location}", page, lookup)

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403):
            return Fatal(f"{error}: check {ALL}, and that Google let the project in")
        return Fatal(f"{error}: check `locations`")


def _line(review: Mapping[str, Any], location: str) -> Line:
    name = str(review["reviewId"])
    kept = ("reviewId", "reviewer", "starRating", "comment", "createTime", "updateTime",
            "reviewReply")  # fmt: skip
    item = {key: review[key] for key in kept if key in review} | {"location": location}
    if isinstance(writer := item.get("reviewer"), dict):
        names = ("displayName", "isAnonymous")
        item["reviewer"] = {key: writer[key] for key in names if key in writer}
    inside = (reply_id(name),) if "reviewReply" in item else ()
    return Line(
        name, utc(review.get("updateTime") or review["createTime"]).timestamp(), item, inside
    )


def _original(text: str) -> str:
    """Leave out the translation that Google adds."""
    if match := TRANSLATED.match(text):
        return match[1].strip()
    return FOLLOWED.sub("", text)
