"""Google Play: reviews of one's own apps, with the replies to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors._answers import shaped, still_there
from connectors._google import Google, service_account
from connectors._keys import secrets, several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._reviews import reply, reply_id, stars
from connectors._values import language_code, whole
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

ACCOUNT = "UMOT_GOOGLE_PLAY_ACCOUNT"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
PAGE = 100
SHOWN = 6 * 86_400  # seconds; Google shows what was written or changed in the last week
KNOWN = frozenset({"reviews", "tokenPagination", "pageInfo"})


class GooglePlay:
    """Reviews of one's own apps on Google Play, with the replies to them.

    `apps` are package names. UMOT_GOOGLE_PLAY_ACCOUNT holds the JSON key of a service account that
    may read reviews. Google gives the reviews of the last week; each run reads `overlap_hours`
    before the newest known one again. `timeout` is seconds of silence.
    """

    about_brand = True  # reviews of what is named, whatever they say

    def __init__(
        self,
        apps: Sequence[str],
        overlap_hours: float = 144.0,
        api_url: str = "https://androidpublisher.googleapis.com",
        timeout: float = 30.0,
    ) -> None:
        self._apps = several(apps)
        for app in self._apps:
            if "." not in app or not app.replace(".", "").replace("_", "").isalnum():
                raise Fatal(f"{app!r} is no package name, e.g. nl.klaver.app")
        if not self._apps:
            raise Fatal("Google Play needs `apps`")
        self._overlap = overlap_hours * 3600
        self._url = api_url.rstrip("/") + "/androidpublisher/v3/applications"
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each app's reviews page by page, the cursor moving with each."""
        (account,) = secrets("Google Play", ACCOUNT)
        with Client(self._limits) as http:
            api = Google(http, service_account(http, account, ACCOUNT, SCOPE), now)
            listings = [self._listing(api, app, now) for app in self._apps]
            reader = Reader(now, overlap=self._overlap, history=8 * 86_400)
            yield from batches(listings, cursor, reader, self._explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the review and the reply to it; without text once the review was deleted."""
        if deleted := gone("google_play", raw):
            yield deleted
            return
        data = raw.payload
        try:
            name, said = str(data["reviewId"]), _said(data)
            at, rating = _time(said), stars(said.get("starRating"))
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            raise Skippable(f"{raw.place}: no readable id, time or rating") from error
        # A title, where there is one, stands before a tab.
        title, tab, body = str(said.get("text") or "").partition("\t")
        version = said.get("appVersionName")
        review = Post(
            platform="google_play",
            native_id=name,
            kind=Kind.REVIEW,
            title=title.strip() or None if tab else None,
            body=body if tab else title,
            url=f"https://play.google.com/store/apps/details?id={data['app']}&reviewId={name}",
            author=data.get("authorName") or None,
            author_role=Role.CUSTOMER,
            language=language_code(said.get("reviewerLanguage")),
            rating=rating,
            posted_at=at,
            thread_id=f"google_play:{name}",
            engagement=Engagement(raw.fetched_at, likes=whole(said.get("thumbsUpCount"))),
            attributes={"app_version": str(version)} if version else {},
        )
        yield review
        for comment in data["comments"]:
            if answer := comment.get("developerComment"):
                yield reply(review, str(answer.get("text") or ""), _time(answer))

    def _listing(self, api: Google, app: str, now: datetime) -> Listing:
        url = f"{self._url}/{app}/reviews"

        def page(place: str | None) -> Page:
            turn: dict[str, str | int] = {"maxResults": PAGE} | ({"token": place} if place else {})
            given = api.get(url, turn)
            with shaped(url):
                if given and not KNOWN & given.keys():
                    raise KeyError("reviews")
                lines = [_line(one, app) for one in given.get("reviews", ())]
                return Page(lines, (given.get("tokenPagination") or {}).get("nextPageToken"))

        def lookup(lost: Mapping[str, float]) -> list[Line]:
            # What is older is shown no longer, which says nothing.
            old = {name: at for name, at in lost.items() if at < now.timestamp() - SHOWN}
            lines = [Line(name, at, {}) for name, at in old.items()]
            names = [name for name in lost if name not in old]
            for _, given in still_there(names, lambda name: api.get(f"{url}/{name}")):
                with shaped(url):
                    lines.append(_line(given, app))
            return lines

        return Listing(app, f"google_play {app}", page, lookup)

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403):
            return Fatal(f"{error}: check {ACCOUNT}, and that it may read reviews of this app")
        return Fatal(f"{error}: check `apps`")


def _line(review: Mapping[str, Any], app: str) -> Line:
    name = str(review["reviewId"])
    replied = any("developerComment" in one for one in review["comments"])
    item = {key: review.get(key) for key in ("reviewId", "authorName", "comments")} | {"app": app}
    return Line(name, _time(_said(review)).timestamp(), item, (reply_id(name),) * replied)


def _said(review: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find what the customer said among the comments."""
    said: Mapping[str, Any] = next(
        one["userComment"] for one in (*review["comments"], {"userComment": {}})
        if "userComment" in one
    )  # fmt: skip
    return said


def _time(comment: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(comment["lastModified"]["seconds"]), UTC)
