"""Kiyoh and Klantenvertellen: reviews of a company's location."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from connectors._answers import shaped
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._reviews import later, reply, reply_id, utc
from connectors._text import storable
from connectors._values import rating
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Kind, Post, RawItem, Role

TOKEN = "UMOT_KIYOH_TOKEN"  # noqa: S105 - the name of the variable that holds it
PATH = "/v1/publication/review/external"
PAGE = 200
TITLE, RECOMMENDS, GRADE = "DEFAULT_ONELINER", "DEFAULT_RECOMMEND", "DEFAULT_OVERALL"
KEPT = (
    "reviewId", "reviewAuthor", "rating", "reviewContent", "reviewComments", "dateSince",
    "updatedSince",
)  # fmt: skip


class Kiyoh:
    """Reviews on Kiyoh or Klantenvertellen, of one's own locations.

    `locations` are their numbers; `site` is where they are, www.kiyoh.com or
    www.klantenvertellen.nl. The token of the publication interface is in UMOT_KIYOH_TOKEN. The
    first run goes `history_days` back; each later one reads `overlap_hours` before the last known
    change again. `timeout` is seconds of silence.
    """

    about_brand = True  # reviews of what is named, whatever they say

    def __init__(
        self,
        locations: Sequence[str],
        site: str = "https://www.kiyoh.com",
        history_days: float = 3650.0,
        overlap_hours: float = 720.0,
        timeout: float = 30.0,
    ) -> None:
        self._locations = several(str(locations) if isinstance(locations, int) else locations)
        if not self._locations:
            raise Fatal("Kiyoh needs `locations`")
        for number in self._locations:
            if not number.isalnum():
                raise Fatal(f"{number!r} is no number of a location, e.g. 1040547")
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._site = site.rstrip("/") if "://" in site else f"https://{site.rstrip('/')}"
        self._url = self._site + PATH
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each location's reviews, the first changed first, the cursor moving with each."""
        (token,) = secrets("Kiyoh", TOKEN)
        with Client(self._limits) as http:

            def get(params: Mapping[str, str | int]) -> Any:
                headers = {"X-Publication-Api-Token": token}
                return storable(http.get(self._url, params=params, headers=headers).json())

            listings = [self._listing(get, number) for number in self._locations]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(listings, cursor, reader, self._explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the review, its open answers as text; without them once it was deleted."""
        if deleted := gone("kiyoh", raw):
            yield deleted
            return
        data = raw.payload
        try:
            name, posted = str(data["reviewId"]), utc(data["dateSince"])
            edited = later(data.get("updatedSince"), posted)
            answers = {str(one["questionGroup"]): one["rating"] for one in _ordered(data)}
            scored = rating(data.get("rating", answers.get(GRADE)), 1, 10)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable id, time or rating") from error
        texts = [text for key, one in answers.items() if key != TITLE and (text := _text(one))]
        recommends = str(answers.get(RECOMMENDS, "")).casefold()
        review = Post(
            platform="kiyoh",
            native_id=name,
            kind=Kind.REVIEW,
            title=_text(answers.get(TITLE)) or None,
            body="\n".join(texts),
            author=data.get("reviewAuthor") or None,
            author_role=Role.CUSTOMER,
            rating=scored,
            posted_at=posted,
            edited_at=edited,
            thread_id=f"kiyoh:{name}",
            attributes={"location": data["location"]}
            | ({"recommends": recommends} if recommends in ("true", "false") else {}),
        )
        yield review
        if answer := _text(data.get("reviewComments")):
            yield reply(review, answer, None)

    def _listing(self, get: Any, location: str) -> Listing:
        def page(place: str) -> Page:
            # All of one moment may be more than a page, as after an import of old reviews.
            since, most = place.split(" ")
            asked = {"locationId": location, "updatedSince": since, "limit": int(most)}
            given = get(asked | {"orderBy": "UPDATE_DATE", "sortOrder": "ASC"})
            with shaped(self._url):
                lines = [_line(one, location) for one in given["reviews"]]
                return Page(lines, *_onward(lines, since, int(most)))

        return Listing(location, f"kiyoh {location}", page, first=lambda at: _place(at))

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403):
            return Fatal(f"{error}: check {TOKEN}, and that it is of this location")
        return Fatal(f"{error}: check `locations` and `site`")


def _onward(lines: Sequence[Line], since: str, most: int) -> tuple[str | None, str | None]:
    """Say where the next page starts: None for the end; and what was left out.

    Pages are turned by time where Kiyoh sorts by it, as asked; else more are asked for at a time.
    """
    if len(lines) < min(most, PAGE):
        return None, None
    last = max(line.at for line in lines)
    sorted_ = all(one.at <= other.at for one, other in pairwise(lines))
    if sorted_ and _place(last) != f"{since} {PAGE}":
        return _place(last), None
    if len(lines) >= most:
        return f"{since} {most * 2}", None
    if sorted_:
        return _place(last + 0.001), f"only {len(lines)} reviews of one moment were given"
    return None, f"only {len(lines)} reviews were given, not in the order asked for"


def _place(at: float) -> str:
    """Write a time as the interface wants it, and how many to ask for."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=round(at * 1000))
    return f"{moment.isoformat(timespec='milliseconds')} {PAGE}"


def _line(review: Mapping[str, Any], location: str) -> Line:
    name = str(review["reviewId"])
    item = {key: review[key] for key in KEPT if key in review} | {"location": location}
    inside = (reply_id(name),) if _text(review.get("reviewComments")) else ()
    at = utc(review.get("updatedSince") or review["dateSince"])
    return Line(name, at.timestamp(), item, inside)


def _ordered(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The answers in the order of the questions; some accounts give lists of lists of them."""
    given = data.get("reviewContent") or ()
    flat = [one for part in given for one in (part if isinstance(part, list) else [part])]
    return sorted(flat, key=lambda one: one.get("order") or 0)


def _text(value: Any) -> str:
    """Take an answer that is a text; choices and grades are none."""
    if not isinstance(value, str) or value.strip().casefold() in ("true", "false"):
        return ""
    return "" if value.strip().replace(".", "", 1).isdecimal() else value
