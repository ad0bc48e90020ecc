"""What Apple is asked for: the public feed of a country, or App Store Connect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors._answers import shaped, still_there
from connectors._bearer import Bearer
from connectors._entries import read_page
from connectors._listing import Line, Listing, Page
from connectors._reviews import reply_id, utc
from connectors._text import storable
from umot.errors import Fatal
from umot.http import Client, address, origin

PAGES, FULL = 10, 50  # pages of so many reviews: more the feeds do not give
PAGE = 200
PUBLISHED = "PUBLISHED"


def feed(http: Client, store: str, app: str, country: str) -> Listing:
    """Make the list of a country's newest reviews."""

    def page(place: int | None) -> Page:
        number = place or 1
        path = f"customerreviews/page={number}/id={app}/sortby=mostrecent/xml"
        found = read_page(http.get(f"{store}/{country}/rss/{path}"))
        if found.problem:
            raise found.problem
        # Older feeds list the app itself first.
        reviews = [one for one in found.entries if (one.get("app_store") or {}).get("rating")]
        lines = list(_entries(reviews, country))
        if not reviews or (found.onward is None and len(reviews) < FULL):
            return Page(lines)
        if number == PAGES:
            return Page(lines, None, f"the App Store gives no more of app {app} in {country}")
        return Page(lines, number + 1)

    def lookup(lost: Mapping[str, float]) -> list[Line]:
        # What a feed lists no more may be old, or left out by mistake: it tells of no deletion.
        return [Line(name, at, {}) for name, at in lost.items()]

    return Listing(f"{country} {app}", f"app_store {country} {app}", page, lookup)


def connect(api: Bearer, url: str, app: str) -> Listing:
    """Make the list of all reviews of one's own app."""
    start = f"{url}/v1/apps/{app}/customerReviews"

    def page(place: str | None) -> Page:
        asked: dict[str, str | int] = {"sort": "-createdDate", "limit": PAGE}
        asked["include"] = "response"
        # Only a link of the interface's own is followed with a token.
        if place and origin(address(place)) != origin(address(url)):
            raise Fatal(f"{start} leads to another server")
        given = storable(api.get(place or start, None if place else asked).json())
        with shaped(start):
            replies = {one["id"]: one["attributes"] for one in given.get("included") or ()}
            lines = [_review(one, replies) for one in given["data"]]
            return Page(lines, (given.get("links") or {}).get("next"))

    def lookup(lost: Mapping[str, float]) -> list[Line]:
        lines = []
        asked = {"include": "response"}
        found = still_there(lost, lambda one: api.get(f"{url}/v1/customerReviews/{one}", asked))
        for _, answer in found:
            with shaped(start):
                given = storable(answer.json())
                replies = {one["id"]: one["attributes"] for one in given.get("included") or ()}
                lines.append(_review(given["data"], replies))
        return lines

    return Listing(app, f"app_store {app}", page, lookup)


def _entries(entries: Iterable[Mapping[str, Any]], country: str) -> Iterator[Line]:
    """Take the entries of a page; one without a time is listed by that of the one before."""
    at = 0.0
    for entry in entries:
        if written := entry.get("updated") or entry.get("published"):
            at = datetime.fromisoformat(written).timestamp()
        name = entry.get("id") or entry.get("link") or repr(entry.get("texts"))
        yield Line(str(name), at, {"entry": dict(entry), "country": country})


def _review(review: Mapping[str, Any], replies: Mapping[str, Any]) -> Line:
    name, attributes = str(review["id"]), review["attributes"]
    relation = (review.get("relationships") or {}).get("response") or {}
    answer = replies.get(str((relation.get("data") or {}).get("id")))
    item: dict[str, Any] = {"id": name, "attributes": dict(attributes)}
    inside: tuple[str, ...] = ()
    if answer and answer.get("state", PUBLISHED) == PUBLISHED:
        item["response"], inside = dict(answer), (reply_id(name),)
    return Line(name, utc(attributes["createdDate"]).timestamp(), item, inside)
