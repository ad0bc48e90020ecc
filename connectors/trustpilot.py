"""Trustpilot: reviews of a company, with the replies to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote

from connectors._answers import shaped, still_there
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._reviews import later, reply, reply_id, stars, utc
from connectors._text import storable
from connectors._values import language_code, whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address, show
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

KEY = "UMOT_TRUSTPILOT_KEY"
PAGE = 100
DELETIONS = 1000  # on a page of what was taken down
KEPT = (
    "id", "stars", "title", "text", "language", "createdAt", "updatedAt", "experiencedAt",
    "numberOfLikes", "companyReply", "isVerified",
)  # fmt: skip

Get: TypeAlias = Callable[[str, Mapping[str, str | int]], Any]


class Trustpilot:
    """Reviews of a company on Trustpilot, with the replies to them.

    `companies` are domains as they are listed there, or ids of business units. The key of an
    application is in UMOT_TRUSTPILOT_KEY. The first run goes `history_days` back; each later one
    reads `overlap_hours` before the newest known review again, so that edits, replies, likes and
    deletions are seen. `timeout` is seconds of silence.
    """

    about_brand = True  # reviews of what is named, whatever they say

    def __init__(
        self,
        companies: Sequence[str],
        history_days: float = 3650.0,
        overlap_hours: float = 720.0,
        api_url: str = "https://api.trustpilot.com",
        timeout: float = 30.0,
    ) -> None:
        self._companies = several(companies)
        if not self._companies:
            raise Fatal("Trustpilot needs `companies`")
        for name in self._companies:
            if not re.fullmatch(r"[0-9a-f]{24}|[\w.-]+\.[\w-]+", name):
                raise Fatal(f"{name!r} is neither a domain nor the id of a business unit")
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._url = api_url.rstrip("/") + "/v1"
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each company's reviews page by page, the cursor moving with each."""
        (key,) = secrets("Trustpilot", KEY)
        with Client(self._limits) as http:

            def get(path: str, params: Mapping[str, str | int]) -> Any:
                url = f"{self._url}/{path}"
                return storable(http.get(url, params=params, headers={"apikey": key}).json())

            known = cursor or {}
            units, today = dict(known.get("units", {})), now.astimezone(UTC).date().isoformat()
            # Of what is older than the overlap, only Trustpilot's own list tells that it is gone.
            asked = known.get("deletions", today)
            if asked != today and (yield from self._taken_down(get, asked, now)):
                asked = today

            def beside() -> dict[str, Any]:
                return {"units": dict(units), "deletions": asked}

            listings = [self._listing(get, name, units) for name in self._companies]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(listings, cursor, reader, self._explained, beside)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the review and the reply to it; without text once the review was deleted."""
        if deleted := gone("trustpilot", raw):
            yield deleted
            return
        data = raw.payload
        try:
            name, posted = str(data["id"]), utc(data["createdAt"])
            rating, edited = stars(data["stars"]), later(data.get("updatedAt"), posted)
            answer, writer = data.get("companyReply"), data.get("consumer") or {}
            at = utc(answer["createdAt"]) if answer else None
            changed = later(answer.get("updatedAt"), at) if answer and at else None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable id, time or stars") from error
        review = Post(
            platform="trustpilot",
            native_id=name,
            kind=Kind.REVIEW,
            title=data.get("title") or None,
            body=str(data.get("text") or ""),
            url=f"https://www.trustpilot.com/reviews/{name}",
            author=writer.get("displayName") or None,
            author_role=Role.CUSTOMER,
            language=language_code(data.get("language")),
            rating=rating,
            posted_at=posted,
            edited_at=edited,
            thread_id=f"trustpilot:{name}",
            engagement=Engagement(raw.fetched_at, likes=whole(data.get("numberOfLikes"))),
            attributes={"verified": "true"} if data.get("isVerified") is True else {},
        )
        yield review
        if answer:
            yield reply(review, str(answer.get("text") or ""), at, edited=changed)

    def _taken_down(self, get: Get, day: str, now: datetime) -> Generator[Batch, None, bool]:
        """Yield what was deleted since a day, whoever it was about: strangers are passed over.

        The cursor does not move with it. Returns whether all of it was told.
        """
        asked: dict[str, str | int] = {"startDate": day, "limit": DELETIONS}
        while True:
            try:
                given = get("reviews/deletions", asked)
                with shaped(f"{self._url}/reviews/deletions"):
                    reviews = [str(one["reviewId"]) for one in given["reviews"]]
                    onward = given.get("nextToken")
            except Fatal as error:  # the reviews are read all the same, or say what is wrong
                yield Batch((), None, f"{error}: deletions of older reviews are not seen")
                return False
            names = [name for one in reviews for name in (one, reply_id(one))]
            yield Batch(tuple(RawItem({"gone": one}, now, f"trustpilot {one}") for one in names))
            if not onward or onward == asked.get("nextToken"):
                return True
            asked["nextToken"] = onward

    def _listing(self, get: Get, company: str, units: dict[str, str]) -> Listing:
        def unit() -> str:
            if "." in company and company not in units:
                found = get("business-units/find", {"name": company})
                with shaped(f"{self._url}/business-units/find"):
                    units[company] = str(found["id"])
            return quote(units.get(company, company), safe="")

        def page(place: int | None) -> Page:
            number, path = place or 1, f"business-units/{unit()}/reviews"
            given = get(path, {"perPage": PAGE, "page": number, "orderBy": "createdat.desc"})
            with shaped(f"{self._url}/{path}"):
                lines = [_line(one) for one in given["reviews"]]
                return Page(lines, number + 1 if len(lines) == PAGE else None)

        def lookup(lost: Mapping[str, float]) -> list[Line]:
            lines = []
            for name, given in still_there(lost, lambda one: get(f"reviews/{quote(one)}", {})):
                with shaped(f"{self._url}/reviews/{name}"):
                    lines.append(_line(given))
            return lines

        return Listing(company, f"trustpilot {company}", page, lookup)

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403):
            return Fatal(f"{error}: check {KEY}, and that it may read reviews")
        return Fatal(f"{error}: check `companies`; {show(self._url)} knows no such one")


def _line(review: Mapping[str, Any]) -> Line:
    name = str(review["id"])
    item = {key: review[key] for key in KEPT if key in review}
    writer = review.get("consumer") or {}
    item["consumer"] = {key: writer.get(key) for key in ("id", "displayName")}
    inside = (reply_id(name),) if review.get("companyReply") else ()
    return Line(name, utc(review["createdAt"]).timestamp(), item, inside)
