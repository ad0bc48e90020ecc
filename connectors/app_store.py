"""Apple's App Store: customer reviews by country; with a key of one's own app, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors._app_store_read import connect, feed
from connectors._bearer import Bearer
from connectors._jwt import signed
from connectors._keys import secrets, several
from connectors._listing import Reader, batches, gone
from connectors._reviews import reply, stars, utc
from connectors.feeds import Feeds
from umot.errors import Fatal, Skippable, UmotError
from umot.http import Client, Limits, Refused, address
from umot.post import Batch, Kind, Post, RawItem, Role

KEY = "UMOT_APP_STORE_KEY"
LIFE = 900  # seconds that a signed token lives; Apple takes 1,200 at most
STORE, CONNECT = "https://itunes.apple.com", "https://api.appstoreconnect.apple.com"


class AppStore:
    """Customer reviews of apps in Apple's App Store, by country.

    `apps` are numbers as in id123456789, `countries` codes as in nl. The public feeds give the
    newest 500 of each. For one's own apps, `issuer_id` and `key_id` of an App Store Connect key,
    whose private part is in UMOT_APP_STORE_KEY, give all reviews of all countries, with the
    replies. Each run reads `overlap_hours` before the newest known review again; the first goes
    `history_days` back. `timeout` is seconds of silence.
    """

    about_brand = True  # reviews of what is named, whatever they say

    def __init__(
        self,
        apps: Sequence[str],
        countries: Sequence[str] = ("nl",),
        issuer_id: str = "",
        key_id: str = "",
        history_days: float = 3650.0,
        overlap_hours: float = 720.0,
        store_url: str = STORE,
        connect_url: str = CONNECT,
        timeout: float = 30.0,
    ) -> None:
        self._apps = [one.removeprefix("id") for one in several(apps)]
        self._countries = [one.casefold() for one in several(countries)]
        if not self._apps or not self._countries:
            raise Fatal("the App Store needs `apps` and `countries`")
        for app in self._apps:
            if not app.isdecimal():
                raise Fatal(f"{app!r} is no number of an app, as in id123456789")
        for country in self._countries:
            if not (len(country) == 2 and country.isascii() and country.isalpha()):
                raise Fatal(f"{country!r} is no code of a country, e.g. nl")
        if bool(issuer_id) != bool(key_id):
            raise Fatal("App Store Connect needs both `issuer_id` and `key_id`")
        self._issuer, self._key_id = issuer_id, key_id
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._store, self._connect = store_url.rstrip("/"), connect_url.rstrip("/")
        for url in (self._store, self._connect):
            address(url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield each app's reviews page by page, the cursor moving with each."""
        pem = secrets("App Store Connect", KEY)[0] if self._key_id else ""
        with Client(self._limits) as http:
            if pem:
                api = Bearer(http, lambda: self._token(pem))
                listings = [connect(api, self._connect, app) for app in self._apps]
            else:
                listings = [
                    feed(http, self._store, app, country)
                    for app in self._apps
                    for country in self._countries
                ]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(listings, cursor, reader, self._explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the review and the reply to it; without text once the review was deleted."""
        if deleted := gone("app_store", raw):
            yield deleted
        elif "entry" in raw.payload:
            # As any feed is read, so that it is the same post by both ways.
            entry = RawItem(raw.payload["entry"], raw.fetched_at, raw.place)
            for post in Feeds(self._store).parse(entry):
                more = {"country": raw.payload["country"]}
                yield replace(post, attributes={**post.attributes, **more})
        else:
            yield from self._review(raw)

    def _review(self, raw: RawItem) -> Iterator[Post]:
        data, answer = raw.payload["attributes"], raw.payload.get("response")
        try:
            name, posted = str(raw.payload["id"]), utc(data["createdDate"])
            rating = stars(data["rating"])
            at = utc(answer["lastModifiedDate"]) if answer else None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable id, time or rating") from error
        review = Post(
            platform="app_store",
            native_id=name,
            kind=Kind.REVIEW,
            title=data.get("title") or None,
            body=str(data.get("body") or ""),
            author=data.get("reviewerNickname") or None,
            author_role=Role.CUSTOMER,
            rating=rating,
            posted_at=posted,
            thread_id=f"app_store:{name}",
            attributes={"country": str(data.get("territory") or "")},
        )
        yield review
        if answer:
            yield reply(review, str(answer.get("responseBody") or ""), at)

    def _token(self, pem: str) -> str:
        # By the clock and not by `now`: it is today that Apple is asked.
        at = int(datetime.now().astimezone().timestamp()) - 60
        claims = {"iss": self._issuer, "iat": at, "exp": at + LIFE, "aud": "appstoreconnect-v1"}
        return signed(claims, pem, KEY, kid=self._key_id)

    def _explained(self, error: Refused) -> UmotError:
        if error.status in (401, 403) and self._key_id:
            return Fatal(f"{error}: check {KEY}, `issuer_id`, `key_id` and the role of the key")
        return Fatal(f"{error}: check `apps` and `countries`")
